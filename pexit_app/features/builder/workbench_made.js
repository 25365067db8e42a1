// What is drawn and measured of the open draft: test grids and the proof of its knobs. Read over REST; what moves is told
// by the server while somebody looks, or while something is under way. Nothing here is asked for by the clock.
import { useSyncExternalStore } from "react";

import { bench } from "../../packs/bench/bench_store.js";
import { merged } from "./workbench_grid.js";
import { workbench } from "./workbench_store.js";

const SETTLED_MS = 500; // a draft that is left alone this long is asked whether its grades still hold
const GRID_ID = /^[0-9a-f-]{36}$/;
const UNREAD = Object.freeze({ status: "unread", run: 0, done: 0, total: 0, error: "", is_current: false, in_words: "", knobs: [] });
const CLOSED = Object.freeze({ proof: UNREAD, lines: [], grid: null, cell: -1, trouble: null });

class Refused extends Error {
  constructor(status, error) {
    const field = error?.details?.[0]?.message ?? "";
    super([error?.message ?? "No connection. Try again when it is back.", field].filter(Boolean).join(" "));
    this.status = status;
  }
}

async function ask(method, path, body) {
  let answer;
  try {
    const headers = method === "POST" ? { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() } : {};
    answer = await fetch(`/api/v1/builder/${path}`, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Refused(0);
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told.error);
  return told.data;
}

const keyOf = ({ knob, scene }) => `${scene} ${knob}`;

class Made {
  constructor() {
    this.state = CLOSED;
    this.listeners = new Set();
    this.id = "";
    this.isLookedAt = false;
    this.leads = false; // the grid that comes next was asked for just now: it takes the focus
  }

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  show(patch) {
    this.state = { ...this.state, ...patch };
    this.#listen();
    for (const listener of this.listeners) listener();
  }

  // ---- opening

  /** The page's address says which grid was open. */
  open(id) {
    this.close();
    this.id = id;
    document.addEventListener("visibilitychange", this.#listen);
    const grid = new URLSearchParams(location.search).get("grid") ?? "";
    if (GRID_ID.test(grid)) {
      workbench.show({ panel: "test" });
      this.#attempt(() => this.#read(grid));
    }
    this.#attempt(this.#readProof);
  }

  close() {
    document.removeEventListener("visibilitychange", this.#listen);
    clearTimeout(this.timer);
    this.source?.close();
    Object.assign(this, { id: "", source: null, isLookedAt: false, state: CLOSED });
    bench.kept = {}; // the address may be another page's by now
  }

  /** Whether somebody looks at what is made. */
  look(isLookedAt) {
    this.isLookedAt = isLookedAt;
    this.#listen();
  }

  // ---- grids

  order = (body) =>
    this.#attempt(async () => {
      await workbench.flush();
      this.leads = true;
      this.#put(await ask("POST", `drafts/${this.id}/grids`, body));
      await this.#readLines();
    }, "grid");

  openGrid = (id) => {
    this.leads = true;
    return this.#attempt(() => this.#read(id), "grid");
  };
  closeGrid = () => this.#put(null);
  openCell = (number) => this.show({ cell: number });

  /** The cells with these numbers once more, or every one that failed. */
  retry = (numbers = null) =>
    this.#attempt(async () => this.#put(await ask("POST", `grids/${this.state.grid.id}/retry`, { cells: numbers })), "grid");

  async #read(id) {
    this.#put(await ask("GET", `grids/${id}`));
  }

  #put(told) {
    const grid = told && merged(told.id === this.state.grid?.id ? this.state.grid : null, told);
    this.show({ grid, trouble: null, ...(grid?.id !== this.state.grid?.id && { cell: -1 }) });
    bench.keep({ grid: grid?.id ?? "" });
    if (grid) this.#count(grid);
  }

  #count({ id, done, failed, waiting, cover_url }) {
    const counted = { done, failed, waiting, cover_url };
    this.show({ lines: this.state.lines.map((line) => (line.id === id ? { ...line, ...counted } : line)) });
  }

  #readLines = async () => this.show({ lines: await ask("GET", `drafts/${this.id}/grids`) });

  // ---- proof

  prove = () =>
    this.#attempt(async () => {
      await workbench.flush();
      this.show({ proof: await ask("POST", `drafts/${this.id}/proof`), trouble: null });
    }, "proof");

  #readProof = async () => {
    const proof = await ask("GET", `drafts/${this.id}/proof`);
    if (proof.run >= this.state.proof.run) this.show({ proof });
  };

  /** The draft was changed: do the grades still hold? */
  recheck() {
    clearTimeout(this.timer);
    if (!this.state.proof.run) return;
    this.timer = setTimeout(() => this.#attempt(this.#readProof), SETTLED_MS);
  }

  /** The grade of a knob: pack-wide where no scene is named. */
  gradeOf = (knob, scene = "") => this.state.proof.knobs.find((each) => each.knob === knob && each.scene === scene);

  // ---- as it happens

  get #isWanted() {
    const { proof, grid, lines } = this.state;
    const isUnderWay = proof.status === "running" || grid?.waiting > 0 || lines.some((line) => line.waiting > 0);
    return this.id && !document.hidden && (this.isLookedAt || isUnderWay);
  }

  #listen = () => {
    if (Boolean(this.source) === Boolean(this.#isWanted)) return;
    if (this.source) {
      this.source.close();
      this.source = null;
      return;
    }
    const source = (this.source = new EventSource(`/api/v1/builder/drafts/${this.id}/events`));
    source.addEventListener("ready", () => this.#attempt(this.#readAll));
    source.addEventListener("grid", ({ data }) => this.#hearGrid(JSON.parse(data)));
    source.addEventListener("proof", ({ data }) => this.#hearProof(JSON.parse(data)));
  };

  /** Whatever was missed: from here on all is told. */
  #readAll = async () => {
    const { grid } = this.state;
    await Promise.all([this.#readLines(), this.#readProof(), grid && this.#read(grid.id)]);
  };

  #hearGrid(told) {
    const { grid, lines } = this.state;
    if (told.id === grid?.id) this.#put(told);
    else if (lines.some((line) => line.id === told.id)) this.#count(told);
    else this.#attempt(this.#readLines);
  }

  #hearProof(told) {
    const { proof } = this.state;
    if (told.run < proof.run) return;
    const fresh = new Map(told.knobs.map((each) => [keyOf(each), each]));
    const rest = proof.knobs.filter((each) => !fresh.has(keyOf(each)));
    this.show({ proof: { ...proof, ...told, knobs: [...told.knobs, ...rest] } });
    if (told.status !== "running") this.#attempt(this.#readProof);
  }

  /** `place` is where somebody pressed, and reads why it did not come off; what was not pressed is quiet: the head of the
   * page says when there is no connection. */
  async #attempt(act, place = "") {
    const { id } = this;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (place && this.id === id) this.show({ trouble: { place, said: error.message } });
    }
  }
}

export const made = new Made();

export function useMade() {
  return useSyncExternalStore(made.subscribe, () => made.state, () => CLOSED);
}

// The bench of one pack: where its knobs stand, its history, its link and its drafts. One bench a page; every part of the
// page reads it. Nothing of a drag leaves the browser but the drafts; on release the listeners of `onSettled` are told once.
import { useSyncExternalStore } from "react";

import { DraftError, Drafts, NO_DRAFT } from "./bench_drafts.js";
import {
  NOTHING_TURNED, countTurned, decodeTurned, differing, encodeTurned, exposuresOf, knobsOf, putOn, sceneOf, shortened, taken, turn, valueOf,
} from "./bench_values.js";

const SMALL_PX = 256;
const MAIN_PX = 512;
// While a knob moves the main draft is as large as can be drawn 8 times a second: [px, most ms a draft of MAIN_PX takes].
const MOVING = [[512, 120], [384, 220], [256, Infinity]];
const MOST_SEED = 2 ** 31 - 1;
export const ASPECTS = ["1:1", "4:5", "2:3", "9:16", "16:9"];
const SETTLE_MS = 120;
const MOST_WORDS = 400; // characters of a text in the address of a draft
const TYPED_MS = 900; // a pause in typing this long ends a step
const NO_ANSWER = "No answer from the darkroom. Trying again.";
const OFFLINE = "No connection. The draft follows when it is back.";
const CLOSED = Object.freeze({
  pack: null, scene: "", seed: null, turned: NOTHING_TURNED, isLive: false, strip: null, canUndo: false, canRedo: false,
  turnedCount: 0, cast: {}, aspect: "",
});

const sameTurned = (one, other) => JSON.stringify([one.wide, one.own]) === JSON.stringify([other.wide, other.own]);

class Bench {
  constructor() {
    this.state = CLOSED;
    this.listeners = new Set();
    this.settledListeners = new Set();
    this.drafts = new Drafts(
      (order, signal, slot) => this.send(order, signal, `${this.pageId}-${slot}`),
      (order, ms) => (this.paceMs = this.paceMs * 0.6 + ms * (MAIN_PX / order.size) ** 2 * 0.4),
    );
    this.paceMs = 60; // of a main draft, as if it were MAIN_PX large
    this.fineMainPx = MAIN_PX;
    this.visible = new Map(); // slot -> rank of small drafts that are on the screen
    this.applied = "";
    this.pageId = Math.random().toString(36).slice(2, 10);
  }

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  onSettled(listener) {
    this.settledListeners.add(listener);
    return () => this.settledListeners.delete(listener);
  }

  // ---- opening

  /** `pack` as the server describes it; `isPublic`: drafts without an account, by GET. Reads the page's address. `door`:
   * where else drafts come from, (order, signal, stream) to a Response. */
  open(pack, { isPublic, cast = {}, door = null }) {
    const id = `${pack.slug} ${pack.version} ${isPublic}`;
    if (this.id === id) return;
    this.close();
    this.id = id;
    this.isPublic = isPublic;
    this.door = door;
    const query = new URLSearchParams(location.search);
    const seed = Number.parseInt(query.get("seed") ?? "", 10);
    this.past = [];
    this.future = [];
    this.settled = {
      scene: sceneOf(pack, query.get("scene")).id,
      seed: seed >= 0 && seed <= MOST_SEED ? seed : null,
      turned: decodeTurned(pack, query.get("k") ?? ""),
      aspect: ASPECTS.find((each) => each === query.get("a")) ?? "",
    };
    this.change({ pack, cast, ...this.settled });
    addEventListener("online", this.drafts.wake);
  }

  close() {
    removeEventListener("online", this.drafts.wake);
    clearTimeout(this.timer);
    clearTimeout(this.typing);
    this.drafts.close();
    this.visible.clear();
    this.id = "";
    this.state = CLOSED;
  }

  /** The same pack, changed while it is on the bench; what is turned stays where it still can. */
  revise(pack) {
    if (!this.state.pack || pack === this.state.pack) return;
    const turned = decodeTurned(pack, encodeTurned(pack, this.state.turned));
    const selected = sceneOf(pack, this.state.scene);
    this.settled = { ...this.settled, scene: selected.id, turned };
    for (const [slot, { spec, rank }] of this.visible) {
      const scene = spec.scene && pack.scenes.find((each) => each.id === spec.scene.id);
      if (scene) this.visible.set(slot, { spec: { ...spec, scene }, rank });
      else if (spec.scene || !knobsOf(pack, selected).some((knob) => knob.id === spec.knob)) this.visible.delete(slot);
    }
    this.change({ pack, scene: selected.id, turned });
  }

  /** Whether something moves that is no knob: then, too, the main draft follows and nothing else does. */
  move(isLive) {
    if (this.state.pack && this.state.isLive !== isLive) this.change({ isLive });
  }

  /** Settings that come from elsewhere (a frame's own): one step. `load.token` says which; the same is taken once. */
  load({ token, scene, knobs, seed, aspect = "" }) {
    const { pack } = this.state;
    if (!pack || !token || token === this.applied) return;
    this.applied = token;
    const target = sceneOf(pack, scene);
    const own = seed === target.seed ? null : seed;
    const shape = aspect === target.aspect || !ASPECTS.includes(aspect) ? "" : aspect;
    this.change({ scene: target.id, seed: own, turned: putOn(pack, this.state.turned, target, knobs), aspect: shape });
    this.settle();
  }

  // ---- turning

  get scene() {
    return sceneOf(this.state.pack, this.state.scene);
  }

  valueOf = (knob) => valueOf(this.state.turned, this.scene, knob);

  /** While a hand is on the knob: the main draft follows, nothing else does. */
  turn(knob, value) {
    if (Object.is(this.valueOf(knob), value)) return;
    this.change({ turned: turn(this.state.turned, this.scene, knob, value), isLive: true });
    clearTimeout(this.typing);
    if (knob.type === "text") this.typing = setTimeout(() => this.settle(), TYPED_MS);
  }

  /** The hand is off: one step of history, and the rest of the page follows. */
  settle() {
    const { scene, seed, turned, aspect } = this.state;
    const before = this.settled;
    this.settled = { scene, seed, turned, aspect };
    const isStep = seed !== before.seed || aspect !== before.aspect || !sameTurned(turned, before.turned);
    if (isStep) {
      this.past = [...this.past, { ...before, scene }];
      this.future = [];
    }
    this.change({ isLive: false });
    if (isStep || scene !== before.scene) this.tell();
  }

  choose(knob, value) {
    this.turn(knob, value);
    this.settle();
  }

  select(sceneId) {
    if (sceneId === this.state.scene) return;
    this.change({ scene: sceneId, strip: null });
    this.settle();
  }

  step(by) {
    const { scenes } = this.state.pack;
    const at = scenes.findIndex((scene) => scene.id === this.state.scene);
    this.select(scenes[(at + by + scenes.length) % scenes.length].id);
  }

  setSeed(seed) {
    this.change({ seed });
    this.settle();
  }

  /** The shape of every picture, "" for each scene's own. What is in it stays as it is. */
  setAspect(aspect) {
    this.change({ aspect });
    this.settle();
  }

  aspectOf = (scene) => this.state.aspect || scene.aspect;

  reroll = () => this.setSeed(1 + Math.floor(Math.random() * 99_999));

  reset = () => {
    this.change({ turned: NOTHING_TURNED, seed: null, aspect: "", strip: null });
    this.settle();
  };

  undo = () => this.travel(this.past, this.future);
  redo = () => this.travel(this.future, this.past);

  travel(from, to) {
    if (!from.length) return;
    const target = from.pop();
    to.push({ ...this.settled, scene: target.scene });
    this.settled = target;
    this.change({ ...target, isLive: false, strip: null });
    this.tell();
  }

  // ---- test strip

  openStrip(knob) {
    this.change({ strip: { knob: knob.id, values: exposuresOf(knob) } });
  }

  closeStrip = () => this.change({ strip: null });

  // ---- drafts

  orderOf(scene, size, overrides = {}) {
    const { pack, turned, seed, aspect } = this.state;
    const knobs = { ...taken(pack, scene, differing(pack, turned, scene)), ...overrides };
    const cast = castOf(this.state.cast);
    const shape = { ...(cast && { cast }), ...(aspect && { aspect }), ...(scene.stamp && { stamp: scene.stamp }) };
    return { scene: scene.id, knobs, seed: seed ?? scene.seed, ...shape, size };
  }

  /** How many pixels the main draft is worth when nothing moves; told by the part that shows it. */
  fitMain(px) {
    const fine = Math.min(768, Math.max(MAIN_PX, Math.ceil(px / 64) * 64));
    if (fine === this.fineMainPx) return;
    this.fineMainPx = fine;
    if (this.state.pack) this.draw();
  }

  /** A small draft came into sight (rank 1 or more) or left it (null). `spec` is {scene} or {knob, value}, with
   * `beside` what has to stand where for the knob to show. */
  watch(slot, spec, rank) {
    if (rank === null) {
      this.visible.delete(slot);
      this.drafts.leave(slot);
    } else {
      this.visible.set(slot, { spec, rank });
      if (this.state.pack) this.drawSmall(slot, spec, rank);
    }
  }

  drawSmall(slot, { scene, knob, value, beside, size = SMALL_PX }, rank) {
    const now = scene && (this.state.pack.scenes.find((each) => each.id === scene.id) ?? scene); // it may have changed since
    const order = scene ? this.orderOf(now, size) : this.orderOf(this.scene, size, { ...beside, [knob]: value });
    this.drafts.want(slot, order, rank);
  }

  draw() {
    const { isLive } = this.state;
    const [moving] = MOVING.find(([, most]) => this.paceMs <= most);
    this.drafts.hurry(isLive);
    this.drafts.want("main", this.orderOf(this.scene, isLive ? moving : this.fineMainPx), 0);
    if (isLive) return;
    for (const [slot, { spec, rank }] of this.visible) this.drawSmall(slot, spec, rank);
  }

  /** `stream` is one word per picture on screen: of its drafts the newest wins on the server too. */
  async send(order, signal, stream) {
    let answer;
    try {
      const ask = this.door ?? ((...asked) => (this.isPublic ? publicDraft : privateDraft)(this.state.pack, ...asked));
      answer = await ask(order, signal, stream);
      if (answer.ok) return await answer.blob();
    } catch {
      throw new DraftError(navigator.onLine ? NO_ANSWER : OFFLINE, { isDown: true });
    }
    throw await refusal(answer);
  }

  // ---- telling

  change(patch) {
    const state = { ...this.state, ...patch };
    if (state.pack) {
      state.canUndo = this.past.length > 0;
      state.canRedo = this.future.length > 0;
      state.turnedCount = state.turned === this.state.turned ? this.state.turnedCount : countTurned(state.pack, state.turned);
    }
    this.state = state;
    if (state.pack) this.draw();
    for (const listener of this.listeners) listener();
  }

  tell = () => {
    this.writeAddress();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const values = JSON.stringify(this.summary());
      for (const listener of this.settledListeners) listener(values);
    }, SETTLE_MS);
  };

  /** What the server needs to price and to render what is on the bench. */
  summary() {
    const { pack, scene, turned, seed, aspect } = this.state;
    const scenes = pack.scenes.map((each) => ({ id: each.id, knobs: differing(pack, turned, each) }));
    return { version: pack.version, scene, seed, aspect, scenes, turned: countTurned(pack, turned) };
  }

  address() {
    const { pack, scene, seed, turned, aspect } = this.state;
    const query = new URLSearchParams();
    if (this.shoot) query.set("shoot", this.shoot);
    if (scene !== pack.scenes[0].id) query.set("scene", scene);
    if (seed !== null) query.set("seed", seed);
    const coded = encodeTurned(pack, turned);
    if (coded) query.set("k", coded);
    if (aspect) query.set("a", aspect);
    return location.pathname + (query.size ? `?${query}` : "");
  }

  writeAddress() {
    if (!this.state.pack) return;
    const address = new URL(this.address(), location.href);
    for (const [name, value] of Object.entries(this.kept ?? {})) if (value) address.searchParams.set(name, value);
    history.replaceState(history.state, "", address);
  }

  /** Further words of the page's own address (what is open on it); a link to the settings alone leaves them out. */
  keep(words) {
    this.kept = words;
    this.writeAddress();
  }

  /** Who plays whom: a face's id by role, "" for the stand-in. Every draft shows them at once. */
  setCast(cast) {
    const same = JSON.stringify(cast) === JSON.stringify(this.state.cast);
    if (!same) this.change({ cast });
  }

  setShoot(shoot) {
    if (this.shoot === shoot) return;
    this.shoot = shoot;
    if (shoot) this.writeAddress();
  }
}

/** The chosen faces alone, or null: then a draft's key is the same as ever. */
function castOf(cast) {
  const chosen = Object.entries(cast).filter(([, id]) => id);
  return chosen.length ? Object.fromEntries(chosen) : null;
}

function publicDraft(pack, { scene, knobs, seed, aspect, size }, signal, stream) {
  const shown = JSON.stringify(shortened(knobs, MOST_WORDS));
  const query = new URLSearchParams({ scene, seed, size, version: pack.version, knobs: shown, stream });
  if (aspect) query.set("aspect", aspect);
  return fetch(`/api/v1/packs/${pack.slug}/draft?${query}`, { signal });
}

function privateDraft(pack, order, signal, stream) {
  const headers = { "Content-Type": "application/json", "X-Draft-Stream": stream };
  const body = JSON.stringify({ pack: pack.slug, version: pack.version, ...order });
  return fetch("/api/v1/drafts", { method: "POST", signal, headers, body });
}

async function refusal(answer) {
  const wait = Number(answer.headers.get("Retry-After")) * 1000 || null;
  let said = "";
  try {
    said = (await answer.json()).error.message;
  } catch {
    // not an answer of ours: a proxy's
  }
  if (answer.status === 401) return new DraftError("You are signed out. Reload the page to sign in.", { isFinal: true });
  if (answer.status === 404 || answer.status === 422) return new DraftError(said, { isFinal: true });
  const isQuiet = answer.status === 429 || answer.status === 409 || answer.status === 499;
  return new DraftError("The darkroom is busy. Trying again.", { isQuiet, pauseMs: isQuiet ? (wait ?? 60) : wait });
}

export const bench = new Bench();
const served = () => CLOSED;

/** The bench's state as React sees it. */
export function useBench() {
  return useSyncExternalStore(bench.subscribe, () => bench.state, served);
}

/** What slot `name` shows: {url, isFresh, trouble}. */
export function useDraft(name) {
  return useSyncExternalStore(
    (listener) => bench.drafts.subscribe(name, listener),
    () => bench.drafts.look(name),
    () => NO_DRAFT,
  );
}

// The draft of a pack as this tab has it. Every change is put on the browser's copy at once and sent to the server in order,
// one request at a time; what has not arrived is kept in the browser until it has. Nobody's change overwrites another's:
// what clashes is shown with both sides.
import { useSyncExternalStore } from "react";

import { patched, shared } from "./workbench_ops.js";

const TYPED_MS = 400; // a pause in typing this long sends what was typed
const JUDGED_MS = 150;
const RETRY_MS = 2000;
const MOST_AT_ONCE = 100;
const CONTENTS_KEPT = 400; // of scenes as they were lately: a draft under way may be of an earlier one
const NO_ANSWER = "no-answer";

const CLOSED = Object.freeze({
  id: "", document: null, revision: 0, status: "saved", savedAt: null, scene: "", problems: [], conflict: null, said: "",
  canUndo: true, canRedo: true, faces: [], isMoving: false, published: null,
  saved: null, panel: "scene", knob: "", goal: "", isPast: false,
});

class Refusal extends Error {
  constructor(status, error) {
    super(error?.message ?? "The server did not answer.");
    Object.assign(this, { status, code: error?.code ?? "", details: error?.details });
  }
}

// ---- what has not arrived, kept by draft and tab

const SHELF = "pexit-draft";
const LEFT_MS = 10_000; // a tab that has not touched its shelf for so long is gone
const shelfOf = (id, client) => `${SHELF} ${id} ${client}`;

function forget(id, client) {
  try {
    localStorage.removeItem(shelfOf(id, client));
  } catch {
    // then nothing was kept either
  }
}

/** A tab keeps its name when it is loaded again. */
function tabName() {
  const fresh = `tab-${Math.random().toString(36).slice(2, 12)}`;
  try {
    const name = sessionStorage.getItem(SHELF) ?? fresh;
    sessionStorage.setItem(SHELF, name);
    return name;
  } catch {
    return fresh;
  }
}

/** What this tab, or one that is gone, had not sent; taken off the shelf of the one that is gone. */
function foundOn(id, client) {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(`${SHELF} ${id} `));
    const mine = shelfOf(id, client);
    for (const key of [...keys.filter((each) => each === mine), ...keys.filter((each) => each !== mine)]) {
      const kept = JSON.parse(localStorage.getItem(key));
      if (key !== mine && Date.now() - kept.at < LEFT_MS) continue;
      localStorage.removeItem(key);
      if (kept.queue.length) return kept;
    }
  } catch {
    // not allowed, or not ours
  }
  return null;
}

class Workbench {
  constructor() {
    this.state = CLOSED;
    this.listeners = new Set();
    this.queue = []; // {ops, label, path, isSent}: done here, not yet there
    this.order = null; // {key, body, count}: what is on its way; asked again under its key, it is done once
    this.base = null; // the document as the server had it last
    this.contents = new Map(); // stamp of a scene -> what the server needs to draw it
  }

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  show(patch) {
    this.state = { ...this.state, ...patch };
    for (const listener of this.listeners) listener();
  }

  // ---- opening

  open({ id, document, revision }) {
    if (this.state.id === id && this.isOpen) return;
    Object.assign(this, { client: tabName(), isOpen: true, base: document, queue: [], order: null, sending: null });
    const scene = new URLSearchParams(location.search).get("scene");
    const known = document.scenes?.find((each) => each.id === scene) ?? document.scenes?.[0];
    this.state = { ...CLOSED, id, document, revision, saved: document, scene: known?.id ?? "" };
    this.#unpack();
    this.show({});
    this.judge();
    addEventListener("online", this.flush);
    addEventListener("focus", this.#lookAgain);
    addEventListener("beforeunload", this.#warn);
    this.#lookForLeft();
  }

  close() {
    removeEventListener("online", this.flush);
    removeEventListener("focus", this.#lookAgain);
    removeEventListener("beforeunload", this.#warn);
    clearTimeout(this.looking);
    clearTimeout(this.judging);
    this.flush();
    this.isOpen = false;
  }

  select = (scene) => this.show({ scene });
  say = (said) => this.show({ said });
  /** Who plays the part at `place`: a stand-in, a face's id, or "" for the scene's own stand-in. */
  cast = (place, face) => this.show({ faces: Object.assign(["", ""], this.state.faces, { [place]: face }) });

  /** What is on the bench now, to be drawn before it is saved. */
  draws({ scenes }) {
    for (const { stamp, content } of scenes) {
      this.contents.delete(stamp);
      this.contents.set(stamp, content);
    }
    for (const stamp of this.contents.keys()) {
      if (this.contents.size <= CONTENTS_KEPT) break;
      this.contents.delete(stamp);
    }
  }

  /** Opens the field at `path` and puts the caret there. */
  lead(path) {
    const [, area, index, , number] = path.split("/");
    const { document } = this.state;
    const isScene = area === "scenes" && document.scenes[Number(index)];
    const isOwnKnob = isScene && `${path}/`.startsWith(`/scenes/${index}/knobs/`);
    const knob = isOwnKnob ? document.scenes[Number(index)].knobs?.[Number(number)] : area === "knobs" ? document.knobs?.[Number(index)] : null;
    const panel = area === "knobs" || isOwnKnob ? "knobs" : isScene || area === "cast" ? "scene" : "pack";
    this.show({
      panel, goal: path, ...(isScene && { scene: document.scenes[Number(index)].id }), ...(knob && { knob: knob.id }),
    });
  }

  get sceneAt() {
    const scenes = this.state.document?.scenes ?? [];
    return Math.max(0, scenes.findIndex((each) => each.id === this.state.scene));
  }

  // ---- changing

  /** `isTyped`: more of it may follow at once; consecutive changes of one place become one. */
  edit(ops, label, { isTyped = false } = {}) {
    if (!ops.length) return;
    const isPut = ops.every(({ op, path }) => (op === "replace" || op === "add") && !path.endsWith("/-"));
    const path = isTyped && isPut ? ops.map((each) => each.path).join(" ") : "";
    const last = this.queue.at(-1);
    if (path && last?.path === path && !last.isSent) last.ops = ops.map((each, index) => ({ ...each, op: last.ops[index].op }));
    else this.queue.push({ ops, label, path, isSent: false });
    this.show({ document: patched(this.state.document, ops), status: "saving", canUndo: true, canRedo: false, isMoving: isTyped });
    this.#pack();
    clearTimeout(this.timer);
    this.timer = setTimeout(this.flush, isTyped ? TYPED_MS : 0);
  }

  flush = () => {
    clearTimeout(this.timer);
    if (this.state.isMoving) this.show({ isMoving: false });
    this.sending ??= this.#send().finally(() => (this.sending = null));
    return this.sending;
  };

  async #send() {
    const { id } = this.state;
    while (this.queue.length && !this.state.conflict) {
      const order = (this.order ??= this.#ordered());
      this.#pack();
      try {
        const answer = await this.#post("changes/batch", order.body, order.key);
        if (this.state.id !== id) return forget(id, this.client);
        this.order = null;
        const stopped = answer.stopped ? this.queue[answer.done] : null;
        for (const each of this.queue.slice(answer.done)) each.isSent = false;
        this.#take(answer, answer.done + (stopped ? 1 : 0));
        if (stopped) this.#stop(stopped, answer.stopped);
      } catch (error) {
        if (this.state.id !== id || !(await this.#survive(error, order))) return undefined;
      }
    }
    return undefined;
  }

  #ordered() {
    const sent = this.queue.slice(0, MOST_AT_ONCE);
    for (const each of sent) each.isSent = true;
    const changes = sent.map(({ ops, label }) => ({ ops, label }));
    const body = { base_revision: this.state.revision, changes, client: this.client };
    return { key: crypto.randomUUID(), body, count: sent.length };
  }

  /** A change that clashed with somebody's, or did not fit. */
  #stop({ label }, { code, message, details }) {
    if (code !== "draft_conflict") this.say(message);
    else this.show({ conflict: { label, fields: details.fields ?? [], theirs: details.theirs ?? [] } });
  }

  /** The server's answer is what counts; what was not sent yet is put on top again. */
  #take({ document, revision }, sent = 0) {
    this.queue.splice(0, sent);
    this.base = document;
    let shown = shared(this.state.document, document);
    for (const each of [...this.queue]) {
      try {
        shown = patched(shown, each.ops);
      } catch {
        this.queue.splice(this.queue.indexOf(each), 1); // its place is gone
        this.show({ said: `${each.label}: its place is gone, so this was left out.` });
      }
    }
    const isSaved = !this.queue.length;
    this.#pack();
    this.show({ document: shown, saved: document, revision, status: isSaved ? "saved" : "saving", savedAt: new Date() });
    this.#keepScene();
    if (isSaved) this.judge();
  }

  /** True: go on with what is next. */
  async #survive(error, order) {
    if (!(error instanceof Refusal)) throw error;
    const isDone = error.code === "reply_lost";
    if (isDone || error.status === 422 || error.status === 404) {
      const now = isDone ? await this.#ask("GET", "") : { document: this.base, revision: this.state.revision };
      this.order = null;
      if (!isDone) this.say(error.message);
      this.#take(now, order.count);
      return true;
    }
    const isOut = error.status === 401;
    this.show({ status: isOut ? "out" : "offline" });
    if (!isOut) this.timer = setTimeout(this.flush, RETRY_MS);
    return false;
  }

  /** `isMine`: my values are put in where theirs are now, as one more change that can be undone. */
  settle(isMine) {
    const { conflict } = this.state;
    this.show({ conflict: null });
    const fields = isMine ? conflict.fields.filter((field) => field.path_now !== null) : [];
    const ops = fields.map((field) =>
      field.removed_by === "me" ? { op: "remove", path: field.path_now } : { op: "replace", path: field.path_now, value: field.mine },
    );
    if (ops.length) this.edit(ops, conflict.label);
    else this.flush();
  }

  /** A scene from a starting point, made by the server to fit the knobs there are. */
  addScene = async (start) => {
    await this.flush();
    if (this.queue.length || this.state.conflict) return;
    try {
      this.#take(await this.#post("scenes", { starting_point: start.id, client: this.client }));
      this.show({ canRedo: false, canUndo: true, scene: this.state.document.scenes.at(-1).id, panel: "scene" });
      this.say(`${start.title} is added as scene ${this.state.document.scenes.length}.`);
    } catch (error) {
      this.say(error.message);
    }
  };

  undo = () => this.travel("undo", {}, { flag: "canUndo" });
  redo = () => this.travel("redo", {}, { flag: "canRedo" });

  /** One step that the server makes of the draft as it was seen, `verb` as REST has it. True when it was made. */
  async travel(verb, more, { method = "POST", flag = "" } = {}) {
    await this.flush();
    if (this.queue.length || this.state.conflict) return false;
    try {
      this.#take(await this.#ask(method, verb, { base_revision: this.state.revision, client: this.client, ...more }));
      this.show({ canUndo: true, canRedo: true });
      return true;
    } catch (error) {
      if (error.code === "draft_conflict") this.#take(error.details);
      if (error.code.startsWith("nothing_to_")) this.show({ [flag]: false });
      else this.show({ said: error.message });
      return false;
    }
  }

  // ---- asking

  async judge() {
    clearTimeout(this.judging);
    this.judging = setTimeout(async () => {
      try {
        const answer = await this.#ask("GET", "problems");
        if (this.state.id) this.show({ problems: answer });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }, JUDGED_MS);
  }

  /** What this tab does not know yet: somebody may have changed the draft elsewhere. */
  #lookAgain = async () => {
    if (this.queue.length || this.state.conflict) return this.flush();
    try {
      const now = await this.#ask("GET", "");
      if (now.revision > this.state.revision && !this.queue.length) this.#take(now);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    return undefined;
  };

  /** The words of a scene as they would be sent, with knobs where they stand. */
  words = (scene, knobs) => this.#post("words", { scene, knobs });
  picture = (order, signal, stream) => {
    const content = this.contents.get(order.stamp) ?? null; // scenes that look alike share one
    const { scene, knobs, seed, size } = order;
    const body = JSON.stringify({ scene: content?.scene.id ?? scene, knobs, seed, size, faces: this.state.faces, content });
    return fetch(`${this.#door}/picture`, { method: "POST", signal, headers: { "Content-Type": "application/json", "X-Draft-Stream": stream }, body });
  };

  /** A picture for a scene to go by: {name}. */
  keepReference = (file) => this.#asked(`${this.#door}/references`, { method: "POST", body: file, headers: { "Content-Type": file.type } });
  keepFrame = (frame) => this.#post("references/frames", { frame_id: frame });
  referenceHref = (name) => `${this.#door}/references/${name}.jpg`;
  /** Anything else that REST tells. */
  read = (path) => this.#asked(path, {});

  publish = async (changelog) => {
    await this.flush();
    const made = await this.#post("publish", { changelog });
    this.show({ published: made });
    return made;
  };

  /** The draft as it is kept, with what stands beside its document. */
  terms = () => this.#ask("GET", "");
  get exportHref() {
    return `${this.#door}/export`;
  }

  get #door() {
    return `/api/v1/builder/drafts/${this.state.id}`;
  }

  #post = (verb, body, key = "") => this.#ask("POST", verb, body, key);

  #ask(method, verb, body, key = "") {
    const headers = { ...(body && { "Content-Type": "application/json" }), ...(key && { "Idempotency-Key": key }) };
    return this.#asked(verb ? `${this.#door}/${verb}` : this.#door, { method, headers, body: body && JSON.stringify(body) });
  }

  async #asked(path, request) {
    let answer;
    try {
      answer = await fetch(path, request);
    } catch {
      throw new Refusal(0, { code: NO_ANSWER });
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Refusal(answer.status, told.error);
    return told.data;
  }

  // ---- kept in the browser until it has arrived

  #pack() {
    const kept = { at: Date.now(), revision: this.state.revision, queue: this.queue, order: this.order };
    this.isKept = true;
    try {
      if (this.queue.length) localStorage.setItem(shelfOf(this.state.id, this.client), JSON.stringify(kept));
      else forget(this.state.id, this.client);
    } catch {
      this.isKept = false; // no room, or not allowed: the tab alone has it
    }
  }

  /** Leaving asks first where what was not sent would go with the tab. */
  #warn = (event) => {
    if (this.queue.length && !this.isKept) event.preventDefault();
  };

  /** What a tab left that was closed a moment ago can be told from a living tab's only after a while. */
  #lookForLeft() {
    this.looking = setTimeout(() => {
      const isIdle = !this.queue.length && !this.sending && !this.state.conflict;
      if (isIdle) this.#unpack();
      if (isIdle && this.queue.length) this.show({});
      if (!isIdle) this.#lookForLeft();
    }, LEFT_MS + 1000);
  }

  #unpack() {
    const kept = foundOn(this.state.id, this.client);
    if (!kept) return;
    const { queue, order, revision } = kept;
    Object.assign(this, { queue, order });
    let shown = this.base;
    try {
      for (const each of queue) shown = patched(shown, each.ops);
    } catch {
      shown = this.base; // others changed it since; the server brings mine behind theirs
    }
    this.state = { ...this.state, document: shown, revision, status: "saving" };
    this.timer = setTimeout(this.flush, 0);
  }

  #keepScene() {
    const scenes = this.state.document?.scenes ?? [];
    if (!scenes.some((each) => each.id === this.state.scene)) this.show({ scene: scenes[0]?.id ?? "" });
  }
}

export const workbench = new Workbench();

export function useWorkbench() {
  return useSyncExternalStore(workbench.subscribe, () => workbench.state, () => CLOSED);
}

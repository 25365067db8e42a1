// The draft loop. A slot is a place on the screen that shows one draft ("main", a scene, a swatch). Each slot has at most
// one request under way and goes on with its newest order when that one is back: so pictures stream as fast as the server
// draws them, and none of them piles up. Slots of a lower rank wait while a knob is being turned.

const AT_ONCE = 3;
const KEPT = 160; // drafts kept as object URLs, about 5 MB
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 2500;
const QUIET_FAILURES = 1; // this many are mended before anybody needs to read about them

export const keyOf = (order) => JSON.stringify(order);

/** A draft that did not come. `isFinal`: asking again would get the same answer. `isQuiet`: nothing to tell anybody.
 * `isDown`: nobody answers at all. */
export class DraftError extends Error {
  constructor(message, { isFinal = false, isQuiet = false, isDown = false, pauseMs = null } = {}) {
    super(message);
    Object.assign(this, { isFinal, isQuiet, isDown, pauseMs });
  }
}

export const NO_DRAFT = Object.freeze({ url: "", isFresh: false, trouble: "" });

export class Drafts {
  /** `send(order, signal, slot name)` answers with the picture's Blob or throws a DraftError. `onTimed(order, ms)` hears
   * how long a draft of rank 0 took, there and back. */
  constructor(send, onTimed) {
    this.send = send;
    this.onTimed = onTimed;
    this.slots = new Map();
    this.kept = new Map(); // key -> object URL, least used first
    this.listeners = new Map();
    this.isHurried = false;
    this.isDown = false; // then one slot at a time asks, and the others wait for its answer
    this.underWay = 0;
  }

  look = (name) => this.slots.get(name)?.seen ?? NO_DRAFT;

  subscribe = (name, listener) => {
    const all = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, all.add(listener));
    return () => all.delete(listener);
  };

  /** `order` is any JSON; null empties the slot. Rank 0 is drawn at once, then 1, 2 ... */
  want(name, order, rank = 1) {
    const slot = this.slots.get(name) ?? { name, seen: NO_DRAFT, failures: 0, notBefore: 0 };
    this.slots.set(name, slot);
    const key = order && keyOf(order);
    slot.rank = rank;
    if (slot.key === key) return;
    Object.assign(slot, { order, key, isRefused: false });
    if (!key) this.#show(slot, NO_DRAFT);
    else if (this.kept.has(key)) this.#show(slot, { url: this.#reuse(key), isFresh: true, trouble: "" });
    else if (slot.seen.isFresh) this.#show(slot, { ...slot.seen, isFresh: false });
    this.#pump();
  }

  leave(name) {
    const slot = this.slots.get(name);
    this.slots.delete(name);
    clearTimeout(slot?.timer);
    slot?.request?.abort();
  }

  /** While hurried only rank 0 is drawn. */
  hurry(isHurried) {
    this.isHurried = isHurried;
    if (!isHurried) this.#pump();
  }

  /** The connection is back: whoever waits to ask again, asks now. */
  wake = () => {
    this.#recover();
    this.#pump();
  };

  close() {
    for (const name of [...this.slots.keys()]) this.leave(name);
    for (const url of this.kept.values()) URL.revokeObjectURL(url);
    this.kept.clear();
  }

  #waits(slot) {
    const isServed = !slot.key || slot.request || slot.isRefused || slot.seen.isFresh;
    return !isServed && performance.now() >= slot.notBefore;
  }

  #pump() {
    const waiting = [...this.slots.values()].filter((slot) => this.#waits(slot)).sort((a, b) => a.rank - b.rank);
    if (this.isDown) waiting.splice(this.underWay ? 0 : 1);
    for (const slot of waiting) {
      const mayGo = slot.rank === 0 || (!this.isHurried && this.underWay < AT_ONCE);
      if (mayGo && !slot.request) this.#fetch(slot);
    }
  }

  async #fetch(slot) {
    const { order, key } = slot;
    const request = (slot.request = new AbortController());
    const began = performance.now();
    this.underWay += 1;
    try {
      const blob = await this.send(order, request.signal, slot.name);
      if (request.signal.aborted) return;
      if (slot.rank === 0) this.onTimed(order, performance.now() - began);
      slot.failures = 0;
      if (this.isDown) this.#recover();
      this.#show(slot, { url: this.#keep(key, blob), isFresh: slot.key === key, trouble: "" });
    } catch (error) {
      if (!request.signal.aborted) this.#fail(slot, key, error);
    } finally {
      this.underWay -= 1;
      slot.request = null;
      this.#pump();
    }
  }

  #recover() {
    this.isDown = false;
    for (const slot of this.slots.values()) slot.notBefore = 0;
  }

  #fail(slot, key, error) {
    if (!(error instanceof DraftError)) throw error;
    this.isDown = error.isDown;
    if (error.isFinal) {
      if (slot.key !== key) return; // the next order may well be fine
      slot.isRefused = true;
      this.#show(slot, { ...slot.seen, isFresh: false, trouble: error.message });
      return;
    }
    slot.failures += 1;
    const pause = error.pauseMs ?? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (slot.failures - 1));
    slot.notBefore = performance.now() + pause;
    clearTimeout(slot.timer);
    slot.timer = setTimeout(() => this.#pump(), pause + 5);
    if (!error.isQuiet && slot.failures > QUIET_FAILURES) {
      this.#show(slot, { ...slot.seen, isFresh: false, trouble: error.message });
    }
  }

  #show(slot, seen) {
    slot.seen = seen;
    for (const listener of this.listeners.get(slot.name) ?? []) listener();
  }

  #reuse(key) {
    const url = this.kept.get(key);
    this.kept.delete(key);
    this.kept.set(key, url);
    return url;
  }

  #keep(key, blob) {
    if (this.kept.has(key)) URL.revokeObjectURL(this.kept.get(key));
    this.kept.delete(key);
    this.kept.set(key, URL.createObjectURL(blob));
    if (this.kept.size > KEPT) this.#forgetOldest();
    return this.kept.get(key);
  }

  #forgetOldest() {
    const onScreen = new Set([...this.slots.values()].map((slot) => slot.seen.url));
    for (const [key, url] of this.kept) {
      if (onScreen.has(url)) continue;
      this.kept.delete(key);
      URL.revokeObjectURL(url);
      return;
    }
  }
}

// What a test grid can lay out and how far one has come, as pure functions. An axis is {id, values}: a knob's id, SCENES or
// STAND_INS, and those of its values that are taken.
import { differing, fits, inWords, knobsOf, onStep, startOf } from "../../packs/bench/bench_values.js";

export const MOST_CELLS = 36;
export const SCENES = "scenes";
export const STAND_INS = "stand_ins";
const SLIDER_VALUES = 9;
const MANY = 7; // a slider with as many values or more starts with every second one
const COLOURS = ["#101213", "#f2b705", "#1d2f5e"];

// ---- axes

/** What can lie along an axis beside one of `other`: [[heading, [[id, words], ...]], ...]. */
export function axesBeside(pack, scene, other) {
  const fixed = [[STAND_INS, "Stand-ins"], [SCENES, "Scenes"]].filter(([id]) => id !== other);
  const knobs = (other === SCENES ? pack.knobs : knobsOf(pack, scene)).filter((knob) => knob.id !== other);
  return [["All of them", fixed], ["Knobs", knobs.map((knob) => [knob.id, knob.label])]];
}

/** Evenly over a slider; one that says words, once for each of them. */
function spread(knob) {
  const last = (Array.isArray(knob.says) ? knob.says.length : SLIDER_VALUES) - 1;
  return Array.from({ length: last + 1 }, (_, at) => onStep(knob, knob.min + ((knob.max - knob.min) * at) / last));
}

/** As many of these words as the knob takes at once. */
const typedOf = (knob, words) => words.slice(0, knob.max_words ?? words.length).join(" ").slice(0, knob.max_length);

function valuesOf(knob, now) {
  if (knob.type === "slider") return spread(knob);
  if (knob.type === "toggle") return [false, true];
  if (knob.type === "colour") return [...COLOURS, knob.default, now];
  if (knob.type === "text") return ["", ...(knob.sees ?? []).map((each) => typedOf(knob, each.any)), now];
  return knob.options.map((option) => option.value);
}

/** All that an axis has to offer: [[value, words], ...]. `now` is where its knob stands, `own` are values somebody added. */
export function offered(pack, scene, standIns, id, now, own = []) {
  if (id === STAND_INS) return standIns.map(([name, label]) => [name, label]);
  if (id === SCENES) return pack.scenes.map((each) => [each.id, each.title || "Untitled"]);
  const knob = knobsOf(pack, scene).find((each) => each.id === id);
  if (!knob) return [];
  const values = [...valuesOf(knob, now), ...own].filter((value) => fits(knob, value));
  return [...new Set(values)].map((value) => [value, inWords(knob, value) || "Nothing"]);
}

/** `most` of the items, spread evenly over all of them. */
export function evenly(items, most) {
  if (items.length <= most) return items;
  if (most <= 1) return items.slice(0, most);
  return Array.from({ length: most }, (_, at) => items[Math.round((at * (items.length - 1)) / (most - 1))]);
}

/** What of these values is taken at first, beside so many on the other axis. */
export function takenAtFirst(values, isSlider, beside) {
  const all = values.map(([value]) => value);
  const some = isSlider && all.length >= MANY ? all.filter((_, at) => at % 2 === 0) : all;
  return evenly(some, Math.max(1, Math.floor(MOST_CELLS / Math.max(1, beside))));
}

export const cellCount = (across, down) => across.values.length * (down.id ? down.values.length : 1);

/** What is in the way of drawing it, in words; empty: nothing. */
export function hindrance(across, down) {
  if (!across.values.length || (down.id && !down.values.length)) return "Take at least one value of each.";
  const count = cellCount(across, down);
  return count > MOST_CELLS ? `${count} cells are more than ${MOST_CELLS}; take fewer values.` : "";
}

/** The body of an order: what the bench shows is where the other knobs stand, and whose face it is. */
export function orderOf({ pack, turned, seed }, scene, standIn, across, down) {
  const standing = differing(pack, turned, scene);
  delete standing[across.id];
  delete standing[down.id];
  const faces = across.id === STAND_INS || down.id === STAND_INS ? "" : standIn;
  return {
    across: across.id, across_values: across.values, down: down.id, down_values: down.id ? down.values : [],
    scene: scene.id, knobs: standing, seed, stand_in: faces,
  };
}

// ---- what is told of a grid

const RANKS = { waiting: 0, failed: 1, done: 1 };
const isNewer = (one, other) => one.attempt > other.attempt || (one.attempt === other.attempt && RANKS[one.status] >= RANKS[other.status]);

/** `grid` with cells as `told` has them, or as they were where that is newer: answers may overtake each other. */
export function merged(grid, told) {
  const known = new Map((grid?.cells ?? []).map((cell) => [cell.number, cell]));
  for (const cell of told.cells) {
    const before = known.get(cell.number);
    if (!before || isNewer(cell, before)) known.set(cell.number, cell);
  }
  const cells = [...known.values()].sort((a, b) => a.number - b.number);
  const count = (status) => cells.filter((cell) => cell.status === status).length;
  return { ...told, cells, done: count("done"), failed: count("failed"), waiting: count("waiting") };
}

const many = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** How far it is: "12 of 35 drawn, 2 failed". */
export function standOf({ done, failed, waiting }) {
  const all = done + failed + waiting;
  const drawn = waiting || failed ? `${done} of ${all} drawn` : `${many(all, "cell")}, all drawn`;
  return failed ? `${drawn}, ${failed} failed` : drawn;
}

// ---- what a cell shows, put back

/** Where its knobs stand, as far as the scene still has them; `moved` are those that do not stand where the scene starts,
 * `lost` counts those that it has not. */
export function settingsOf(pack, cell) {
  const scene = pack.scenes.find((each) => each.id === cell.scene);
  if (!scene) return null;
  const knobs = knobsOf(pack, scene).filter((knob) => Object.hasOwn(cell.knobs, knob.id) && fits(knob, cell.knobs[knob.id]));
  const values = Object.fromEntries(knobs.map((knob) => [knob.id, cell.knobs[knob.id]]));
  const moved = Object.fromEntries(knobs.filter((knob) => values[knob.id] !== startOf(scene, knob)).map((knob) => [knob.id, values[knob.id]]));
  return { scene, values, moved, lost: Object.keys(cell.knobs).length - knobs.length };
}

/** What has to stand elsewhere than it does, so that a knob is shown at all. */
export function showing(knobs, id, valueOf) {
  const found = {};
  const pending = [knobs.find((knob) => knob.id === id)];
  while (pending.length) {
    for (const [name, allowed] of Object.entries(pending.pop()?.visible_if ?? {})) {
      const other = knobs.find((knob) => knob.id === name);
      if (!other || name in found) continue;
      if (!allowed.includes(valueOf(other))) found[name] = allowed[0];
      pending.push(other);
    }
  }
  return found;
}

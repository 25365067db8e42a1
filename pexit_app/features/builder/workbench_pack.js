// A draft's document as the studio's bench reads a pack, and what the server needs to draw its scenes. What is half typed
// is left out: the bench shows what works. Nothing is made anew of parts that are as they were.
import { fits } from "../../packs/bench/bench_values.js";

const PRIME = 16777619;

function hashOf(text) {
  let hash = 2166136261;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), PRIME) >>> 0;
  return hash.toString(36);
}

const isText = (value) => typeof value === "string";
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isOption = (option) => isObject(option) && isText(option.value) && isText(option.label);

function isUsable(knob) {
  if (!isObject(knob) || !isText(knob.id) || !isText(knob.label)) return false;
  if (knob.type === "slider") return knob.min < knob.max && knob.step > 0 && isObject(knob.sets) && fits(knob, knob.default);
  if (knob.type === "choice" || knob.type === "picture") return Array.isArray(knob.options) && knob.options.every(isOption) && fits(knob, knob.default);
  return ["toggle", "colour", "text"].includes(knob.type) && fits(knob, knob.default);
}

/** Conditions that name values; others would show it never. */
const tied = (knob) => Object.fromEntries(Object.entries(isObject(knob.visible_if) ? knob.visible_if : {}).filter(([, values]) => Array.isArray(values)));

// What the renderer needs of a knob. Words are left out: they change no picture, and half a sentence stops none.
const effect = (each) => ({ sets: each?.sets ?? {}, words: "" });
const option = (each) => ({ value: each.value, label: "Option", ...effect(each) });
const NEEDED = {
  slider: ({ min, max, step, sets }) => ({ min, max, step, sets, words: [{ to: max, say: "" }, { to: max, say: "" }] }),
  choice: ({ options }) => ({ options: options.map(option) }),
  picture: ({ options }) => ({ options: options.map((each) => ({ ...option(each), picture: "cover" })) }),
  toggle: ({ on, off }) => ({ on: effect(on), off: effect(off) }),
  colour: ({ sets }) => ({ sets, words: "{colour}" }),
  text: ({ max_length, max_words, refuses, sees }) => ({ max_length, max_words, refuses, sees, words: "{text}" }),
};

const known = new WeakMap(); // knob of a document -> {shown, needed, text}; null for one that is not usable yet

// What the format takes where nothing is said.
const STANDARD = { slider: { says: "number", unit: "" }, text: { default: "", max_length: 80 } };

function readKnob(knob) {
  if (!known.has(knob)) known.set(knob, madeOf({ group: "", hint: "", ...STANDARD[knob.type], ...knob }));
  return known.get(knob);
}

function madeOf(knob) {
  if (!isUsable(knob)) return null;
  const { id, type, default: start } = knob;
  const needed = { id, type, label: "Knob", default: start, visible_if: tied(knob), ...NEEDED[type](knob) };
  return { shown: { ...knob, visible_if: tied(knob) }, needed, text: JSON.stringify(needed) };
}

const read = (knobs) => (Array.isArray(knobs) ? knobs : []).filter(isObject).map(readKnob).filter(Boolean);
const joined = (knobs) => knobs.map(({ text }) => text).join();

/** The pack for the bench. Each scene has a `stamp`, a short name of all that its picture depends on, and its `content`:
 * just that, for the server. `faces`: who plays, "" for the scene's own stand-in. */
export function benchPackOf(id, document, faces) {
  const wide = read(document.knobs);
  const whole = hashOf(joined(wide));
  const scenes = (document.scenes ?? []).map((scene) => sceneOf(document, scene, wide, whole, faces));
  const { code, title, cast } = document;
  return { slug: id, version: 1, code: code || "DFT", title: title ?? "", cast: cast ?? [], knobs: shownOf(wide), scenes };
}

const lists = new WeakMap(); // first knob -> the list it began last: the same knobs are the same list
function shownOf(knobs) {
  const made = knobs.map(({ shown }) => shown);
  const last = made.length ? lists.get(made[0]) : null;
  if (last && last.length === made.length && last.every((each, index) => each === made[index])) return last;
  if (made.length) lists.set(made[0], made);
  return made;
}

function sceneOf(document, scene, wide, whole, faces) {
  const own = read(scene.knobs);
  const here = [...wide, ...own].map(({ shown }) => shown);
  const starts = Object.entries(scene.defaults ?? {}).filter(([id, value]) => here.some((knob) => knob.id === id && fits(knob, value)));
  const { id, look, stand_ins: played } = scene;
  const aspect = scene.aspect || document.aspect;
  const seed = Number.isInteger(scene.seed) ? scene.seed : 0;
  const defaults = Object.fromEntries(starts);
  const plain = { id, title: "Draft", stand_ins: played, seed, look, prompt: "{person}", defaults };
  const cast = document.cast ?? [];
  return {
    id, title: scene.title ?? "", aspect, seed, seed_policy: scene.seed_policy ?? "fixed", stand_ins: played ?? [], knobs: shownOf(own), defaults,
    stamp: hashOf(JSON.stringify([look, aspect, played, defaults, cast.length, faces, whole]) + joined(own)),
    content: { aspect, cast, knobs: wide.map(({ needed }) => needed), scene: { ...plain, knobs: own.map(({ needed }) => needed) } },
  };
}

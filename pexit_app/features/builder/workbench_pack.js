// A draft's document as the studio's bench reads a pack. What is half typed is left out: the bench shows what works.
import { fits } from "../../packs/bench/bench_values.js";

const WORDS = new Set(["label", "hint", "group", "words", "say", "says", "unit", "title", "prompt", "negative", "id", "value"]);
const withoutWords = (name, value) => (WORDS.has(name) && typeof value !== "object" ? undefined : value);
const PRIME = 16777619;

/** A short name of all that a picture depends on, so that a change of mere words draws nothing anew. */
function stampOf(...parts) {
  const text = JSON.stringify(parts, withoutWords);
  let hash = 2166136261;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), PRIME) >>> 0;
  return hash.toString(36);
}

const isText = (value) => typeof value === "string";

function isUsable(knob) {
  if (!knob || !isText(knob.id) || !isText(knob.label)) return false;
  if (knob.type === "slider") return knob.min < knob.max && knob.step > 0 && fits(knob, knob.default);
  if (knob.type === "choice" || knob.type === "picture") return Array.isArray(knob.options) && fits(knob, knob.default);
  return ["toggle", "colour", "text"].includes(knob.type) && fits(knob, knob.default);
}

const shown = (knobs) => (knobs ?? []).filter(isUsable).map((knob) => ({ ...knob, group: knob.group ?? "", hint: knob.hint ?? "" }));

export function benchPackOf(id, document, standIn) {
  const wide = shown(document.knobs);
  const scenes = (document.scenes ?? []).map((scene) => sceneOf(document, scene, wide, standIn));
  return { slug: id, version: 1, code: document.code || "DFT", title: document.title ?? "", cast: document.cast ?? [], knobs: wide, scenes };
}

function sceneOf(document, scene, wide, standIn) {
  const own = shown(scene.knobs);
  const here = [...wide, ...own];
  const starts = Object.entries(scene.defaults ?? {}).filter(([id, value]) => here.some((knob) => knob.id === id && fits(knob, value)));
  const { look, seed, aspect, stand_ins: played } = scene;
  return {
    id: scene.id, title: scene.title ?? "", aspect: aspect || document.aspect, seed: Number.isInteger(seed) ? seed : 0,
    stand_ins: played ?? [], knobs: own, defaults: Object.fromEntries(starts),
    stamp: stampOf(look, aspect || document.aspect, played, scene.defaults, here, document.cast?.length, standIn),
  };
}

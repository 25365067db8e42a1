// What can be done to a knob that touches more than one of its fields, as JSON Patch operations: pure functions, as in
// workbench_ops.js.
import { at, change, freshName, knobIds, pointer, released, replace, set, without } from "./workbench_ops.js";

const remove = (path) => ({ op: "remove", path });
const place = (id) => `{${id}}`;
const sceneOf = (list) => (list.startsWith("/scenes/") ? Number(list.split("/")[2]) : null);
const tidy = (number) => Number(number.toFixed(6));

/** The shop's pictures with the place of each: those of one scene alone, or of all the others. */
function pictures(document, isWanted) {
  const all = [["/cover", document.cover], ...(document.samples ?? []).map((each, index) => [`/samples/${index}`, each])];
  return all.filter(([, picture]) => picture && isWanted(picture));
}

/** The knob at `index` of `list` goes to the other list: a scene's own becomes one of the whole pack, or one of the pack
 * that scene's own. Whatever is said of it goes along, or ends where it no longer is. `to`: its place there. */
export function transferKnob(document, list, index, other, to) {
  const knob = at(document, list)[index];
  return sceneOf(other) === null ? toPack(document, list, index, knob, to) : toScene(document, list, index, knob, other, to);
}

function toPack(document, list, index, knob, to = (document.knobs ?? []).length) {
  const own = sceneOf(list);
  const scene = document.scenes[own];
  const others = [...document.scenes.keys()].filter((each) => each !== own);
  const isTaken = others.some((each) => (document.scenes[each].knobs ?? []).some(({ id }) => id === knob.id));
  const id = isTaken ? freshName(knob.label, knobIds(document), "_") : knob.id;
  const ops = isTaken ? renamed(document, own, knob.id, id) : [];
  ops.push(remove(`${list}/${index}`));
  if (!document.knobs) ops.push(...set("/knobs", []));
  const before = new Set((document.knobs ?? []).slice(0, to).map((each) => each.id));
  const kept = Object.entries(knob.visible_if ?? {}).filter(([name]) => before.has(name));
  const { visible_if: _tied, ...free } = knob;
  const moved = { ...free, id, ...(kept.length && { visible_if: Object.fromEntries(kept) }) };
  ops.push({ op: "add", path: `/knobs/${to}`, value: moved });
  for (const each of others) {
    const { prompt = "" } = document.scenes[each];
    const path = pointer("scenes", each, "prompt");
    if (!prompt.includes(place(id))) ops.push(...change(document, path, `${prompt.trimEnd()}${prompt.trim() ? ", " : ""}${place(id)}`));
  }
  return { id, ops, said: isTaken && scene ? `Another scene has a knob ${knob.id}, so this one is now ${id}.` : "" };
}

/** Another name for a scene's own knob, wherever it is named. */
function renamed(document, own, id, name) {
  const scene = document.scenes[own];
  const base = pointer("scenes", own);
  const ops = (scene.prompt ?? "").includes(place(id)) ? [replace(`${base}/prompt`, scene.prompt.replaceAll(place(id), place(name)))] : [];
  for (const [index, { visible_if: tied }] of (scene.knobs ?? []).entries()) {
    if (tied && id in tied) ops.push({ op: "move", from: `${base}/knobs/${index}/visible_if/${id}`, path: `${base}/knobs/${index}/visible_if/${name}` });
  }
  for (const [path] of pictures(document, (each) => each.scene === scene.id && each.knobs && id in each.knobs)) {
    ops.push({ op: "move", from: `${path}/knobs/${id}`, path: `${path}/knobs/${name}` });
  }
  return ops;
}

function toScene(document, list, index, knob, other, to = 0) {
  const own = sceneOf(other);
  const { id } = knob;
  const ops = [];
  for (const [number, scene] of document.scenes.entries()) {
    const isHere = number === own;
    const words = without(scene.prompt ?? "", id);
    if (!isHere && words !== scene.prompt) ops.push(replace(pointer("scenes", number, "prompt"), words));
    if (scene.defaults && id in scene.defaults) ops.push(remove(pointer("scenes", number, "defaults", id)));
    if (!isHere) ops.push(...released(scene.knobs, pointer("scenes", number, "knobs"), id));
  }
  ops.push(...released(document.knobs, "/knobs", id));
  const { [own]: scene } = document.scenes;
  for (const [path] of pictures(document, (each) => each.scene !== scene.id && each.knobs && id in each.knobs)) {
    ops.push(remove(`${path}/knobs/${id}`));
  }
  const start = scene.defaults && id in scene.defaults ? scene.defaults[id] : knob.default;
  ops.push(remove(`${list}/${index}`));
  if (!scene.knobs) ops.push(...set(other, []));
  ops.push({ op: "add", path: `${other}/${to}`, value: { ...knob, default: start } });
  return { id, ops, said: "" };
}

/** Where the scene's knobs stand when somebody opens it: of the pack's the scene says it, its own say it themselves. */
export function startSo(document, index, values) {
  const scene = document.scenes[index];
  const own = (scene.knobs ?? []).flatMap((knob, place) =>
    knob.id in values ? change(document, pointer("scenes", index, "knobs", place, "default"), values[knob.id]) : [],
  );
  const ids = new Set((scene.knobs ?? []).map((knob) => knob.id));
  const wide = Object.entries(values).filter(([id]) => !ids.has(id));
  if (!wide.length) return own;
  return [...own, ...change(document, pointer("scenes", index, "defaults"), { ...scene.defaults, ...Object.fromEntries(wide) })];
}

// ---- shown only while

const SWITCHES = ["choice", "picture", "toggle"];

/** What may decide whether the knob at `index` of `list` is shown: choices and switches before it. */
export function deciders(document, list, index) {
  const own = sceneOf(list);
  const earlier = own === null ? [] : (document.knobs ?? []);
  return [...earlier, ...(at(document, list) ?? []).slice(0, index)].filter((knob) => SWITCHES.includes(knob?.type));
}

/** The values it can have, in words: [[value, label], ...]. */
export const valuesOf = (knob) =>
  knob.type === "toggle" ? [[true, "On"], [false, "Off"]] : (knob.options ?? []).map((option) => [option.value, option.label || option.value]);

/** `conditions` {knob: values} as what shows the knob at `base`; none: it is always shown. */
export function shownBy(document, base, conditions) {
  const path = `${base}/visible_if`;
  const isThere = at(document, path) !== undefined;
  if (!Object.keys(conditions).length) return isThere ? [remove(path)] : [];
  return change(document, path, conditions);
}

// ---- the words of a slider

/** One band more, between the last two ends. */
export function addBand(document, base) {
  const { words = [], min, max, step } = at(document, base);
  const from = words.length > 1 ? words.at(-2).to : min;
  const steps = Math.round((words.at(-1).to - from) / 2 / step);
  const to = tidy(Math.min(Math.max(from + Math.max(1, steps) * step, from), max));
  return [{ op: "add", path: `${base}/words/${words.length - 1}`, value: { to, say: "" } }];
}

/** The band before the last one that goes reaches to the end. */
export function removeBand(document, base, index) {
  const { words, max } = at(document, base);
  const ops = [remove(`${base}/words/${index}`)];
  return index === words.length - 1 ? [...ops, replace(`${base}/words/${index - 1}/to`, max)] : ops;
}

/** Another end of the range; the last words go on to it. */
export function reachTo(document, base, max) {
  const { words = [], max: before } = at(document, base);
  const ops = change(document, `${base}/max`, max);
  if (words.length && words.at(-1).to === before) ops.push(replace(`${base}/words/${words.length - 1}/to`, max));
  return ops;
}

// ---- parameters

/** Another parameter in the place of `name` in the `sets` at `path`; the order stays. */
export function swapParameter(document, path, name, next, value) {
  const entries = Object.entries(at(document, path) ?? {});
  return set(path, Object.fromEntries(entries.map(([key, old]) => (key === name ? [next, value] : [key, old]))));
}

/** What a parameter is set to where a knob begins to set it: from end to end for a slider, else its usual value. */
export const usual = (setting, isSlider) =>
  isSlider ? [setting.low, setting.high] : setting.kind === "choice" ? setting.options[0][0] : setting.kind === "colour" ? "#0e5f63" : setting.default;

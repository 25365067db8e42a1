// What can be done to a pack's document, as pure functions: each answers with JSON Patch operations, which the browser
// puts on its own copy at once and the server on the one that counts.

const copy = (value) => structuredClone(value);
const escaped = (part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1");
const unescaped = (part) => part.replaceAll("~1", "/").replaceAll("~0", "~");

export const pointer = (...parts) => parts.map((part) => `/${escaped(part)}`).join("");
const partsOf = (path) => path.split("/").slice(1).map(unescaped);

/** The value at `path`, or undefined. */
export function at(document, path) {
  return partsOf(path).reduce((value, part) => (value == null ? undefined : value[part]), document);
}

/** `document` with `ops` done to it. It shares with it whatever they leave alone, so that who shows a part can tell. */
export const patched = (document, ops) => ops.reduce(done, document);

function done(document, { op, path, from, value }) {
  if (op !== "move") return within(document, partsOf(path), op, op === "remove" ? undefined : copy(value));
  return within(within(document, partsOf(from), "remove"), partsOf(path), "add", at(document, from));
}

function within(node, [part, ...rest], op, value) {
  if (node === undefined || node === null) throw new TypeError("There is nothing at this place.");
  const made = Array.isArray(node) ? [...node] : { ...node };
  if (rest.length) made[part] = within(node[part], rest, op, value);
  else if (!Array.isArray(made)) {
    if (op === "remove") delete made[part];
    else made[part] = value;
  } else if (op === "remove") made.splice(Number(part), 1);
  else if (op === "replace") made[Number(part)] = value;
  else made.splice(part === "-" ? made.length : Number(part), 0, value);
  return made;
}

/** `next`, with every part that is as it was taken from `before`. */
export function shared(before, next) {
  if (before === next || typeof next !== "object" || next === null || typeof before !== "object" || before === null) return next;
  if (Array.isArray(before) !== Array.isArray(next)) return next;
  const made = Array.isArray(next) ? [] : {};
  for (const name of Object.keys(next)) made[name] = shared(before[name], next[name]);
  const names = Object.keys(made);
  const isSame = names.length === Object.keys(before).length && names.every((name) => Object.hasOwn(before, name) && made[name] === before[name]);
  return isSame ? before : made;
}

/** Sets what is there or not yet there. */
export const set = (path, value) => [{ op: "add", path, value }];
export const replace = (path, value) => ({ op: "replace", path, value });
export const change = (document, path, value) => (at(document, path) === undefined ? set(path, value) : [replace(path, value)]);

// ---- names

const plain = (text) => text.normalize("NFKD").replace(/[^\w\s-]/g, "").trim().toLowerCase();

/** A name for `text` that is not `taken`, its words joined by `joint`: "-" for scenes, "_" for knobs. */
export function freshName(text, taken, joint) {
  const words = plain(text).replace(/[\s_-]+/g, joint).slice(0, 30).replace(new RegExp(`^[${joint}\\d]+|${joint}+$`, "g"), "");
  const base = words || "one";
  let name = base;
  for (let number = 2; taken.includes(name); number += 1) name = `${base}${joint}${number}`;
  return name;
}

const idsOf = (items) => (items ?? []).map((item) => item?.id);

/** Every knob's id in the pack: a name is used once. */
export function knobIds(document) {
  const own = (document.scenes ?? []).flatMap((scene) => idsOf(scene.knobs));
  return [...idsOf(document.knobs), ...own, "person", "other"];
}

// ---- scenes

export function duplicateScene(document, index) {
  const scene = document.scenes[index];
  const title = `${scene.title} again`.slice(0, 40);
  const id = freshName(title, idsOf(document.scenes), "-");
  return { id, ops: [{ op: "add", path: pointer("scenes", index + 1), value: { ...copy(scene), id, title } }, ...sampled(document, id, title)] };
}

/** Every scene is shown somewhere: the shop takes a picture of this one. */
function sampled(document, scene, title) {
  const name = freshName(scene, ["cover", ...(document.samples ?? []).map((each) => each.name)], "-");
  const sample = { name, scene, alt: title };
  return document.samples ? [{ op: "add", path: "/samples/-", value: sample }] : set("/samples", [sample]);
}

/** The scene that was on the cover until now stays shown. */
export function coverWith(document, scene) {
  const before = document.scenes.find((each) => each.id === document.cover?.scene);
  const isShown = !before || (document.samples ?? []).some((each) => each.scene === before.id);
  const cover = { name: "cover", alt: document.cover?.alt ?? document.title, scene };
  return [...set("/cover", cover), ...(isShown ? [] : sampled(document, before.id, before.title))];
}

/** The pictures that show the scene go to another: a pack without a cover cannot be sold. */
export function deleteScene(document, index) {
  const { id } = document.scenes[index];
  const heir = document.scenes[index === 0 ? 1 : 0].id;
  const ops = document.cover?.scene === id ? [replace("/cover/scene", heir)] : [];
  if (ops.length && document.cover.knobs) ops.push({ op: "remove", path: "/cover/knobs" }); // they may be of this scene alone
  const samples = [...(document.samples ?? []).entries()].filter(([, sample]) => sample.scene === id).reverse();
  for (const [place] of samples) ops.push({ op: "remove", path: pointer("samples", place) });
  return [...ops, { op: "remove", path: pointer("scenes", index) }];
}

export const moveItem = (list, from, to) => [{ op: "move", from: `${list}/${from}`, path: `${list}/${to}` }];

// ---- knobs

/** Which scenes a knob at `path` belongs to: a pack-wide one to all. */
function scenesOf(document, path) {
  const parts = partsOf(path);
  return parts[0] === "scenes" ? [Number(parts[1])] : [...document.scenes.keys()];
}

/** The knob, and its place in the words of every scene that has it. */
export function addKnob(document, list, knob) {
  const id = freshName(knob.label, knobIds(document), "_");
  const ops = at(document, list) ? [] : set(list, []);
  ops.push({ op: "add", path: `${list}/-`, value: { ...knob, id } });
  for (const index of scenesOf(document, list)) {
    const { prompt = "" } = document.scenes[index];
    ops.push(replace(pointer("scenes", index, "prompt"), `${prompt.trimEnd()}${prompt.trim() ? ", " : ""}{${id}}`));
  }
  return { id, ops };
}

/** The knob, and every mention of it. */
export function deleteKnob(document, list, index) {
  const { id } = at(document, list)[index];
  const ops = [];
  for (const number of scenesOf(document, list)) {
    const scene = document.scenes[number];
    const words = without(scene.prompt ?? "", id);
    if (words !== scene.prompt) ops.push(replace(pointer("scenes", number, "prompt"), words));
    if (scene.defaults && id in scene.defaults) ops.push({ op: "remove", path: pointer("scenes", number, "defaults", id) });
    ops.push(...released(scene.knobs, pointer("scenes", number, "knobs"), id));
  }
  ops.push(...released(document.knobs, "/knobs", id));
  for (const [place, picture] of [["/cover", document.cover], ...(document.samples ?? []).map((each, at) => [`/samples/${at}`, each])]) {
    if (picture?.knobs && id in picture.knobs) ops.push({ op: "remove", path: `${place}/knobs/${escaped(id)}` });
  }
  return [...ops, { op: "remove", path: `${list}/${index}` }];
}

export function released(knobs, list, id) {
  const tied = [...(knobs ?? []).entries()].filter(([, knob]) => knob.visible_if && id in knob.visible_if);
  return tied.map(([index]) => ({ op: "remove", path: `${list}/${index}/visible_if/${escaped(id)}` }));
}

export function without(prompt, id) {
  const bare = prompt.replaceAll(new RegExp(`,?\\s*\\{${id}\\}`, "g"), "");
  return bare.replace(/^[\s,]+/, "") || prompt;
}

// ---- what a new knob starts as: something that shows at once

const thirds = (low, high) => [low + (high - low) / 3, low + (2 * (high - low)) / 3, high].map((each) => Number(each.toFixed(2)));

export function newSlider(setting) {
  const { low, high, step, words, name } = setting;
  const ends = thirds(low, high);
  const middle = Number((low + step * Math.round((high - low) / 2 / step)).toFixed(4));
  return {
    type: "slider", label: setting.knob, hint: "", group: "", min: low, max: high, step, default: middle,
    says: name === "hour" ? "clock" : "percent", sets: { [name]: [low, high] },
    words: ends.map((to, index) => ({ to, say: words[index] })),
  };
}

export function newChoice(setting) {
  const options = setting.options.slice(0, 4).map(([value, label], index) => ({
    value, label, sets: { [setting.name]: value }, words: setting.words[index],
  }));
  return { type: "choice", label: setting.knob, hint: "", group: "", default: options[0].value, options };
}

export const newToggle = () => ({
  type: "toggle", label: "Black and white", hint: "", group: "", default: false,
  on: { sets: { grade: "silver" }, words: "black and white photograph" }, off: { sets: { grade: "warm" }, words: "in colour" },
});

export const newColour = (setting) => ({
  type: "colour", label: setting.knob, hint: "", group: "", default: "#0e5f63", sets: setting.name, words: "touches of {colour}",
});

export function newPicture(setting, pictures) {
  const made = newChoice(setting);
  const options = made.options.map((option, index) => ({ ...option, picture: pictures[index % pictures.length] }));
  return { ...made, type: "picture", options };
}

export const newText = () => ({
  type: "text", label: "Something of yours", hint: "A word such as rain, night or beach", group: "", default: "", max_length: 60,
  words: "with {text}", sees: [{ any: ["night", "evening"], sets: { hour: 21.5 } }, { any: ["rain"], sets: { rain: 0.8 } }],
});

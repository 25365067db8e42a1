// What a bench stands on, as pure functions: which knobs a scene has, where they stand, how a value reads, and the link
// that reopens it all. `turned` is {wide: {knob: value}, own: {scene: {knob: value}}}: only what a person has turned.

export const NOTHING_TURNED = { wide: {}, own: {} };
const MOST_EXPOSURES = 7;
const LONG_CHARS = 200; // a text knob that takes more is for whole sentences
const MAJOR_TICKS = [6, 5, 4, 7, 8, 3, 10, 9, 12, 2]; // those the style sheet can draw, best first

export const sceneOf = (pack, id) => pack.scenes.find((scene) => scene.id === id) ?? pack.scenes[0];
export const knobsOf = (pack, scene) => [...pack.knobs, ...scene.knobs];

export function startOf(scene, knob) {
  return Object.hasOwn(scene.defaults, knob.id) ? scene.defaults[knob.id] : knob.default;
}

const shelfOf = (turned, scene, knob) => (scene.knobs.includes(knob) ? (turned.own[scene.id] ?? {}) : turned.wide);

export function valueOf(turned, scene, knob) {
  const shelf = shelfOf(turned, scene, knob);
  return Object.hasOwn(shelf, knob.id) ? shelf[knob.id] : startOf(scene, knob);
}

export function valuesOf(pack, turned, scene) {
  return Object.fromEntries(knobsOf(pack, scene).map((knob) => [knob.id, valueOf(turned, scene, knob)]));
}

/** Only the values that differ from where the scene starts: what a draft or an order has to name. */
export function differing(pack, turned, scene) {
  const knobs = knobsOf(pack, scene).filter((knob) => valueOf(turned, scene, knob) !== startOf(scene, knob));
  return Object.fromEntries(knobs.map((knob) => [knob.id, valueOf(turned, scene, knob)]));
}

/** A knob for whole sentences. */
export const isLong = (knob) => knob.type === "text" && knob.max_length > LONG_CHARS;

const typedWords = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
const counted = (count) => `${count} ${count === 1 ? "word" : "words"}`;

/** How many words may still be typed, in words; null where only letters count. */
export function wordsLeft(knob, value) {
  return knob.max_words ? `${counted(Math.max(0, knob.max_words - typedWords(value).length))} left` : null;
}

/** Why the server would not take these words; "" when it does. */
export function notTaken(knob, value) {
  const typed = typedWords(value);
  if (knob.max_words && typed.length > knob.max_words) return `${knob.label} takes ${counted(knob.max_words)}; take out ${typed.length - knob.max_words}.`;
  const refused = new Set((knob.refuses ?? []).map((word) => word.toLowerCase()));
  const found = typed.find((word) => refused.has(word));
  return found ? `${knob.label} does not take the word ${found}.` : "";
}

/** `values` without words that the server would not take: the draft goes on without them. */
export function taken(pack, scene, values) {
  const wrong = knobsOf(pack, scene).filter((knob) => knob.type === "text" && knob.id in values && notTaken(knob, values[knob.id]));
  return wrong.length ? Object.fromEntries(Object.entries(values).filter(([id]) => wrong.every((knob) => knob.id !== id))) : values;
}

/** `values` with words no longer than an address or a line has room for. */
export function shortened(values, most) {
  const cut = (value) => (typeof value === "string" ? value.slice(0, most) : value);
  return Object.fromEntries(Object.entries(values).map(([id, value]) => [id, cut(value)]));
}

/** A shop picture of the scene, for as long as there is no draft; none once a knob is turned, for it would show another
 * setting. */
export function posterOf(pack, turned, scene) {
  return Object.keys(differing(pack, turned, scene)).length ? "" : (pack.posters?.[scene.id] ?? "");
}

export function turn(turned, scene, knob, value) {
  if (!scene.knobs.includes(knob)) return { ...turned, wide: { ...turned.wide, [knob.id]: value } };
  return { ...turned, own: { ...turned.own, [scene.id]: { ...turned.own[scene.id], [knob.id]: value } } };
}

/** `turned` with one scene standing exactly at `values`; what they say as the scene starts counts as not turned. */
export function putOn(pack, turned, scene, values) {
  const set = (shelf, knobs) => {
    const kept = { ...shelf };
    for (const knob of knobs) {
      delete kept[knob.id];
      const value = values[knob.id];
      if (fits(knob, value) && value !== startOf(scene, knob)) kept[knob.id] = value;
    }
    return kept;
  };
  return {
    wide: set(turned.wide, pack.knobs),
    own: { ...turned.own, [scene.id]: set(turned.own[scene.id], scene.knobs) },
  };
}

/** A hidden knob keeps its value; it is only not shown. */
export function shownKnobs(pack, turned, scene) {
  const values = valuesOf(pack, turned, scene);
  const isShown = (knob) =>
    Object.entries(knob.visible_if ?? {}).every(([name, allowed]) => allowed.includes(values[name]));
  return knobsOf(pack, scene).filter(isShown);
}

/** Knobs under their headings, in the order of the pack: [[heading, [knob, ...]], ...]. */
export function grouped(knobs) {
  const groups = new Map();
  for (const knob of knobs) groups.set(knob.group, [...(groups.get(knob.group) ?? []), knob]);
  return [...groups];
}

/** `value` is one that this knob can take. Sliders may stand between two steps: the server puts them on the nearest. */
export function fits(knob, value) {
  if (knob.type === "slider") return Number.isFinite(value) && value >= knob.min && value <= knob.max;
  if (knob.type === "toggle") return typeof value === "boolean";
  if (knob.type === "colour") return typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value);
  if (knob.type === "text") return typeof value === "string" && value.length <= knob.max_length;
  if (!knob.options) return false;
  return knob.options.some((option) => option.value === value);
}

const decimals = (step) => (String(step).split(".")[1] ?? "").length;
const clock = (hours) => {
  const minutes = Math.round(hours * 60);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
};

/** How a value reads on screen. */
export function inWords(knob, value) {
  if (knob.type === "toggle") return value ? "On" : "Off";
  if (knob.type === "colour") return String(value).toUpperCase();
  if (knob.type === "text") return value;
  if (knob.type !== "slider") return knob.options.find((option) => option.value === value)?.label ?? "";
  const part = (value - knob.min) / (knob.max - knob.min);
  if (Array.isArray(knob.says)) return knob.says[Math.round(part * (knob.says.length - 1))];
  if (knob.says === "clock") return clock(value);
  if (knob.says === "percent") return `${Math.round(part * 100)} %`;
  return `${value.toFixed(decimals(knob.step))}${knob.unit ? ` ${knob.unit}` : ""}`;
}

export const onStep = (knob, value) => {
  const steps = Math.round((value - knob.min) / knob.step);
  return Number(Math.min(knob.max, Math.max(knob.min, knob.min + steps * knob.step)).toFixed(6));
};

/** Long ticks of the scale: a division that the knob's steps fall on where there is one. */
export function majorTicks(knob) {
  if (Array.isArray(knob.says) && MAJOR_TICKS.includes(knob.says.length - 1)) return knob.says.length - 1;
  const steps = Math.round((knob.max - knob.min) / knob.step);
  return MAJOR_TICKS.find((count) => steps % count === 0) ?? MAJOR_TICKS[0];
}

/** The exposures of a knob's test strip, 2 to 7 of them; none for knobs that have no few values. */
export function exposuresOf(knob) {
  if (knob.type === "toggle") return [false, true];
  if (knob.options) return knob.options.slice(0, MOST_EXPOSURES).map((option) => option.value);
  if (knob.type !== "slider") return [];
  const count = Math.min(MOST_EXPOSURES, Math.round((knob.max - knob.min) / knob.step) + 1);
  const spread = (index) => knob.min + ((knob.max - knob.min) * index) / (count - 1);
  return Array.from({ length: count }, (_, index) => onStep(knob, spread(index)));
}

/** How many knobs stand elsewhere than where the pack opens. */
export function countTurned(pack, turned) {
  const own = pack.scenes.map((scene) => scene.knobs.filter((knob) => isOff(turned, scene, knob)).length);
  const wide = pack.knobs.filter((knob) => pack.scenes.some((scene) => isOff(turned, scene, knob))).length;
  return own.reduce((sum, count) => sum + count, wide);
}

const isOff = (turned, scene, knob) => valueOf(turned, scene, knob) !== startOf(scene, knob);

// ---- the link: base64url of UTF-8 JSON {w: wide, s: own}

export function encodeTurned(pack, turned) {
  const wide = pick(pack.knobs, turned.wide);
  const own = {};
  for (const scene of pack.scenes) {
    const kept = pick(scene.knobs, turned.own[scene.id] ?? {});
    for (const knob of scene.knobs) if (kept[knob.id] === startOf(scene, knob)) delete kept[knob.id];
    if (Object.keys(kept).length) own[scene.id] = kept;
  }
  for (const knob of pack.knobs) {
    if (pack.scenes.every((scene) => wide[knob.id] === startOf(scene, knob))) delete wide[knob.id];
  }
  const parts = { ...(Object.keys(wide).length && { w: wide }), ...(Object.keys(own).length && { s: own }) };
  if (!Object.keys(parts).length) return "";
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Reads a link's `k`; what this pack does not know (any more) is left out. */
export function decodeTurned(pack, text) {
  let parts;
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    parts = JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (letter) => letter.charCodeAt(0))));
  } catch {
    return NOTHING_TURNED;
  }
  const own = {};
  for (const scene of pack.scenes) {
    const kept = pick(scene.knobs, parts?.s?.[scene.id]);
    if (Object.keys(kept).length) own[scene.id] = kept;
  }
  return { wide: pick(pack.knobs, parts?.w), own };
}

function pick(knobs, values) {
  if (typeof values !== "object" || values === null) return {};
  const kept = knobs.filter((knob) => Object.hasOwn(values, knob.id) && fits(knob, values[knob.id]));
  return Object.fromEntries(kept.map((knob) => [knob.id, values[knob.id]]));
}

// What can be done to the pictures of a pack's document, as pure functions that answer with JSON Patch operations.
import { at, coverWith, freshName, pointer } from "./workbench_ops.js";

const RECIPE = ["scene", "knobs", "seed", "stand_ins"];
const bare = (picture) => Object.fromEntries(Object.entries(picture ?? {}).filter(([name]) => !RECIPE.includes(name)));
const put = (document, path, value) => [{ op: at(document, path) === undefined ? "add" : "replace", path, value }];

/** [path, picture]: cover first. */
export function picturesOf(document) {
  const samples = Array.isArray(document.samples) ? document.samples : [];
  return [...(document.cover ? [["/cover", document.cover]] : []), ...samples.map((each, index) => [pointer("samples", index), each])];
}

/** One more sample, of `scene`. */
export function addPicture(document, scene) {
  const names = picturesOf(document).map(([, each]) => each?.name);
  const name = freshName(scene.id, ["cover", ...names], "-");
  const value = { name, scene: scene.id, alt: scene.title || scene.id };
  const ops = document.samples ? [{ op: "add", path: "/samples/-", value }] : [{ op: "add", path: "/samples", value: [value] }];
  return { name, ops };
}

/** Another scene on it, as that scene opens. The scene that was on the cover until now stays shown. */
export function picturing(document, path, scene) {
  if (path === "/cover") return coverWith(document, scene);
  return put(document, path, { ...bare(at(document, path)), scene });
}

/** The picture shows `scene` with these knobs and this seed: what is on the bench. */
export function asOnBench(document, path, { scene, knobs, seed }) {
  const kept = path === "/cover" && at(document, "/cover/scene") !== scene ? coverWith(document, scene).slice(1) : [];
  return [...put(document, path, { ...bare(at(document, path)), scene, knobs, seed }), ...kept];
}

/** Whether its scene is shown elsewhere too. */
export function mayGo(document, path) {
  const scene = at(document, path)?.scene;
  return path !== "/cover" && picturesOf(document).filter(([, each]) => each?.scene === scene).length > 1;
}

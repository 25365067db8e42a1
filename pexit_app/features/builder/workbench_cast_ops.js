// Who is in the pictures: one person or two, as JSON Patch operations. Pure.
import { change, replace, set } from "./workbench_ops.js";

const OTHER = { id: "other", label: "Who comes along" };
const APART = /\s*(?:,|\band\b|\bwith\b|\bbeside\b)?\s*\{other\}/g;

/** A second person in every scene, played by somebody else than the first. `standIns`: the names there are. */
export function addSecond(document, standIns) {
  const ops = [{ op: "add", path: "/cast/-", value: OTHER }];
  const partner = (first) => standIns.find((name) => name !== first) ?? first;
  for (const [index, scene] of document.scenes.entries()) {
    const [first = standIns[0]] = scene.stand_ins ?? [];
    ops.push(...set(`/scenes/${index}/stand_ins`, [first, partner(first)]));
    const { prompt = "" } = scene;
    if (prompt.includes("{other}")) continue;
    const words = prompt.includes("{person}") ? prompt.replace("{person}", "{person} and {other}") : `${prompt.trimEnd()}, {other}`;
    ops.push(...change(document, `/scenes/${index}/prompt`, words));
  }
  for (const [path, played] of inPictures(document)) ops.push(replace(path, [played[0], partner(played[0])]));
  return ops;
}

/** The first person alone. */
export function removeSecond(document) {
  const ops = [{ op: "remove", path: "/cast/1" }];
  for (const [index, scene] of document.scenes.entries()) {
    if (scene.stand_ins?.length > 1) ops.push(replace(`/scenes/${index}/stand_ins`, scene.stand_ins.slice(0, 1)));
    const words = (scene.prompt ?? "").replace(APART, "");
    if (words !== (scene.prompt ?? "")) ops.push(replace(`/scenes/${index}/prompt`, words.trim() || "{person}"));
  }
  for (const [path, played] of inPictures(document)) ops.push(replace(path, played.slice(0, 1)));
  return ops;
}

/** Pictures of the shop that say who plays in them: [path, names]. */
function inPictures(document) {
  const all = [["/cover", document.cover], ...(document.samples ?? []).map((each, index) => [`/samples/${index}`, each])];
  return all.filter(([, each]) => each?.stand_ins?.length).map(([path, each]) => [`${path}/stand_ins`, each.stand_ins]);
}

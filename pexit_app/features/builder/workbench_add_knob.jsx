import { useState } from "react";

import { addKnob, newChoice, newColour, newPicture, newSlider, newText, newToggle } from "./workbench_ops.js";
import { MOST_KNOBS } from "./workbench_limits.js";
import { useWorkbench, workbench } from "./workbench_store.js";

/** The parameters a knob turns. */
function turnedBy(knob) {
  const effects = [...(knob.options ?? []), ...(knob.sees ?? []), knob.on, knob.off].filter(Boolean);
  if (knob.type === "colour") return [knob.sets];
  return [knob.sets ?? {}, ...effects.map((each) => each.sets ?? {})].flatMap((sets) => Object.keys(sets));
}

/** What knobs pull on already, where a new one would be: two on one parameter at once would be a tug of war. */
function taken(document, isOwn) {
  const scenes = isOwn ? [document.scenes[workbench.sceneAt]] : document.scenes;
  return new Set([...(document.knobs ?? []), ...scenes.flatMap((scene) => scene.knobs ?? [])].flatMap(turnedBy));
}

/** Whether one more fits: of the whole pack it stands in every scene. */
export function isFull(document, isOwn) {
  const wide = (document.knobs ?? []).length;
  const scenes = isOwn ? [document.scenes[workbench.sceneAt]] : document.scenes;
  return Math.max(...scenes.map((scene) => wide + (scene.knobs ?? []).length)) >= MOST_KNOBS;
}

/** What a new knob can be, each something that shows at once: [[heading, [[key, words, make], ...]], ...]. What another turns
 * already comes last. */
function offers(document, settings, used) {
  const of = (kind) => settings.filter((each) => each.kind === kind);
  const names = [document.cover, ...(document.samples ?? [])].filter(Boolean).map((each) => each.name);
  const pictured = names.length ? of("choice").slice(0, 3) : [];
  const groups = [
    ["Sliders", of("number").map((each) => [`number ${each.name}`, each.knob, () => newSlider(each)])],
    ["Choices", of("choice").map((each) => [`choice ${each.name}`, each.knob, () => newChoice(each)])],
    ["Chosen by a picture of the shop", pictured.map((each) => [`picture ${each.name}`, each.knob, () => newPicture(each, names)])],
    ["Others", [
      ["toggle", "A switch: black and white", newToggle],
      ...of("colour").map((each) => [`colour ${each.name}`, each.knob, () => newColour(each)]),
      ["text", "Words of their own", newText],
    ]],
  ];
  const isFree = ([, , make]) => !turnedBy(make()).some((name) => used.has(name));
  const rest = groups.flatMap(([, all]) => all.filter((each) => !isFree(each)));
  return [...groups.map(([heading, all]) => [heading, all.filter(isFree)]), ["Turned by another knob already", rest]].filter(([, all]) => all.length);
}

export function AddKnob({ settings, own }) {
  const { document } = useWorkbench();
  const [asked, setAsked] = useState("");
  const [isOwn, setIsOwn] = useState(false);
  const used = taken(document, isOwn);
  const groups = offers(document, settings, used);
  const all = groups.flatMap(([, each]) => each);
  const chosen = all.find(([key]) => key === asked) ?? all[0];
  const isOff = isFull(document, isOwn);
  const isShared = turnedBy(chosen[2]()).some((name) => used.has(name));
  const add = () => {
    const list = isOwn ? own : "/knobs";
    const { id, ops } = addKnob(workbench.state.document, list, chosen[2]());
    workbench.edit(ops, "Knob added");
    workbench.show({ knob: id });
    workbench.say("The knob is added, and stands at the end of the words.");
  };
  const hint = isShared
    ? "Another knob turns this already. Say under When it is there that only one of them shows at a time."
    : "Something that no other knob turns yet.";
  return (
    <div className="workadd">
      <div className="field">
        <label className="label" htmlFor="new-knob">A new knob</label>
        <select id="new-knob" value={chosen[0]} onChange={(event) => setAsked(event.target.value)}>
          {groups.map(([heading, each]) => (
            <optgroup key={heading} label={heading}>
              {each.map(([key, words]) => <option key={key} value={key}>{words}</option>)}
            </optgroup>
          ))}
        </select>
        <span className="small quiet">{isOff ? `A scene offers ${MOST_KNOBS} knobs, and that is the most.` : hint}</span>
      </div>
      <label className="tickline">
        <input type="checkbox" checked={isOwn} onChange={(event) => setIsOwn(event.target.checked)} /> In this scene alone
      </label>
      <button type="button" className="act" aria-disabled={isOff} onClick={() => isOff || add()}>Add the knob</button>
    </div>
  );
}

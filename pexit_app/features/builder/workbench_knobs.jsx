import { useState } from "react";

import { addKnob, deleteKnob, moveItem, newChoice, newColour, newSlider, newText, newToggle, pointer } from "./workbench_ops.js";
import { TextField, Tool } from "./workbench_fields.jsx";
import { ChoiceKnob, ColourKnob, SliderKnob, TextKnob, ToggleKnob } from "./workbench_knob.jsx";
import { KnobGrade, KnobProof } from "./workbench_proof.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";
import { KnobStrip } from "./workbench_strip.jsx";

const KINDS = { slider: "Slider", choice: "Choice", toggle: "Switch", colour: "Colour", text: "Words", picture: "Pictures" };
const MOST_KNOBS = 24;

/** The knobs of the whole pack, then those of the scene alone. */
export function KnobForms({ settings }) {
  const { document } = useWorkbench();
  const own = pointer("scenes", workbench.sceneAt, "knobs");
  const scene = document.scenes[workbench.sceneAt];
  return (
    <div className="workform">
      <AddKnob settings={settings} own={own} />
      <KnobList list="/knobs" heading="In every scene" knobs={document.knobs ?? []} settings={settings} />
      <KnobList list={own} heading={`Only in ${scene.title || "this scene"}`} knobs={scene.knobs ?? []} settings={settings} />
    </div>
  );
}

/** The parameters a knob turns. */
function turnedBy(knob) {
  const effects = [...(knob.options ?? []), ...(knob.sees ?? []), knob.on, knob.off].filter(Boolean);
  if (knob.type === "colour") return [knob.sets];
  return [knob.sets ?? {}, ...effects.map((each) => each.sets ?? {})].flatMap((sets) => Object.keys(sets));
}

/** What knobs pull on already, where a new one would be: two on one parameter would be a tug of war. */
function taken(document, isOwn) {
  const scenes = isOwn ? [document.scenes[workbench.sceneAt]] : document.scenes;
  return new Set([...(document.knobs ?? []), ...scenes.flatMap((scene) => scene.knobs ?? [])].flatMap(turnedBy));
}

/** What a new knob can be, each something that shows at once: [[heading, [[key, words, make], ...]], ...]. */
function offers(settings, used) {
  const made = (kind, make) =>
    settings.filter((each) => each.kind === kind).map((each) => [`${kind} ${each.name}`, each.knob, () => make(each)]);
  const free = (all) => all.filter(([, , make]) => !turnedBy(make()).some((name) => used.has(name)));
  const others = [["toggle", "A switch: black and white", newToggle], ...made("colour", newColour), ["text", "Words of their own", newText]];
  const groups = [["Sliders", made("number", newSlider)], ["Choices", made("choice", newChoice)], ["Others", others]];
  return groups.map(([heading, all]) => [heading, free(all)]).filter(([, all]) => all.length);
}

function AddKnob({ settings, own }) {
  const { document } = useWorkbench();
  const [asked, setAsked] = useState("");
  const [isOwn, setIsOwn] = useState(false);
  const groups = offers(settings, taken(document, isOwn));
  const all = groups.flatMap(([, each]) => each);
  const chosen = all.find(([key]) => key === asked) ?? all[0];
  const isFull = !chosen || (document.knobs ?? []).length >= MOST_KNOBS;
  const add = () => {
    const { id, ops } = addKnob(workbench.state.document, isOwn ? own : "/knobs", chosen[2]());
    workbench.edit(ops, "Knob added");
    workbench.show({ knob: id });
    workbench.say("The knob is added, and stands at the end of the words.");
  };
  return (
    <div className="workadd">
      <div className="field">
        <label className="label" htmlFor="new-knob">A new knob</label>
        <select id="new-knob" value={chosen?.[0] ?? ""} onChange={(event) => setAsked(event.target.value)}>
          {groups.map(([heading, each]) => (
            <optgroup key={heading} label={heading}>
              {each.map(([key, words]) => <option key={key} value={key}>{words}</option>)}
            </optgroup>
          ))}
        </select>
        <span className="small quiet">Only what no other knob turns yet.</span>
      </div>
      <label className="tickline">
        <input type="checkbox" checked={isOwn} onChange={(event) => setIsOwn(event.target.checked)} /> In this scene alone
      </label>
      <button type="button" className="act" aria-disabled={isFull} onClick={() => isFull || add()}>Add the knob</button>
    </div>
  );
}

function KnobList({ list, heading, knobs, settings }) {
  return (
    <section aria-label={heading} className="workknobs">
      <h3 className="label">{heading}</h3>
      {knobs.length === 0 && <p className="small quiet">None.</p>}
      {knobs.map((knob, index) => <KnobRow key={knob.id} list={list} index={index} knob={knob} count={knobs.length} settings={settings} />)}
    </section>
  );
}

const FORMS = { slider: SliderKnob, choice: ChoiceKnob, toggle: ToggleKnob, colour: ColourKnob, text: TextKnob };

function KnobRow({ list, index, knob, count, settings }) {
  const { knob: open, problems } = useWorkbench();
  const base = `${list}/${index}`;
  const isOpen = open === knob.id;
  const wrong = problems.filter((each) => each.pointer.startsWith(`${base}/`) && each.severity === "error").length;
  const Form = FORMS[knob.type];
  const own = list === "/knobs" ? "" : workbench.state.scene;
  return (
    <div className="workknob">
      <button type="button" className="workknob__head" aria-expanded={isOpen} onClick={() => workbench.show({ knob: isOpen ? "" : knob.id })}>
        <b>{knob.label || "No label"}</b>
        <KnobGrade knob={knob.id} scene={own} />
        <span className="code quiet">{wrong ? "mend" : (KINDS[knob.type] ?? "")}</span>
      </button>
      {isOpen && (
        <div className="workknob__body">
          <KnobProof knob={knob.id} scene={own} />
          <KnobStrip knob={knob.id} />
          <TextField path={`${base}/label`} label="Label" what="Knob label" hint="What a person sees it do." maxLength={60} />
          <TextField path={`${base}/hint`} label="Hint" what="Knob hint" maxLength={160} />
          <TextField path={`${base}/group`} label="Heading it stands under" what="Knob group" maxLength={40} />
          {Form ? <Form base={base} knob={knob} settings={settings} /> : <p className="small quiet">Its pictures are set in the pack's file.</p>}
          <KnobActs list={list} index={index} count={count} />
        </div>
      )}
    </div>
  );
}

function KnobActs({ list, index, count }) {
  const remove = () => {
    workbench.edit(deleteKnob(workbench.state.document, list, index), "Knob deleted");
    workbench.say("The knob is deleted, and its place in the words. Undo brings both back.");
  };
  const move = (by) => workbench.edit(moveItem(list, index, index + by), "Knob moved");
  return (
    <div className="workacts" role="group" aria-label="This knob">
      <Tool onPress={() => move(-1)} isOff={index === 0}>Up</Tool>
      <Tool onPress={() => move(1)} isOff={index === count - 1}>Down</Tool>
      <Tool onPress={remove}>Delete knob</Tool>
    </div>
  );
}


import { memo, useState } from "react";

import { AddKnob, isFull } from "./workbench_add_knob.jsx";
import { TextField, Tool } from "./workbench_fields.jsx";
import { ColourKnob, SliderKnob, ToggleKnob } from "./workbench_knob.jsx";
import { transferKnob } from "./workbench_knob_ops.js";
import { at, deleteKnob, moveItem, pointer } from "./workbench_ops.js";
import { ChoiceKnob } from "./workbench_options.jsx";
import { ShownForm } from "./workbench_shown.jsx";
import { KnobGrade, KnobProof } from "./workbench_proof.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";
import { KnobStrip } from "./workbench_strip.jsx";
import { TextKnob } from "./workbench_text.jsx";

const KINDS = { slider: "Slider", choice: "Choice", toggle: "Switch", colour: "Colour", text: "Words", picture: "Pictures" };
const FORMS = { slider: SliderKnob, choice: ChoiceKnob, picture: ChoiceKnob, toggle: ToggleKnob, colour: ColourKnob, text: TextKnob };

const listOf = (document, list) => at(document, list) ?? [];
/** The scene that a list of knobs belongs to; empty: every scene. */
const sceneOf = (list) => (list === "/knobs" ? "" : (workbench.state.document.scenes[Number(list.split("/")[2])]?.id ?? ""));

/** Puts a knob at another place of its list, or into the other one: `from` and `to` are {list, index}. */
function moveKnob(from, to) {
  const { document } = workbench.state;
  const { label } = at(document, from.list)[from.index];
  const count = listOf(document, to.list).length;
  if (from.list !== to.list) {
    if (isFull(document, false) && to.list === "/knobs") return workbench.say("Some scene offers as many knobs as it can. Take one out there first.");
    const { id, ops, said } = transferKnob(document, from.list, from.index, to.list, to.index ?? undefined);
    workbench.edit(ops, "Knob moved");
    workbench.say(`${label} is now ${to.list === "/knobs" ? "in every scene" : "in this scene alone"}. ${said}`);
    return workbench.show({ knob: id });
  }
  if (to.index < 0 || to.index >= count || to.index === from.index) return undefined;
  workbench.edit(moveItem(from.list, from.index, to.index), "Knob moved");
  workbench.say(`${label} is knob ${to.index + 1} of ${count}.`);
  return workbench.show({ goal: `${to.list}/${to.index}` });
}

/** The knobs of the whole pack, then those of the scene alone. */
export function KnobForms({ settings }) {
  const { document, problems, knob } = useWorkbench();
  const [dragged, setDragged] = useState(null); // {list, index}
  const own = pointer("scenes", workbench.sceneAt, "knobs");
  const scene = document.scenes[workbench.sceneAt];
  const hands = { dragged, onDrag: setDragged };
  const lists = [["/knobs", "In every scene", own, "To this scene alone"], [own, `Only in ${scene.title || "this scene"}`, "/knobs", "To every scene"]];
  return (
    <div className="workform">
      <AddKnob settings={settings} own={own} />
      {lists.map(([list, heading, other, away]) => (
        <KnobList key={list} list={list} heading={heading} other={other} away={away} settings={settings} open={knob} problems={problems} hands={hands} />
      ))}
    </div>
  );
}

function KnobList({ list, heading, other, away, settings, open, problems, hands }) {
  const { document } = useWorkbench();
  const knobs = listOf(document, list);
  const { dragged, onDrag } = hands;
  const drop = (index) => (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (dragged) moveKnob(dragged, { list, index });
    onDrag(null);
  };
  const allow = (event) => dragged && event.preventDefault();
  return (
    <section aria-label={heading} className="workknobs" data-path={list} tabIndex={-1} onDragOver={allow} onDrop={drop(null)}>
      <h3 className="label">{heading}</h3>
      {knobs.length === 0 && <p className="small quiet">None.</p>}
      {knobs.map((knob, index) => (
        <div
          key={knob.id} className="workknob" draggable={open !== knob.id} onDragStart={() => onDrag({ list, index })}
          onDragEnd={() => onDrag(null)} onDrop={drop(index)} data-dragged={dragged?.list === list && dragged.index === index ? "yes" : "no"}
        >
          <KnobRow
            list={list} index={index} count={knobs.length} knob={knob} isOpen={open === knob.id} settings={settings} other={other} away={away}
            wrong={problems.filter((each) => each.severity === "error" && each.pointer.startsWith(`${list}/${index}/`)).length}
          />
        </div>
      ))}
    </section>
  );
}

/** One knob: its name, and when it is opened everything about it. Alt and an arrow put it elsewhere. */
const KnobRow = memo(function KnobRow({ list, index, count, knob, isOpen, settings, other, away, wrong }) {
  const base = `${list}/${index}`;
  const Form = FORMS[knob.type];
  const own = sceneOf(list);
  const keys = (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !event.altKey) return;
    event.preventDefault();
    moveKnob({ list, index }, { list, index: index + by });
  };
  return (
    <>
      <button
        type="button" className="workknob__head" aria-expanded={isOpen} data-path={base} onKeyDown={keys}
        aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown" onClick={() => workbench.show({ knob: isOpen ? "" : knob.id })}
      >
        <b>{knob.label || "No label"}</b>
        <KnobGrade knob={knob.id} scene={own} />
        <span className="code quiet">{wrong ? "mend" : (KINDS[knob.type] ?? "")}</span>
      </button>
      {isOpen && (
        <div className="workknob__body">
          <KnobProof knob={knob.id} scene={own} />
          <KnobStrip knob={knob.id} />
          <div className="workwide">
            <TextField path={`${base}/label`} label="Label" what="Knob label" hint="What a person sees it do." maxLength={40} />
            <TextField path={`${base}/group`} label="Heading it stands under" what="Knob group" maxLength={40} />
          </div>
          <TextField path={`${base}/hint`} label="Hint" what="Knob hint" maxLength={160} />
          {Form && <Form base={base} knob={knob} settings={settings} />}
          <ShownForm list={list} index={index} knob={knob} />
          <KnobActs list={list} index={index} count={count} other={other} away={away} />
        </div>
      )}
    </>
  );
});

function KnobActs({ list, index, count, other, away }) {
  const remove = () => {
    workbench.edit(deleteKnob(workbench.state.document, list, index), "Knob deleted");
    workbench.say("The knob is deleted, and its place in the words. Undo brings both back.");
  };
  const move = (by) => moveKnob({ list, index }, { list, index: index + by });
  return (
    <div className="workacts" role="group" aria-label="This knob">
      <Tool onPress={() => move(-1)} isOff={index === 0}>Up</Tool>
      <Tool onPress={() => move(1)} isOff={index === count - 1}>Down</Tool>
      <Tool onPress={() => moveKnob({ list, index }, { list: other })}>{away}</Tool>
      <Tool onPress={remove}>Delete knob</Tool>
    </div>
  );
}

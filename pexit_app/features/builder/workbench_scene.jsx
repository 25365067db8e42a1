import { useEffect, useRef, useState } from "react";

import { useBench } from "../../packs/bench/bench_store.js";
import { valuesOf } from "../../packs/bench/bench_values.js";
import { CastForm } from "./workbench_cast.jsx";
import { LookField, NumberField, SelectField, TextField, Tool } from "./workbench_fields.jsx";
import { MOST_SCENES } from "./workbench_limits.js";
import { namesOf, putName, useNames } from "./workbench_names.jsx";
import { change, deleteScene, duplicateScene, pointer } from "./workbench_ops.js";
import { moveScene } from "./workbench_reel.jsx";
import { ReferenceForm } from "./workbench_reference.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";

const ASPECTS = [["1:1", "Square, 1:1"], ["4:5", "Portrait, 4:5"], ["2:3", "Tall, 2:3"], ["9:16", "Phone, 9:16"], ["16:9", "Wide, 16:9"]];
const TAKES = [["fixed", "The same take every time"], ["fresh", "Another take for every frame"]];
const FIRST_LOOKS = ["backdrop", "palette", "framing"];

/** One scene: its name, its words and its look side by side, who is in it. */
export function SceneForm({ settings, standIns }) {
  const { document } = useWorkbench();
  const index = workbench.sceneAt;
  const scene = document.scenes[index];
  return (
    <div className="workform" key={scene.id}>
      <TextField path={pointer("scenes", index, "title")} label="Name of the scene" what="Scene name" maxLength={40} />
      <SceneActs index={index} count={document.scenes.length} />
      <div className="workboth">
        <Prompt index={index} />
        <Look index={index} settings={settings} />
      </div>
      <div className="workboth">
        <CastForm index={index} standIns={standIns} />
        <ReferenceForm index={index} />
      </div>
    </div>
  );
}

function Look({ index, settings }) {
  const base = pointer("scenes", index);
  const first = settings.filter((each) => FIRST_LOOKS.includes(each.name));
  const rest = settings.filter((each) => !FIRST_LOOKS.includes(each.name));
  const reroll = () => workbench.edit(change(workbench.state.document, `${base}/seed`, 1 + Math.floor(Math.random() * 99_999)), "Seed changed");
  return (
    <fieldset className="workform__set">
      <legend className="h3">The look</legend>
      {first.map((each) => <LookField key={each.name} setting={each} path={`${base}/look/${each.name}`} />)}
      <details className="workform__more">
        <summary>Light, lens and film</summary>
        <div className="workform__set">
          {rest.map((each) => <LookField key={each.name} setting={each} path={`${base}/look/${each.name}`} />)}
        </div>
      </details>
      <SelectField path={`${base}/aspect`} label="Shape" options={ASPECTS} empty="As the pack has it" />
      <SelectField path={`${base}/seed_policy`} label="Takes" what="Takes" options={TAKES} standard="fixed" />
      <div className="workbeside">
        <NumberField path={`${base}/seed`} label="Seed" hint="The draft stands on it." isWhole />
        <Tool onPress={reroll}>Another seed</Tool>
      </div>
    </fieldset>
  );
}

function SceneActs({ index, count }) {
  const copy = () => {
    const { id, ops } = duplicateScene(workbench.state.document, index);
    workbench.edit(ops, "Scene duplicated");
    workbench.select(id);
  };
  const remove = () => {
    const { scenes } = workbench.state.document;
    workbench.say(`${scenes[index].title} is deleted. Undo brings it back.`);
    workbench.select(scenes[index === 0 ? 1 : index - 1].id);
    workbench.edit(deleteScene(workbench.state.document, index), "Scene deleted");
  };
  return (
    <div className="workacts" role="group" aria-label="This scene">
      <Tool onPress={() => moveScene(index, index - 1)} isOff={index === 0}>Earlier</Tool>
      <Tool onPress={() => moveScene(index, index + 1)} isOff={index === count - 1}>Later</Tool>
      <Tool onPress={copy} isOff={count >= MOST_SCENES}>Duplicate</Tool>
      <Tool onPress={remove} isOff={count === 1}>Delete scene</Tool>
    </div>
  );
}

/** The words, with everything that may stand in braces, and what comes out of them. */
function Prompt({ index }) {
  const { document } = useWorkbench();
  const field = useRef(null);
  const scene = document.scenes[index];
  const path = pointer("scenes", index, "prompt");
  const names = namesOf(document, scene);
  const { props, list } = useNames(field, path, names);
  return (
    <fieldset className="workform__set workwords">
      <legend className="h3">In words</legend>
      <div className="workwords__field">
        <TextField inputRef={field} path={path} label="The words" what="Words" rows={7} maxLength={2000} {...props} />
        {list}
      </div>
      <p className="small quiet">What a diffusion model is told. Each knob stands in braces where its own words go: type {"{"} to put one in.</p>
      <div className="workchips" role="group" aria-label="Put in at the caret">
        {names.map(({ name, label }) => (
          <button
            key={name} type="button" className="workchip code" data-used={(scene.prompt ?? "").includes(`{${name}}`) ? "yes" : "no"}
            title={label} onClick={() => putName(field.current, path, name)}
          >
            {`{${name}}`}
          </button>
        ))}
      </div>
      <Composed scene={scene} />
      <TextField path={pointer("scenes", index, "negative")} label="What must not be in it" what="Negative words" rows={2} maxLength={1000} />
    </fieldset>
  );
}

/** The words as they would be sent, with the knobs where they stand on the bench. */
function Composed({ scene }) {
  const { revision } = useWorkbench();
  const { pack, turned } = useBench();
  const [words, setWords] = useState("");
  const shown = pack?.scenes.find((each) => each.id === scene.id);
  const knobs = JSON.stringify(shown ? valuesOf(pack, turned, shown) : {});
  useEffect(() => {
    let isHere = true;
    const timer = setTimeout(async () => {
      try {
        const answer = await workbench.words(scene.id, JSON.parse(knobs));
        if (isHere && !answer.wrong) setWords(answer.prompt); // what is wrong stands at its field
      } catch {
        // no connection: the head of the page says so
      }
    }, 120);
    return () => {
      isHere = false;
      clearTimeout(timer);
    };
  }, [scene.id, revision, knobs]);
  return (
    <div className="workcomposed" data-composed="">
      <h3 className="label">With the knobs as they stand</h3>
      <p className="small">{words || "Nothing yet."}</p>
    </div>
  );
}

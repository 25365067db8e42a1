import { SmallDraft } from "../../packs/bench/bench_draft.jsx";
import { useBench } from "../../packs/bench/bench_store.js";
import { knobsOf, sceneOf } from "../../packs/bench/bench_values.js";
import { freshName, moveItem } from "./workbench_ops.js";
import { Effect } from "./workbench_effect.jsx";
import { SelectField, TextField, Tool } from "./workbench_fields.jsx";
import { MOST_OPTIONS } from "./workbench_limits.js";
import { useWorkbench, workbench } from "./workbench_store.js";

const edit = (ops, label) => workbench.edit(ops, label);

/** One option more: with the next value of what the others set, as long as there is one. */
function another(options, settings) {
  const last = options.at(-1);
  const value = freshName("Another", options.map((each) => each.value), "_");
  const [name] = Object.keys(last?.sets ?? {});
  const setting = settings.find((each) => each.name === name);
  const used = options.map((each) => each.sets?.[name]);
  const free = setting?.options.findIndex(([each]) => !used.includes(each)) ?? -1;
  const picture = last?.picture && { picture: last.picture };
  if (free < 0) return { ...picture, value, label: "Another", sets: { ...last?.sets }, words: "" };
  return { ...picture, value, label: setting.options[free][1], sets: { [name]: setting.options[free][0] }, words: setting.words[free] };
}

/** The options of a choice, each with a draft of what it does. In a picture knob each shows a picture of the shop. */
export function ChoiceKnob({ base, knob, settings }) {
  const { document } = useWorkbench();
  const options = knob.options ?? [];
  const isPictured = knob.type === "picture";
  const pictures = [document.cover, ...(document.samples ?? [])].filter(Boolean).map((each) => [each.name, each.alt || each.name]);
  const add = () => edit([{ op: "add", path: `${base}/options/-`, value: another(options, settings) }], "Option added");
  return (
    <>
      <SelectField path={`${base}/default`} label="Starts at" what="Knob start" options={options.map((each) => [each.value, each.label])} />
      {options.map((option, index) => (
        <fieldset key={option.value} className="workoption">
          <legend className="label">Option {index + 1}</legend>
          <div className="workoption__top">
            <Swatch knob={knob.id} value={option.value} />
            <div className="workform__set">
              <TextField path={`${base}/options/${index}/label`} label="Label" what="Option label" maxLength={40} />
              {isPictured && <SelectField path={`${base}/options/${index}/picture`} label="Picture of the shop" what="Option picture" options={pictures} />}
            </div>
          </div>
          <Effect base={`${base}/options/${index}`} effect={option} settings={settings} />
          <OptionActs base={base} index={index} count={options.length} isStart={option.value === knob.default} />
        </fieldset>
      ))}
      <Tool onPress={add} isOff={options.length >= MOST_OPTIONS}>Add an option</Tool>
    </>
  );
}

function OptionActs({ base, index, count, isStart }) {
  const move = (by) => edit(moveItem(`${base}/options`, index, index + by), "Option moved");
  return (
    <div className="workacts" role="group" aria-label={`Option ${index + 1}`}>
      <Tool onPress={() => move(-1)} isOff={index === 0}>Earlier</Tool>
      <Tool onPress={() => move(1)} isOff={index === count - 1}>Later</Tool>
      <Tool onPress={() => edit([{ op: "remove", path: `${base}/options/${index}` }], "Option deleted")} isOff={count <= 2 || isStart}>
        Delete option
      </Tool>
    </div>
  );
}

/** A draft of the scene with the knob there, where the bench has the knob. */
function Swatch({ knob, value }) {
  const { pack, scene } = useBench();
  const found = pack && knobsOf(pack, sceneOf(pack, scene)).find((each) => each.id === knob);
  if (!found?.options?.some((option) => option.value === value)) return null;
  return <span className="workswatch"><SmallDraft slot={`form.${knob}.${value}`} spec={{ knob, value }} rank={2} /></span>;
}

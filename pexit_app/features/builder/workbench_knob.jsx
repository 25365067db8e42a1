import { change, freshName, set } from "./workbench_ops.js";
import { LookField, NumberField, SelectField, TextField, Tool } from "./workbench_fields.jsx";
import { workbench } from "./workbench_store.js";

const READINGS = [["percent", "In per cent"], ["number", "As a number"], ["clock", "As a time of day"]];
const MOST_OPTIONS = 12;
const edit = (ops, label) => workbench.edit(ops, label);
const namesOf = (settings, kind) => settings.filter((each) => each.kind === kind).map((each) => [each.name, each.label]);

/** Which parameter is set: the first that is named in `sets`. */
function setOf(base, sets, settings) {
  const [name] = Object.keys(sets ?? {});
  return { name, setting: settings.find((each) => each.name === name), path: `${base}/sets/${name}` };
}

function Pick({ label, value, options, onPick, path }) {
  return (
    <div className="field">
      <label className="label">
        {label}
        <select value={value ?? ""} onChange={(event) => onPick(event.target.value)} data-path={path}>
          {options.map(([each, words]) => <option key={each} value={each}>{words}</option>)}
        </select>
      </label>
    </div>
  );
}

/** From one end of a parameter to the other, and words by thirds. */
export function SliderKnob({ base, knob, settings }) {
  const { name, setting } = setOf(base, knob.sets, settings);
  const pick = (next) => {
    const { low, high } = settings.find((each) => each.name === next);
    const { [name]: _gone, ...others } = knob.sets;
    edit(set(`${base}/sets`, { [next]: [low, high], ...others }), "What the knob changes");
  };
  return (
    <>
      <Pick label="What it changes" value={name} options={namesOf(settings, "number")} onPick={pick} path={`${base}/sets`} />
      {setting && (
        <div className="workpair">
          <NumberField path={`${base}/sets/${name}/0`} label={`${setting.label} at the left`} hint={`${setting.low} to ${setting.high}`} what="Knob range" />
          <NumberField path={`${base}/sets/${name}/1`} label={`${setting.label} at the right`} what="Knob range" />
        </div>
      )}
      <div className="workpair">
        <NumberField path={`${base}/min`} label="From" what="Knob range" />
        <NumberField path={`${base}/max`} label="To" what="Knob range" />
        <NumberField path={`${base}/step`} label="Step" what="Knob step" />
        <NumberField path={`${base}/default`} label="Starts at" what="Knob start" />
      </div>
      {!Array.isArray(knob.says) && <SelectField path={`${base}/says`} label="How it reads" what="Reading" options={READINGS} />}
      <fieldset className="workform__set">
        <legend className="label">What it says to a diffusion model</legend>
        {(knob.words ?? []).map((band, index) => (
          <div key={index} className="workpair">
            <NumberField path={`${base}/words/${index}/to`} label="Up to" what="Knob words" />
            <TextField path={`${base}/words/${index}/say`} label="Say" what="Knob words" maxLength={300} />
          </div>
        ))}
      </fieldset>
    </>
  );
}

export function ChoiceKnob({ base, knob, settings }) {
  const options = knob.options ?? [];
  const add = () => {
    const last = options.at(-1);
    const label = "Another";
    const value = freshName(label, options.map((each) => each.value), "_");
    const [name] = Object.keys(last?.sets ?? {});
    const setting = settings.find((each) => each.name === name);
    const used = options.map((each) => each.sets?.[name]);
    const free = setting?.options.findIndex(([each]) => !used.includes(each)) ?? -1;
    const isFree = free >= 0;
    const option = isFree
      ? { value, label: setting.options[free][1], sets: { [name]: setting.options[free][0] }, words: setting.words[free] }
      : { value, label, sets: { ...last.sets }, words: "" };
    edit([{ op: "add", path: `${base}/options/-`, value: option }], "Option added");
  };
  return (
    <>
      <SelectField path={`${base}/default`} label="Starts at" what="Knob start" options={options.map((each) => [each.value, each.label])} />
      {options.map((option, index) => (
        <fieldset key={option.value} className="workoption">
          <legend className="label">Option {index + 1}</legend>
          <TextField path={`${base}/options/${index}/label`} label="Label" what="Option label" maxLength={60} />
          <Effect base={`${base}/options/${index}`} effect={option} settings={settings} />
          <Tool
            isOff={options.length <= 2 || option.value === knob.default}
            onPress={() => edit([{ op: "remove", path: `${base}/options/${index}` }], "Option deleted")}
          >
            Delete option
          </Tool>
        </fieldset>
      ))}
      <Tool onPress={add} isOff={options.length >= MOST_OPTIONS}>Add an option</Tool>
    </>
  );
}

/** What one setting of a knob does: a parameter and its value, and words. */
function Effect({ base, effect, settings }) {
  const { name, setting, path } = setOf(base, effect.sets, settings);
  const pick = (next) => {
    const chosen = settings.find((each) => each.name === next);
    const { [name]: _gone, ...others } = effect.sets ?? {};
    const value = chosen.kind === "choice" ? chosen.options[0][0] : chosen.default;
    edit(set(`${base}/sets`, { [next]: value, ...others }), "What the knob changes");
  };
  return (
    <>
      <Pick label="What it changes" value={name} options={settings.map((each) => [each.name, each.label])} onPick={pick} path={`${base}/sets`} />
      {setting && <LookField path={path} setting={setting} />}
      <TextField path={`${base}/words`} label="Say" what="Knob words" maxLength={300} />
    </>
  );
}

export function ToggleKnob({ base, knob, settings }) {
  return (
    <>
      <label className="tickline">
        <input
          type="checkbox" checked={knob.default === true} data-path={`${base}/default`}
          onChange={(event) => edit(change(workbench.state.document, `${base}/default`, event.target.checked), "Knob start changed")}
        />{" "}
        On when the scene opens
      </label>
      {["off", "on"].map((side) => (
        <fieldset key={side} className="workoption">
          <legend className="label">{side === "on" ? "Switched on" : "Switched off"}</legend>
          <Effect base={`${base}/${side}`} effect={knob[side] ?? {}} settings={settings} />
        </fieldset>
      ))}
    </>
  );
}

export function ColourKnob({ base, settings }) {
  const accent = settings.find((each) => each.kind === "colour");
  return (
    <>
      <LookField path={`${base}/default`} setting={{ ...accent, label: "Starts at", isFixed: true }} />
      <TextField path={`${base}/words`} label="Say" what="Knob words" hint="{colour} becomes the colour's name." maxLength={300} />
    </>
  );
}

export function TextKnob({ base, knob, settings }) {
  return (
    <>
      <NumberField path={`${base}/max_length`} label="Characters at most" what="Knob length" isWhole />
      <TextField path={`${base}/words`} label="Say" what="Knob words" hint="{text} becomes what was typed." maxLength={300} />
      {(knob.sees ?? []).map((each, index) => (
        <fieldset key={index} className="workoption">
          <legend className="label">When it holds one of these words</legend>
          <Keywords path={`${base}/sees/${index}/any`} words={each.any ?? []} />
          <Seen base={`${base}/sees/${index}`} sets={each.sets} settings={settings} />
        </fieldset>
      ))}
    </>
  );
}

function Keywords({ path, words }) {
  const type = (event) => {
    const list = event.target.value.split(/[\s,]+/).filter(Boolean);
    if (list.length) edit(set(path, list), "Keywords changed");
  };
  return (
    <div className="field">
      <label className="label">
        Words, with commas
        <input key={words.join()} type="text" defaultValue={words.join(", ")} onBlur={type} data-path={path} autoComplete="off" />
      </label>
    </div>
  );
}

function Seen({ base, sets, settings }) {
  const { setting, path } = setOf(base, sets, settings);
  return setting ? <LookField path={path} setting={setting} /> : null;
}

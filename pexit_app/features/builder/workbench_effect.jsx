import { swapParameter, usual } from "./workbench_knob_ops.js";
import { at, set } from "./workbench_ops.js";
import { LookField, NumberField, TextField, Tool } from "./workbench_fields.jsx";
import { workbench } from "./workbench_store.js";

const LABEL = "What the knob changes";
const here = (path) => at(workbench.state.document, path) ?? {};

/** What a part of a knob sets: each parameter with its value, and more of them. `path` is that of its `sets`; `isSlider`: from
 * one end to the other. A knob has to set something, so the last one stays. */
export function Parameters({ path, sets, settings, isSlider = false }) {
  const names = Object.keys(sets ?? {});
  const offered = settings.filter((each) => !isSlider || each.kind === "number");
  const free = offered.filter((each) => !names.includes(each.name));
  const swap = (name) => (event) => {
    const next = offered.find((each) => each.name === event.target.value);
    workbench.edit(swapParameter(workbench.state.document, path, name, next.name, usual(next, isSlider)), LABEL);
  };
  const add = () => workbench.edit(set(path, { ...here(path), [free[0].name]: usual(free[0], isSlider) }), LABEL);
  const remove = (name) => {
    const { [name]: _gone, ...others } = here(path);
    workbench.edit(set(path, others), LABEL);
  };
  return (
    <div className="workparameters" data-path={path} tabIndex={-1} data-slider={isSlider ? "yes" : "no"}>
      {names.map((name) => (
        <div key={name} className="workparameter">
          <label className="field">
            <span className="label">What it changes</span>
            <select value={name} onChange={swap(name)}>
              {offered.filter((each) => each.name === name || free.includes(each)).map((each) => <option key={each.name} value={each.name}>{each.label}</option>)}
              {!offered.some((each) => each.name === name) && <option value={name}>{name}</option>}
            </select>
          </label>
          <Value path={`${path}/${name}`} setting={settings.find((each) => each.name === name)} isSlider={isSlider} />
          {names.length > 1 && <Tool onPress={() => remove(name)}>Leave that alone</Tool>}
        </div>
      ))}
      {free.length > 0 && <Tool onPress={add}>{names.length ? "Change something else too" : "Change something"}</Tool>}
    </div>
  );
}

function Value({ path, setting, isSlider }) {
  if (!setting) return null;
  if (!isSlider) return <LookField path={path} setting={setting} />;
  return (
    <div className="workpair">
      <NumberField path={`${path}/0`} label="At the left" aria-label={`${setting.label} at the left`} hint={`${setting.low} to ${setting.high}`} what="Knob range" />
      <NumberField path={`${path}/1`} label="At the right" aria-label={`${setting.label} at the right`} what="Knob range" />
    </div>
  );
}

/** What one setting of a knob does: parameters and their values, and words. */
export function Effect({ base, effect, settings }) {
  return (
    <>
      <Parameters path={`${base}/sets`} sets={effect.sets} settings={settings} />
      <TextField path={`${base}/words`} label="Say" what="Knob words" maxLength={300} />
    </>
  );
}

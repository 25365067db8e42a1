import { addBand, removeBand } from "./workbench_knob_ops.js";
import { change } from "./workbench_ops.js";
import { NumberField, TextField, Tool } from "./workbench_fields.jsx";
import { MOST_BANDS, MOST_OPTIONS } from "./workbench_limits.js";
import { useWorkbench, workbench } from "./workbench_store.js";

/** A slider's words, piece by piece from the left: up to here it says this. */
export function Bands({ base, knob }) {
  const words = knob.words ?? [];
  const add = () => workbench.edit(addBand(workbench.state.document, base), "Words added");
  const remove = (index) => workbench.edit(removeBand(workbench.state.document, base, index), "Words taken out");
  return (
    <fieldset className="workset">
      <legend>What it says to a diffusion model</legend>
      {words.map((band, index) => (
        <div key={index} className="workband">
          <NumberField path={`${base}/words/${index}/to`} label={index ? "Then up to" : "Up to"} what="Knob words" />
          <TextField path={`${base}/words/${index}/say`} label="Say" what="Knob words" maxLength={300} />
          <Tool onPress={() => remove(index)} isOff={words.length <= 2} aria-label={`Take out: ${band.say || "no words"}`}>Take out</Tool>
        </div>
      ))}
      <Tool onPress={add} isOff={words.length >= MOST_BANDS || words.length < 1}>Say more between</Tool>
    </fieldset>
  );
}

const READINGS = [["percent", "In per cent"], ["number", "As a number"], ["clock", "As a time of day"], ["words", "In words"]];

/** How the value reads on screen: a format, or words spread evenly from one end to the other. */
export function Reading({ base, knob }) {
  const { document } = useWorkbench();
  const path = `${base}/says`;
  const isWords = Array.isArray(knob.says);
  const pick = (event) => {
    const says = event.target.value === "words" ? ["Less", "More"] : event.target.value;
    workbench.edit(change(document, path, says), "Reading changed");
  };
  const add = () => workbench.edit([{ op: "add", path: `${path}/-`, value: "More still" }], "Reading changed");
  const remove = (index) => workbench.edit([{ op: "remove", path: `${path}/${index}` }], "Reading changed");
  return (
    <fieldset className="workset">
      <legend>How it reads on screen</legend>
      <div className="workpair">
        <label className="field">
          <span className="label">The value</span>
          <select value={isWords ? "words" : (knob.says ?? "number")} onChange={pick} data-path={path}>
            {READINGS.map(([value, words]) => <option key={value} value={value}>{words}</option>)}
          </select>
        </label>
        {knob.says === "number" && <TextField path={`${base}/unit`} label="After the number" what="Unit" maxLength={8} />}
      </div>
      {isWords && (
        <>
          <div className="workwide">
            {knob.says.map((_, index) => (
              <div key={index} className="workband workband--two">
                <TextField path={`${path}/${index}`} label={`Word ${index + 1} from the left`} what="Reading" maxLength={40} />
                <Tool onPress={() => remove(index)} isOff={knob.says.length <= 2} aria-label={`Take out word ${index + 1}`}>Take out</Tool>
              </div>
            ))}
          </div>
          <Tool onPress={add} isOff={knob.says.length >= MOST_OPTIONS}>Add a word</Tool>
        </>
      )}
    </fieldset>
  );
}

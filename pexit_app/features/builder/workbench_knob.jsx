import { reachTo } from "./workbench_knob_ops.js";
import { change } from "./workbench_ops.js";
import { Bands, Reading } from "./workbench_bands.jsx";
import { Effect, Parameters } from "./workbench_effect.jsx";
import { LookField, NumberField, TextField } from "./workbench_fields.jsx";
import { workbench } from "./workbench_store.js";

/** From one end of its parameters to the other, how that reads, and words piece by piece. */
export function SliderKnob({ base, knob, settings }) {
  return (
    <>
      <fieldset className="workset">
        <legend>What it does to the picture</legend>
        <Parameters path={`${base}/sets`} sets={knob.sets} settings={settings} isSlider />
      </fieldset>
      <fieldset className="workset">
        <legend>How far it goes</legend>
        <div className="workpair">
          <NumberField path={`${base}/min`} label="From" what="Knob range" />
          <NumberField path={`${base}/max`} label="To" what="Knob range" onPut={(document, max) => reachTo(document, base, max)} />
          <NumberField path={`${base}/step`} label="Step" what="Knob step" />
          <NumberField path={`${base}/default`} label="Starts at" what="Knob start" />
        </div>
      </fieldset>
      <Reading base={base} knob={knob} />
      <Bands base={base} knob={knob} />
    </>
  );
}

export function ToggleKnob({ base, knob, settings }) {
  const start = (event) => workbench.edit(change(workbench.state.document, `${base}/default`, event.target.checked), "Knob start changed");
  return (
    <>
      <label className="tickline">
        <input type="checkbox" checked={knob.default === true} data-path={`${base}/default`} onChange={start} /> On when the scene opens
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

import { useEffect, useId, useState } from "react";

import { at, change } from "./workbench_ops.js";
import { useWorkbench, workbench } from "./workbench_store.js";

/** What is wrong at exactly this place. */
const wrongAt = (problems, path) => problems.filter((each) => each.pointer === path);

function Wrong({ id, found }) {
  return (
    <span id={id}>
      {found.map((each) => (
        <span key={each.message} className={`small field__bad ${each.severity === "error" ? "" : "field__bad--warn"}`}>
          {each.message}
        </span>
      ))}
    </span>
  );
}

function useField(path) {
  const { document, problems } = useWorkbench();
  const found = wrongAt(problems, path);
  const isBad = found.some((each) => each.severity === "error");
  return { value: at(document, path), found, isBad };
}

function Framed({ id, label, hint, found, isBad, children }) {
  return (
    <div className="field" data-bad={isBad ? "yes" : "no"}>
      <label htmlFor={id} className="label">{label}</label>
      {children}
      {hint && <span className="small quiet">{hint}</span>}
      <Wrong id={`${id}-wrong`} found={found} />
    </div>
  );
}

/** Words at `path` of the document. `what` names the change: "Title". */
export function TextField({ path, label, hint, what, rows = 0, maxLength, inputRef, ...rest }) {
  const id = useId();
  const { value, found, isBad } = useField(path);
  const type = (event) =>
    workbench.edit(change(workbench.state.document, path, event.target.value), `${what ?? label} changed`, { isTyped: true });
  const props = {
    id, value: typeof value === "string" ? value : "", onChange: type, onBlur: workbench.flush, maxLength, ref: inputRef,
    "data-path": path, "aria-invalid": isBad, "aria-describedby": `${id}-wrong`, autoComplete: "off", ...rest,
  };
  return (
    <Framed id={id} label={label} hint={hint} found={found} isBad={isBad}>
      {rows ? <textarea rows={rows} {...props} /> : <input type="text" {...props} />}
    </Framed>
  );
}

/** A number at `path` (`standard` where nothing is said); what is no number yet stays in the field and changes nothing.
 * `isOptional`: an empty field takes it out. `onPut(document, number)`: what is done where that is more than to put it there. */
export function NumberField({ path, label, hint, what, isWhole = false, isOptional = false, standard, onPut, ...rest }) {
  const id = useId();
  const { value: own, found, isBad } = useField(path);
  const value = own ?? standard;
  const [typed, setTyped] = useState(String(value ?? ""));
  useEffect(() => setTyped((now) => (Number(now) === value && now !== "" ? now : String(value ?? ""))), [value]);
  const opsFor = onPut ?? ((document, number) => change(document, path, number));
  const type = (event) => {
    setTyped(event.target.value);
    const number = Number(event.target.value);
    const isEmpty = event.target.value.trim() === "";
    if (isEmpty && isOptional && value !== undefined) workbench.edit([{ op: "remove", path }], `${what ?? label} changed`);
    if (isEmpty || !Number.isFinite(number) || (isWhole && !Number.isInteger(number))) return;
    workbench.edit(opsFor(workbench.state.document, number), `${what ?? label} changed`, { isTyped: true });
  };
  const leave = () => {
    setTyped(String(value ?? ""));
    workbench.flush();
  };
  return (
    <Framed id={id} label={label} hint={hint} found={found} isBad={isBad}>
      <input
        id={id} type="text" inputMode="decimal" value={typed} onChange={type} onBlur={leave} data-path={path}
        aria-invalid={isBad} aria-describedby={`${id}-wrong`} {...rest}
      />
    </Framed>
  );
}

/** One of `options` ([value, label]) at `path`; where nothing is said, `standard` counts. `onPick(document, value)`: what is
 * done where that is more than to put it there. */
export function SelectField({ path, label, hint, what, options, empty, standard, onPick }) {
  const id = useId();
  const { value: own, found, isBad } = useField(path);
  const value = own ?? standard;
  const opsFor = onPick ?? ((document, chosen) => change(document, path, chosen));
  const choose = (event) => workbench.edit(opsFor(workbench.state.document, event.target.value), `${what ?? label} changed`);
  const isKnown = options.some(([each]) => each === value);
  return (
    <Framed id={id} label={label} hint={hint} found={found} isBad={isBad}>
      <select id={id} value={isKnown ? value : ""} onChange={choose} data-path={path} aria-invalid={isBad} aria-describedby={`${id}-wrong`}>
        {!isKnown && <option value="" disabled>{empty ?? "Choose"}</option>}
        {options.map(([each, words]) => <option key={each} value={each}>{words}</option>)}
      </select>
    </Framed>
  );
}

/** A parameter of a look at `path`: a slider, a select or a colour, as `setting` is. */
export function LookField({ path, setting }) {
  const id = useId();
  const { value, found, isBad } = useField(path);
  if (setting.kind === "choice") return <SelectField path={path} label={setting.label} options={setting.options} standard={setting.default} />;
  const put = (next) => workbench.edit(change(workbench.state.document, path, next), `${setting.label} changed`, { isTyped: true });
  if (setting.kind === "colour") return <ColourField id={id} setting={setting} value={value} path={path} onPut={put} found={found} isBad={isBad} />;
  const stands = typeof value === "number" ? value : setting.default;
  return (
    <div className="knob" data-bad={isBad ? "yes" : "no"}>
      <label htmlFor={id} className="knob__label">{setting.label}</label>
      <output htmlFor={id} className="figure">{Number(stands.toFixed(2))}</output>
      <div className="knob__scale" data-major="5">
        <input
          id={id} type="range" min={setting.low} max={setting.high} step={setting.step} value={stands} data-path={path}
          aria-describedby={`${id}-wrong`} onChange={(event) => put(event.target.valueAsNumber)} onPointerUp={workbench.flush}
        />
      </div>
      <Wrong id={`${id}-wrong`} found={found} />
    </div>
  );
}

function ColourField({ id, setting, value, path, onPut, found, isBad }) {
  const isOwn = Boolean(value) && !setting.isFixed;
  return (
    <Framed id={id} label={setting.label} found={found} isBad={isBad} hint={value ? "" : "As the colours have it."}>
      <span className="row">
        <input id={id} type="color" value={value || "#0e5f63"} onChange={(event) => onPut(event.target.value.toLowerCase())} data-path={path} />
        {isOwn && <button type="button" className="tool" onClick={() => onPut("")}>As the colours have it</button>}
      </span>
    </Framed>
  );
}

/** A small button. aria-disabled and not disabled: one that goes off under the finger must not lose the focus. */
export function Tool({ children, onPress, isOff = false, ...rest }) {
  return (
    <button type="button" className="tool" aria-disabled={isOff} onClick={() => isOff || onPress()} {...rest}>
      {children}
    </button>
  );
}

import { deciders, shownBy, valuesOf } from "./workbench_knob_ops.js";
import { Tool } from "./workbench_fields.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";

const LABEL = "When the knob shows";

/** When a knob is there at all: always, or only while earlier ones stand at certain values. */
export function ShownForm({ list, index, knob }) {
  const { document, problems } = useWorkbench();
  const base = `${list}/${index}`;
  const tied = knob.visible_if ?? {};
  const offered = deciders(document, list, index);
  const free = offered.filter((each) => !(each.id in tied));
  const wrong = problems.find((each) => each.pointer.startsWith(`${base}/visible_if`));
  const put = (conditions) => workbench.edit(shownBy(workbench.state.document, base, conditions), LABEL);
  const add = () => put({ ...tied, [free[0].id]: [valuesOf(free[0])[0][0]] });
  const swap = (id, next) => put(Object.fromEntries(Object.entries(tied).map(([key, values]) => (key === id ? [next.id, [valuesOf(next)[0][0]]] : [key, values]))));
  const drop = (id) => {
    const { [id]: _gone, ...others } = tied;
    put(others);
  };
  return (
    <fieldset className="workset" data-path={`${base}/visible_if`} tabIndex={-1}>
      <legend>When it is there</legend>
      {Object.entries(tied).map(([id, values]) => (
        <Condition
          key={id} id={id} values={values} offered={offered.filter((each) => each.id === id || free.includes(each))}
          onSwap={(next) => swap(id, next)} onValues={(chosen) => put({ ...tied, [id]: chosen })} onDrop={() => drop(id)}
        />
      ))}
      {Object.keys(tied).length === 0 && (
        <p className="small quiet">{offered.length ? "Always." : "Always. A choice or a switch before it could decide that."}</p>
      )}
      {wrong && <p className="small field__bad">{wrong.message}</p>}
      {free.length > 0 && <Tool onPress={add}>{Object.keys(tied).length ? "And only while" : "Only while"}</Tool>}
    </fieldset>
  );
}

function Condition({ id, values, offered, onSwap, onValues, onDrop }) {
  const knob = offered.find((each) => each.id === id);
  const toggle = (value, isOn) => onValues(isOn ? [...values, value] : values.filter((each) => each !== value));
  return (
    <div className="workoption">
      <label className="field">
        <span className="label">Only while</span>
        <select value={knob ? id : ""} onChange={(event) => onSwap(offered.find((each) => each.id === event.target.value))}>
          {!knob && <option value="" disabled>{id}</option>}
          {offered.map((each) => <option key={each.id} value={each.id}>{each.label || each.id}</option>)}
        </select>
      </label>
      {knob && (
        <div className="workticks" role="group" aria-label={`Values of ${knob.label}`}>
          {valuesOf(knob).map(([value, words]) => (
            <label key={String(value)} className="tickline">
              <input
                type="checkbox" checked={values.includes(value)} disabled={values.length === 1 && values.includes(value)}
                onChange={(event) => toggle(value, event.target.checked)}
              />{" "}
              {words}
            </label>
          ))}
        </div>
      )}
      <Tool onPress={onDrop}>Take the condition out</Tool>
    </div>
  );
}

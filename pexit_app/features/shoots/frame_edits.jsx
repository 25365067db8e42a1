import { useEffect, useId, useLayoutEffect, useRef } from "react";

import { addMark, appeal, change, order, undoMark, useEdit } from "./edit_store.js";

const COPY = {
  edit: {
    name: "Change it", press: "Change it", ask: "What shall be different",
    hint: "Rain instead of sun. A red scarf. The same, from further away.", missing: "Say what shall be different.",
  },
  fill: {
    name: "Mend a part", press: "Mend it", ask: "What shall be there",
    hint: "A hand with five fingers around the cup.", missing: "Say what shall be there.",
    unpainted: "Paint over the part that shall be new.",
  },
  upscale: { name: "Larger", press: "Make it larger" },
};
const SHAPES = { brush: "Brush", oval: "Oval", box: "Box" };

/** A text field that grows with its words. */
function Words({ id, value, limit, hint, describedBy, isBad, takesFocus, onChange }) {
  const field = useRef(null);
  useEffect(() => {
    if (takesFocus) field.current.focus({ preventScroll: true });
  }, []);
  useLayoutEffect(() => {
    field.current.style.height = "auto";
    field.current.style.height = `${field.current.scrollHeight + 2}px`;
  }, [value]);
  return (
    <textarea
      ref={field} id={id} rows={2} value={value} maxLength={limit} placeholder={hint} aria-describedby={describedBy}
      aria-invalid={isBad ? "true" : "false"} onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** What can be done to a finished frame: `offers` is [{kind, dust, note}], and nothing is drawn without any. */
export function FrameEdits({ frameId = "", width = 1, height = 1, offers = [], limit = 2000, onMade }) {
  const state = useEdit(frameId);
  const id = useId();
  if (!offers.length || !frameId) return null;
  const offer = offers.find(({ kind }) => kind === state.tool);
  const open = (kind) => change(frameId, { tool: kind === state.tool ? "" : kind, problem: "" });
  return (
    <section className="edits" aria-label="Change this frame">
      <div className="benchtools edits__tools">
        {offers.map(({ kind }) => (
          <button
            key={kind} type="button" className="tool" aria-expanded={kind === state.tool ? "true" : "false"}
            aria-controls={`${id}-form`} onClick={() => open(kind)}
          >
            {COPY[kind].name}
          </button>
        ))}
      </div>
      <div id={`${id}-form`}>
        {offer && (
          <Form
            key={`${frameId} ${offer.kind}`} id={id} offer={offer} limit={limit}
            frame={{ frameId, width, height }} onClose={() => open("")} onMade={onMade}
          />
        )}
      </div>
    </section>
  );
}

function Form({ id, offer, limit, frame, onClose, onMade }) {
  const { kind, dust, note } = offer;
  const { frameId, width, height } = frame;
  const { words, painted, problem, isRefused, isSending } = useEdit(frameId);
  const { press, ask, hint, missing, unpainted } = COPY[kind];
  const form = useRef(null);
  useEffect(() => {
    form.current.scrollIntoView({ block: "nearest" });
  }, []);
  const text = words[kind] ?? "";
  const isWordy = kind !== "upscale";
  const lacks = unpainted && !painted ? unpainted : isWordy && !text.trim() ? missing : "";
  const submit = async (event) => {
    event.preventDefault();
    if (lacks) return change(frameId, { problem: lacks });
    const made = await order(frameId, { kind, dust, width, height });
    if (made) onMade?.(made);
  };
  const keys = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    onClose();
  };
  return (
    <form ref={form} className="edits__form" onSubmit={submit} onKeyDown={keys} aria-label={COPY[kind].name} noValidate>
      {kind === "fill" && <Brush frameId={frameId} ratio={width / height} />}
      {isWordy && (
        <div className="edits__words">
          <label htmlFor={`${id}-words`} className="label">{ask}</label>
          <span className="code quiet" aria-hidden="true">{(limit - text.length).toLocaleString("en")} left</span>
          <Words
            id={`${id}-words`} value={text} limit={limit} hint={hint} describedBy={`${id}-bad`} isBad={Boolean(problem)}
            takesFocus={kind === "edit"}
            onChange={(value) => change(frameId, { words: { ...words, [kind]: value }, problem: "", isRefused: false })}
          />
        </div>
      )}
      {note && <p className="small edits__note">{note}</p>}
      <p id={`${id}-bad`} className="field__bad" role="alert">{problem}</p>
      {isRefused && (
        <button type="button" className="act act--text edits__appeal" onClick={() => appeal(frameId, kind)}>
          They mean no harm? Appeal
        </button>
      )}
      <div className="edits__end">
        <button type="submit" className="act act--go" aria-disabled={lacks || isSending ? "true" : "false"}>
          {press}, <span className="figure">{dust} dust</span>
        </button>
        <button type="button" className="act" onClick={onClose}>Not now</button>
      </div>
    </form>
  );
}

/** What paints: brush, oval or box; its size; paint or erase; one step back; all of it away. */
function Brush({ frameId, ratio }) {
  const { shape, size, isErasing, marks, painted } = useEdit(frameId);
  const id = useId();
  const isBare = !marks.length;
  return (
    <div className="brush">
      <fieldset className="brush__shapes">
        <legend className="vh">Paint with</legend>
        {Object.entries(SHAPES).map(([value, label]) => (
          <label key={value}>
            <input type="radio" name={id} value={value} checked={value === shape} onChange={() => change(frameId, { shape: value })} />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      <div className="benchtools brush__acts">
        <button
          type="button" className="tool" aria-pressed={isErasing ? "true" : "false"}
          onClick={() => change(frameId, { isErasing: !isErasing })}
        >
          Erase
        </button>
        <button type="button" className="tool" aria-disabled={isBare ? "true" : "false"} onClick={() => isBare || undoMark(frameId, ratio)}>
          Undo
        </button>
        <button
          type="button" className="tool" aria-disabled={painted ? "false" : "true"}
          onClick={() => painted && addMark(frameId, { shape: "clear" }, ratio)}
        >
          Clear
        </button>
      </div>
      {shape === "brush" && (
        <div className="brush__size">
          <label htmlFor={`${id}-size`} className="label">Size</label>
          <input
            id={`${id}-size`} type="range" min={3} max={40} value={Math.round(size * 100)}
            aria-valuetext={`${Math.round(size * 100)} % of the picture`}
            onChange={(event) => change(frameId, { size: event.target.valueAsNumber / 100 })}
          />
        </div>
      )}
      <p className="small quiet brush__said" role="status">
        {painted ? `${painted} % of the picture is painted.` : "Paint over the part that shall be new."}
      </p>
    </div>
  );
}

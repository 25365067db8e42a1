import { useEffect, useState } from "react";

import { bench, useBench } from "../../packs/bench/bench_store.js";
import { knobsOf } from "../../packs/bench/bench_values.js";
import { CellView } from "./workbench_cell.jsx";
import { GridSheet } from "./workbench_sheet.jsx";
import {
  SCENES, STAND_INS, axesBeside, cellCount, hindrance, offered, orderOf, takenAtFirst,
} from "./workbench_grid.js";
import { made, useMade } from "./workbench_made.js";
import { Proving } from "./workbench_proof.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";

const UNASKED = Object.freeze({ id: "", values: [] });
const NONE = Object.freeze({ id: "", values: [], isNone: true }); // a strip has nothing down its side

/** Reads what was drawn and measured of the draft, and asks again whether it holds when that was changed. */
export function Made() {
  const { id, revision, panel } = useWorkbench();
  useEffect(() => {
    if (!id) return undefined;
    made.open(id);
    return () => made.close();
  }, [id]);
  useEffect(() => made.recheck(), [revision]);
  useEffect(() => made.look(panel === "test"), [id, panel]);
  return null;
}

/** Trying the draft out: test grids, and whether its knobs hold. */
export function Test({ standIns }) {
  const { pack } = useBench();
  const { grid, cell } = useMade();
  return (
    <div className="worktest">
      <section className="worktest__part" aria-labelledby="test-grid">
        <h2 id="test-grid" className="h28">Test grid</h2>
        {pack && <GridForm standIns={standIns} />}
        {grid && <GridSheet grid={grid} />}
        {grid && cell >= 0 && <CellView grid={grid} number={cell} />}
        <EarlierGrids />
      </section>
      <Proving />
    </div>
  );
}

// ---- what is laid out

/** Two axes that fit the scene as it is: what went away takes its axis along. */
function useAxes(standIns) {
  const { pack } = useBench();
  const scene = bench.scene;
  const [asked, setAsked] = useState({ across: UNASKED, down: UNASKED });
  const [own, setOwn] = useState({}); // values that somebody added, by knob
  const knobs = knobsOf(pack, scene);
  const knobAt = (id) => knobs.find((knob) => knob.id === id);
  const valuesAlong = (id) => offered(pack, scene, standIns, id, knobAt(id) && bench.valueOf(knobAt(id)), own[id]);
  const begun = (id, beside) => ({ id, values: takenAtFirst(valuesAlong(id), knobAt(id)?.type === "slider", beside) });
  const isThere = ({ id }, other) => axesBeside(pack, scene, other).some(([, all]) => all.some(([each]) => each === id));
  const kept = ({ id, values }) => ({ id, values: valuesAlong(id).map(([value]) => value).filter((value) => values.includes(value)) });
  const across = isThere(asked.across, "") ? kept(asked.across) : begun(STAND_INS, 1);
  const second = () => (pack.scenes.length > 1 && across.id !== SCENES ? begun(SCENES, across.values.length) : NONE);
  const down = asked.down.isNone ? NONE : isThere(asked.down, across.id) ? kept(asked.down) : second();
  const put = (side, axis) => setAsked({ across, down, [side]: axis });
  return {
    across, down, valuesAlong,
    /** What no longer goes with it makes room for something that does. */
    choose(side, id) {
      const rest = side === "across" ? down : across;
      const next = id ? begun(id, rest.values.length) : NONE;
      const isFine = !rest.id || isThere(rest, id);
      const beside = isFine ? rest : begun([STAND_INS, SCENES].find((each) => each !== id), next.values.length);
      setAsked(side === "across" ? { across: next, down: beside } : { across: beside, down: next });
    },
    turn(side, value) {
      const { id, values } = side === "across" ? across : down;
      put(side, { id, values: values.includes(value) ? values.filter((each) => each !== value) : [...values, value] });
    },
    add(side, value) {
      const { id, values } = side === "across" ? across : down;
      setOwn({ ...own, [id]: [...(own[id] ?? []), value] });
      put(side, { id, values: [...values, value] });
    },
  };
}

function GridForm({ standIns }) {
  const onBench = useBench();
  const { faces } = useWorkbench();
  const { trouble } = useMade();
  const [isBusy, setIsBusy] = useState(false);
  const axes = useAxes(standIns);
  const { across, down } = axes;
  const scene = bench.scene;
  const wrong = hindrance(across, down);
  const draw = async () => {
    if (wrong || isBusy) return;
    setIsBusy(true);
    const face = standIns.some(([name]) => name === faces[0]) ? faces[0] : ""; // grids are made of stand-ins
    await made.order(orderOf(onBench, scene, face, across, down));
    setIsBusy(false);
  };
  const size = down.id ? `${across.values.length} × ${down.values.length} = ${cellCount(across, down)} cells` : `${across.values.length} cells`;
  return (
    <div className="workgrid__form">
      <div className="workgrid__axes">
        <Axis side="across" title="Across" axes={axes} axis={across} other={down} />
        <Axis side="down" title="Down" axes={axes} axis={down} other={across} />
      </div>
      <p className="small quiet">
        {across.id === SCENES || down.id === SCENES ? "" : `${scene.title}. `}The other knobs stand as they do on the bench.
      </p>
      <div className="workgrid__order">
        <p className="code" role="status" data-bad={wrong ? "yes" : "no"}>{wrong || `${size}, free`}</p>
        <button type="button" className="act act--ink" aria-disabled={Boolean(wrong) || isBusy} onClick={draw}>
          {down.id ? "Draw the grid" : "Draw the strip"}
        </button>
      </div>
      {trouble?.place === "grid" && <p className="field__bad small" role="alert">{trouble.said}</p>}
    </div>
  );
}

function Axis({ side, title, axes, axis, other }) {
  const { pack } = useBench();
  const values = axis.id ? axes.valuesAlong(axis.id) : [];
  const knob = knobsOf(pack, bench.scene).find((each) => each.id === axis.id);
  return (
    <div className="workgrid__axis">
      <div className="field">
        <label className="label" htmlFor={`grid-${side}`}>{title}</label>
        <select id={`grid-${side}`} value={axis.id} onChange={(event) => axes.choose(side, event.target.value)}>
          {axesBeside(pack, bench.scene, side === "down" ? other.id : "").map(([heading, all]) => (
            <optgroup key={heading} label={heading}>
              {all.map(([id, words]) => <option key={id} value={id}>{words}</option>)}
            </optgroup>
          ))}
          {side === "down" && <option value="">Nothing: a strip</option>}
        </select>
      </div>
      {values.length > 0 && (
        <div className="gridform__values code" role="group" aria-label={`Values ${title.toLowerCase()}`}>
          {values.map(([value, words]) => (
            <label key={`${typeof value} ${value}`} className="gridform__value">
              <input type="checkbox" checked={axis.values.includes(value)} onChange={() => axes.turn(side, value)} />
              <span>{words}</span>
            </label>
          ))}
        </div>
      )}
      {(knob?.type === "text" || knob?.type === "colour") && <AddValue key={knob.id} knob={knob} onAdd={(value) => axes.add(side, value)} />}
    </div>
  );
}

/** Another word or colour along the axis. */
function AddValue({ knob, onAdd }) {
  const isColour = knob.type === "colour";
  const [value, setValue] = useState(isColour ? knob.default : "");
  const add = (event) => {
    event.preventDefault();
    if (value.trim()) onAdd(value.trim());
    if (!isColour) setValue("");
  };
  return (
    <form className="workgrid__own" onSubmit={add}>
      <input
        type={isColour ? "color" : "text"} value={value} aria-label={isColour ? "Another colour" : "Other words"}
        maxLength={isColour ? undefined : knob.max_length} onChange={(event) => setValue(event.target.value)} autoComplete="off"
      />
      <button type="submit" className="tool">Add</button>
    </form>
  );
}

// ---- those that were laid out before

const two = (number) => String(number).padStart(2, "0");
const clockOf = (text) => {
  const time = new Date(text);
  return `${two(time.getHours())}:${two(time.getMinutes())}`;
};
const sizeOf = ({ across, down }) => (down.length ? `${across.length} × ${down.length}` : `${across.length}`);

function EarlierGrids() {
  const { lines, grid } = useMade();
  if (!lines.length) return null;
  return (
    <div className="workgrids">
      <h3 className="label">Laid out so far</h3>
      <ul>
        {lines.map((line) => (
          <li key={line.id}>
            <button
              type="button" className="frame" data-ratio="1:1" data-state={line.waiting ? "developing" : "draft"} data-here={line.id === grid?.id ? "yes" : "no"}
              data-grid={line.id} aria-pressed={line.id === grid?.id} onClick={() => (line.id === grid?.id ? made.closeGrid() : made.openGrid(line.id))}
            >
              <span className="frame__view">
                <span className="frame__pic">{line.cover_url && <img src={line.cover_url} alt="" loading="lazy" />}</span>
              </span>
              <span className="rebate code"><b>{sizeOf(line)}</b><span>{clockOf(line.created_at)}</span></span>
              <span className="workgrids__title">
                {line.title}
                {line.failed > 0 && <span className="workgrids__bad"> {line.failed} failed</span>}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

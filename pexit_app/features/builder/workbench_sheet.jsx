import { useEffect, useRef } from "react";

import { Tool } from "./workbench_fields.jsx";
import { standOf } from "./workbench_grid.js";
import { made } from "./workbench_made.js";
import { useWorkbench } from "./workbench_store.js";

export const numberOf = (index) => `${Math.floor(index / 2) + 1}${index % 2 ? "A" : ""}`;

/** The open grid: a table of frames on film, or a strip where it has one axis. Cells appear as they are drawn. */
export function GridSheet({ grid }) {
  const { revision } = useWorkbench();
  const isOld = grid.revision !== revision;
  const all = grid.cells.length;
  const over = grid.done + grid.failed;
  const head = useRef(null);
  useEffect(() => {
    if (made.leads) head.current.focus();
    made.leads = false;
  }, [grid.id]);
  const retry = () => {
    made.retry();
    head.current.focus(); // the button goes away under the finger
  };
  const close = () => {
    made.closeGrid();
    document.querySelector(`[data-grid="${grid.id}"]`)?.focus();
  };
  return (
    <section className="workgrid" aria-label={grid.title}>
      <div className="grid__head">
        <h3 ref={head} tabIndex={-1}>{grid.title}</h3>
        <p className="small quiet">{standOf(grid)}.{isOld && " The draft was changed since."}</p>
        {grid.failed > 0 && !grid.waiting && (
          <button type="button" className="act" onClick={retry}>Try the {grid.failed === 1 ? "failed one" : `${grid.failed} failed`} again</button>
        )}
        {isOld && !grid.waiting && <Tool onPress={() => made.order(againOf(grid.request))}>Draw it of the draft as it is</Tool>}
        <Tool onPress={close}>Close</Tool>
      </div>
      {grid.waiting > 0 && (
        <div className="progress">
          <progress className="frame__bar" value={over} max={all} aria-label={`${grid.title}: cells drawn`} />
        </div>
      )}
      {/* In tenths, so that nobody has to hear every cell. */}
      <p className="vh" role="status">{grid.waiting ? `${Math.floor((over * 10) / all) * 10} % drawn` : standOf(grid)}</p>
      {grid.down.length ? <Table grid={grid} /> : <Strip grid={grid} />}
    </section>
  );
}

/** An order as it was given, to be given again. */
const againOf = ({ scene_id: scene, ...request }) => ({ ...request, scene });

function Table({ grid }) {
  const row = (at) => grid.cells.slice(at * grid.across.length, (at + 1) * grid.across.length);
  return (
    <div className="grid__film" role="region" tabIndex={0} aria-label={`${grid.title}, scrolls sideways`}>
      <table className="grid" data-count={grid.across.length}>
        <caption className="vh">{grid.title}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span>{grid.down_label} ↓</span>
              <span>{grid.across_label} →</span>
            </th>
            {grid.across.map((heading) => <th key={heading} scope="col">{heading}</th>)}
          </tr>
        </thead>
        <tbody>
          {grid.down.map((heading, at) => (
            <tr key={heading}>
              <th scope="row">{heading}</th>
              {row(at).map((cell) => <td key={cell.number}><Cell cell={cell} /></td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Strip({ grid }) {
  return (
    <div className="sheetbox">
      <ul className="sheet" role="list" aria-label={grid.title} data-count={grid.across.length}>
        {grid.cells.map((cell) => <li key={cell.number}><Cell cell={cell} words={grid.across[cell.number]} /></li>)}
      </ul>
    </div>
  );
}

const STATES = { waiting: "empty", failed: "failed", done: "draft" };

function Cell({ cell, words }) {
  const number = numberOf(cell.number);
  return (
    <figure className="frame" data-state={STATES[cell.status]} data-ratio={cell.aspect} data-cell={cell.number} data-status={cell.status}>
      <div className="frame__view">
        {cell.status === "waiting" ? (
          <div className="frame__pic"><span className="vh">{cell.alt}: waiting</span></div>
        ) : (
          <button type="button" className="frame__pic" onClick={() => made.openCell(cell.number)}>
            <span className="vh">Cell {number}{cell.status === "failed" ? `, failed: ${cell.alt}. ` : ". "}</span>
            {cell.url && <img src={cell.url} alt={cell.alt} loading="lazy" />}
            {cell.status === "failed" && <span className="frame__say"><strong>Failed</strong><span className="workgrid__why">{cell.error}</span></span>}
          </button>
        )}
      </div>
      <figcaption className="rebate code"><b>{number}</b>{words && <span>{words}</span>}</figcaption>
    </figure>
  );
}

import { useEffect, useRef } from "react";

import { bench, useBench } from "../../packs/bench/bench_store.js";
import { inWords, knobsOf } from "../../packs/bench/bench_values.js";
import { startSo } from "./workbench_knob_ops.js";
import { Tool } from "./workbench_fields.jsx";
import { settingsOf } from "./workbench_grid.js";
import { made } from "./workbench_made.js";
import { numberOf } from "./workbench_sheet.jsx";
import { workbench } from "./workbench_store.js";

/** One cell of a grid, large: what it shows, and what can be done with its settings. */
export function CellView({ grid, number }) {
  const dialog = useRef(null);
  const shown = grid.cells.filter((cell) => cell.status !== "waiting");
  const place = shown.findIndex((cell) => cell.number === number);
  const cell = grid.cells.find((each) => each.number === number);
  useEffect(() => {
    const from = document.activeElement;
    dialog.current.showModal();
    dialog.current.focus(); // and not its first button, which on a phone lies below the picture
    return () => from?.focus?.();
  }, []);
  const step = (by) => made.openCell(shown[(place + by + shown.length) % shown.length].number);
  const keys = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || place < 0) return;
    event.preventDefault();
    step(by);
  };
  const close = () => made.openCell(-1);
  const retry = () => {
    made.retry([number]);
    dialog.current.focus(); // the button goes away under the finger
  };
  return (
    <dialog
      ref={dialog} className="workcell" tabIndex={-1} aria-label={`Cell ${numberOf(number)}`} onClose={close} onKeyDown={keys}
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
    >
      <div className="workcell__in">
        <Picture cell={cell} />
        <div className="workcell__side">
          <div className="workcell__head">
            <h2 className="h3">{cell.alt}</h2>
            <button type="button" className="act act--text" onClick={() => dialog.current.close()}>Close</button>
          </div>
          {cell.status === "failed" ? <Failed onRetry={retry} /> : <Settings cell={cell} onDone={close} />}
          <div>
            <Tool onPress={() => step(-1)} isOff={shown.length < 2} aria-keyshortcuts="ArrowLeft">Before</Tool>
            <Tool onPress={() => step(1)} isOff={shown.length < 2} aria-keyshortcuts="ArrowRight">After</Tool>
          </div>
          <Facts grid={grid} cell={cell} />
        </div>
      </div>
    </dialog>
  );
}

function Picture({ cell }) {
  return (
    <figure className="frame" data-state={cell.status === "failed" ? "failed" : "draft"} data-ratio={cell.aspect}>
      <div className="frame__view">
        <div className="frame__pic">{cell.url && <img src={cell.url} alt={cell.alt} />}</div>
        {cell.status === "failed" && <div className="frame__say"><strong>This cell failed</strong><span>{cell.error}</span></div>}
      </div>
      <figcaption className="rebate code code--up"><b>{numberOf(cell.number)}</b><span>Draft</span><span>seed {cell.seed}</span></figcaption>
    </figure>
  );
}

/** The cell in words: where along the axes it lies, and where the other knobs stand. */
function Facts({ grid, cell }) {
  const { pack } = useBench();
  const wide = grid.across.length;
  const axes = [[grid.across_label, grid.across[cell.number % wide]]];
  if (grid.down.length) axes.push([grid.down_label, grid.down[Math.floor(cell.number / wide)]]);
  const isAxis = (knob) => knob.id === grid.request.across || knob.id === grid.request.down;
  const found = pack && settingsOf(pack, cell);
  const others = (found ? knobsOf(pack, found.scene) : []).filter((knob) => knob.id in found.values && !isAxis(knob));
  return (
    <dl className="facts">
      {axes.map(([label, words]) => <div key={label}><dt>{label}</dt><dd><b>{words}</b></dd></div>)}
      {others.map((knob) => <div key={knob.id}><dt>{knob.label}</dt><dd>{inWords(knob, found.values[knob.id]) || "Nothing"}</dd></div>)}
    </dl>
  );
}

function Failed({ onRetry }) {
  return (
    <div className="workcell__acts">
      <p className="small">It cost nothing. The other cells stay as they are.</p>
      <button type="button" className="act act--ink" onClick={onRetry}>Try this one again</button>
    </div>
  );
}

function Settings({ cell, onDone }) {
  const { pack } = useBench();
  const found = pack && settingsOf(pack, cell);
  if (!found) return <p className="small">Its scene is not in the draft any more; the picture stays.</p>;
  const { scene, values, moved, lost } = found;
  const put = () => {
    if (cell.stand_in) workbench.cast(0, cell.stand_in);
    bench.load({ token: crypto.randomUUID(), scene: scene.id, knobs: values, seed: cell.seed });
    workbench.say(`${cell.alt}: on the bench.`);
    onDone();
  };
  const start = () => {
    const { document } = workbench.state;
    const index = document.scenes.findIndex((each) => each.id === scene.id);
    if (index < 0) return;
    workbench.edit(startSo(document, index, moved), "Scene starts changed");
    workbench.say(`${scene.title || "The scene"} starts so now. Undo takes it back.`);
    onDone();
  };
  return (
    <div className="workcell__acts">
      {lost > 0 && <p className="small">{lost === 1 ? "One setting" : `${lost} settings`} of it the draft does not have any more.</p>}
      <button type="button" className="act act--ink" onClick={put}>Put it on the bench</button>
      <button type="button" className="act" onClick={start}>Let the scene start so</button>
    </div>
  );
}

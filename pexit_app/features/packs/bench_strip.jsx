import { useEffect, useRef } from "react";

import { SmallDraft } from "./bench_draft.jsx";
import { bench, useBench } from "./bench_store.js";
import { inWords, knobsOf } from "./bench_values.js";

const EXPOSURE_PX = 384;

/** The test strip of one knob: one picture at 2 to 7 of its values. Pointing at one shows all of it; choosing turns the
 * knob there. `ring` is the path of a grease-pencil ring. */
export function BenchStrip({ ring, onRender }) {
  const { pack, strip } = useBench();
  const head = useRef(null);
  useEffect(() => head.current?.focus(), [strip?.knob]);
  if (!pack || !strip) return null;
  const { scene } = bench;
  const knob = knobsOf(pack, scene).find((one) => one.id === strip.knob);
  const now = bench.valueOf(knob);
  return (
    <section className="benchstrip" aria-labelledby="benchstrip">
      <div className="benchstrip__head">
        <h2 id="benchstrip" className="h3" ref={head} tabIndex={-1}>Test strip: {knob.label.toLowerCase()}</h2>
        <p className="small quiet">One picture at {strip.values.length} settings. Point at one to see all of it.</p>
        {onRender && (
          <button type="button" className="act act--text" onClick={() => onRender(knob.id)}>Render this strip</button>
        )}
        <button type="button" className="act act--text" onClick={bench.closeStrip}>Close</button>
      </div>
      <div className="teststrip" data-count={strip.values.length}>
        <div className="teststrip__pic">
          {strip.values.map((value) => (
            <SmallDraft
              key={String(value)} slot={`strip.${value}`} rank={1} alt={`${scene.title} at ${inWords(knob, value)}`}
              spec={{ knob: knob.id, value, size: EXPOSURE_PX }}
            />
          ))}
        </div>
        <div className="teststrip__keys" role="radiogroup" aria-label={knob.label}>
          {strip.values.map((value) => (
            <label className="teststrip__key code" key={String(value)}>
              <input type="radio" name="benchstrip" checked={value === now} onChange={() => bench.choose(knob, value)} />
              {inWords(knob, value)}
              <svg className="pencil pencil--ring" viewBox="-10 -10 120 120" preserveAspectRatio="none" aria-hidden="true">
                <path d={ring} />
              </svg>
            </label>
          ))}
        </div>
      </div>
    </section>
  );
}

import { SmallDraft } from "../../packs/bench/bench_draft.jsx";
import { bench, useBench } from "../../packs/bench/bench_store.js";
import { inWords, knobsOf, startOf } from "../../packs/bench/bench_values.js";
import { evenly, offered, showing } from "./workbench_grid.js";

const MOST = 12;
const SMALL_PX = 256;

/** Every value of a knob as a true draft of the open scene, a slider at nine; pressing one turns the bench there. */
export function KnobStrip({ knob: id }) {
  const { pack } = useBench();
  const knobs = pack ? knobsOf(pack, bench.scene) : [];
  const knob = knobs.find((each) => each.id === id);
  if (!knob) return null; // half typed, or not saved yet
  const now = bench.valueOf(knob);
  const values = evenly(offered(pack, bench.scene, [], id, now), MOST);
  const start = startOf(bench.scene, knob);
  const shown = showing(knobs, id, bench.valueOf);
  const choose = (value) => {
    for (const [name, each] of Object.entries(shown)) bench.turn(knobs.find((other) => other.id === name), each);
    bench.choose(knob, value);
  };
  return (
    <section className="workstrip" aria-label={`Every value of ${knob.label}`}>
      <h4 className="label">Every value, in {bench.scene.title || "this scene"}</h4>
      <ul>
        {values.map(([value]) => (
          <li key={`${typeof value} ${value}`}>
            <button
              type="button" className="frame" data-state="draft" data-ratio={bench.aspectOf(bench.scene)} data-here={value === now ? "yes" : "no"}
              aria-pressed={value === now} onClick={() => choose(value)}
            >
              <span className="frame__view">
                <span className="frame__pic">
                  <SmallDraft slot={`knob.${id}.${value}`} spec={{ knob: id, value, beside: shown, size: SMALL_PX }} rank={3} />
                </span>
              </span>
              <span className="rebate code"><b>{inWords(knob, value) || "Nothing"}</b>{value === start && <span>the start</span>}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

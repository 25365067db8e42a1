import { useEffect, useMemo } from "react";

import { BenchKnobs } from "../../packs/bench/bench_knobs.jsx";
import { BenchPicture } from "../../packs/bench/bench_picture.jsx";
import { BenchStrip } from "../../packs/bench/bench_strip.jsx";
import { bench, useBench } from "../../packs/bench/bench_store.js";
import { NOTHING_TURNED, differing } from "../../packs/bench/bench_values.js";
import { change, pointer } from "./workbench_ops.js";
import { benchPackOf } from "./workbench_pack.js";
import { Tool } from "./workbench_fields.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";

/** Puts the draft on the studio's own bench, and keeps it there as it changes. */
function useDraftOnBench() {
  const { id, saved, standIn, scene } = useWorkbench();
  const onBench = useBench();
  const pack = useMemo(() => benchPackOf(id, saved, standIn), [id, saved, standIn]);
  useEffect(() => {
    bench.open(pack, { isPublic: false, door: workbench.picture });
    return () => bench.close();
  }, [id]);
  useEffect(() => bench.revise(pack), [pack]);
  useEffect(() => {
    if (bench.state.pack?.scenes.some((each) => each.id === scene)) bench.select(scene);
  }, [scene, pack]);
  useEffect(() => {
    if (onBench.pack && onBench.scene !== workbench.state.scene) workbench.select(onBench.scene);
  }, [onBench.scene]);
  return onBench;
}

/** The live draft: the picture a buyer would get, on a face of your choice, with the knobs they would turn. */
export function Live({ standIns, ring }) {
  const onBench = useDraftOnBench();
  const { standIn } = useWorkbench();
  const isTurned = onBench.pack && onBench.turnedCount > 0;
  return (
    <section className="worklive" aria-label="Live draft">
      <div className="worklive__pic"><BenchPicture /></div>
      <div className="workfaces" role="radiogroup" aria-label="Whose face">
        <Face name="" label="Its own" chosen={standIn} />
        {standIns.map(([name, label]) => <Face key={name} name={name} label={label} chosen={standIn} />)}
      </div>
      {onBench.strip && <div className="worklive__strip"><BenchStrip ring={ring} /></div>}
      <div className="worklive__knobs">
        <div className="row row--split">
          <h2 className="h3">As people turn it</h2>
          {isTurned && <Keep />}
        </div>
        {onBench.pack && <BenchKnobs />}
      </div>
    </section>
  );
}

function Face({ name, label, chosen }) {
  return (
    <label className="workface">
      <input type="radio" name="stand-in" checked={chosen === name} onChange={() => workbench.cast(name)} />
      <span>{label}</span>
    </label>
  );
}

/** Where the knobs stand now becomes where they stand when somebody opens the scene. */
function Keep() {
  const keep = () => {
    const { pack, turned } = bench.state;
    const index = workbench.sceneAt;
    const scene = workbench.state.document.scenes[index];
    const defaults = { ...scene.defaults, ...differing(pack, turned, bench.scene) };
    workbench.edit(change(workbench.state.document, pointer("scenes", index, "defaults"), defaults), "Scene starts changed");
    bench.change({ turned: NOTHING_TURNED });
    bench.settle();
  };
  return (
    <span className="row">
      <Tool onPress={() => bench.reset()}>Put back</Tool>
      <Tool onPress={keep}>Let the scene start so</Tool>
    </span>
  );
}

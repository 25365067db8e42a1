import { useEffect, useMemo, useState } from "react";

import { BenchKnobs } from "../../packs/bench/bench_knobs.jsx";
import { BenchPicture } from "../../packs/bench/bench_picture.jsx";
import { BenchStrip } from "../../packs/bench/bench_strip.jsx";
import { bench, useBench } from "../../packs/bench/bench_store.js";
import { NOTHING_TURNED, differing } from "../../packs/bench/bench_values.js";
import { startSo } from "./workbench_knob_ops.js";
import { benchPackOf } from "./workbench_pack.js";
import { LiveBar } from "./workbench_faces.jsx";
import { Tool } from "./workbench_fields.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";

/** Puts the draft on the studio's own bench, and keeps it there as it changes: it is drawn before it is saved. */
function useDraftOnBench() {
  const { id, document, faces, scene, isMoving } = useWorkbench();
  const onBench = useBench();
  const pack = useMemo(() => benchPackOf(id, document, faces), [id, document, faces]);
  useEffect(() => {
    workbench.draws(pack);
    bench.open(pack, { isPublic: false, door: workbench.picture });
    return () => bench.close();
  }, [id]);
  useEffect(() => bench.move(isMoving), [isMoving]);
  useEffect(() => {
    workbench.draws(pack);
    bench.revise(pack);
  }, [pack]);
  useEffect(() => {
    if (bench.state.pack?.scenes.some((each) => each.id === scene)) bench.select(scene);
  }, [scene, pack]);
  useEffect(() => {
    if (onBench.pack && onBench.scene !== workbench.state.scene) workbench.select(onBench.scene);
  }, [onBench.scene]);
  return onBench;
}

/** The live draft: the picture a buyer would get, on a face of your choice, with the knobs they would turn. */
export function Live({ standIns, faces, ring }) {
  const onBench = useDraftOnBench();
  const [view, setView] = useState("desktop");
  const isTurned = onBench.pack && onBench.turnedCount > 0;
  return (
    <section className="worklive" data-view={view} aria-label="Live draft">
      <LiveBar standIns={standIns} faces={faces} view={view} onView={setView} />
      <div className="worklive__shell">
        <div className="worklive__pic"><BenchPicture /></div>
        <div className="worklive__knobs" tabIndex={0} role="group" aria-label="Knobs as people turn them">
          {onBench.strip && <BenchStrip ring={ring} />}
          <div className="row row--split">
            <h2 className="h3">As people turn it</h2>
            {isTurned && <Keep />}
          </div>
          {onBench.pack && <BenchKnobs />}
        </div>
      </div>
    </section>
  );
}

/** Where the knobs stand now becomes where they stand when somebody opens the scene. */
function Keep() {
  const keep = () => {
    const { pack, turned } = bench.state;
    workbench.edit(startSo(workbench.state.document, workbench.sceneAt, differing(pack, turned, bench.scene)), "Scene starts changed");
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

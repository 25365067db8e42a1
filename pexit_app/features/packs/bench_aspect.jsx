import { useId } from "react";

import { ASPECTS, bench, useBench } from "./bench_store.js";

const SAID = { "1:1": "Square", "4:5": "Portrait", "2:3": "Tall", "9:16": "Phone", "16:9": "Wide" };

/** The shape of the pictures: each scene's own, or one for all. The same picture is kept, more or less of it is seen. */
export function BenchAspect() {
  const { pack, aspect } = useBench();
  const id = useId();
  if (!pack) return null;
  const own = bench.scene.aspect;
  return (
    <fieldset className="knob aspects">
      <legend className="knob__label">Shape</legend>
      <output className="figure">{aspect || `${own}, the scene's own`}</output>
      <div className="aspects__row">
        {["", ...ASPECTS].map((each) => (
          <label key={each || "own"} className="aspects__one">
            <input type="radio" name={id} value={each} checked={each === aspect} onChange={() => bench.setAspect(each)} />
            <i data-ratio={each || own} aria-hidden="true" />
            <span>{each ? <><span className="vh">{SAID[each]}, </span>{each}</> : "Own"}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

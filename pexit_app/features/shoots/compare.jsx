import { useEffect, useLayoutEffect, useRef, useState } from "react";

// Two frames laid over each other; a slider uncovers the one or the other. A range input lies over the whole picture, so
// that pointer, finger and arrow keys all move it, and a screen reader hears how much of which is seen.
export function Compare({ one, other, ratio = "4:5", oneLabel, otherLabel, oneAlt = "", otherAlt = "", onClose }) {
  const host = useRef(null);
  const slider = useRef(null);
  const [at, setAt] = useState(50);
  useLayoutEffect(() => host.current.style.setProperty("--at", `${at}%`), [at]);
  useEffect(() => slider.current.focus({ preventScroll: true }), []);
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    onClose?.();
  };
  return (
    <div className="compare" data-ratio={ratio} role="group" aria-label={`${oneLabel} and ${otherLabel}`}>
      <div className="compare__box" ref={host}>
        <img src={other} alt={otherAlt} draggable={false} />
        <img src={one} alt={oneAlt} draggable={false} className="compare__one" />
        <span className="compare__line" aria-hidden="true" />
        <input
          ref={slider} type="range" min={0} max={100} value={at} className="compare__slider" onKeyDown={escape}
          aria-label={`How much of ${oneLabel.toLowerCase()} is seen, over ${otherLabel.toLowerCase()}`}
          aria-valuetext={`${at} % ${oneLabel}, ${100 - at} % ${otherLabel}`}
          onChange={(event) => setAt(event.target.valueAsNumber)}
        />
      </div>
      <p className="compare__labels code code--up" aria-hidden="true"><b>{oneLabel}</b><b>{otherLabel}</b></p>
    </div>
  );
}

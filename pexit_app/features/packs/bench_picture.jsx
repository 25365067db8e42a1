import { useEffect, useRef } from "react";

import { BLANK } from "./bench_draft.jsx";
import { altOf } from "./bench_sheet.jsx";
import { bench, useBench, useDraft } from "./bench_store.js";
import { posterOf } from "./bench_values.js";

const SWIPE_PX = 48;
const DENSEST = 1.5; // more device pixels than this are not worth the time of a draft

/** Tells the bench how many pixels the picture has on the screen. */
function useFit(box) {
  useEffect(() => {
    const measure = ([{ contentRect }]) => {
      const { width, height } = contentRect;
      bench.fitMain(Math.max(width, height) * Math.min(devicePixelRatio, DENSEST));
    };
    const eye = new ResizeObserver(measure);
    if (box.current) eye.observe(box.current);
    return () => eye.disconnect();
  }, [box.current]);
}

function useSwipe() {
  const start = useRef(null);
  return {
    onTouchStart: ({ touches }) => {
      start.current = touches.length === 1 ? [touches[0].clientX, touches[0].clientY] : null;
    },
    onTouchEnd: ({ changedTouches }) => {
      if (!start.current) return;
      const dx = changedTouches[0].clientX - start.current[0];
      const dy = changedTouches[0].clientY - start.current[1];
      start.current = null;
      if (Math.abs(dx) > SWIPE_PX && Math.abs(dx) > 2 * Math.abs(dy)) bench.step(dx < 0 ? 1 : -1);
    },
  };
}

function onArrows(event) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  bench.step(by);
}

/** The selected scene, large. Swiping or the arrow keys go to the next scene. */
export function BenchPicture() {
  const { pack, turned, seed } = useBench();
  const draft = useDraft("main");
  const box = useRef(null);
  const swipe = useSwipe();
  useFit(box);
  if (!pack) return <figure className="frame" data-state="draft"><div className="frame__view" ref={box} /></figure>;
  const { scene } = bench;
  const at = pack.scenes.indexOf(scene) + 1;
  const state = draft.trouble ? "trouble" : draft.isFresh ? "fresh" : "drawing";
  return (
    <figure className="frame benchpic" data-state="draft" data-ratio={bench.aspectOf(scene)} data-draft={state}>
      <div className="frame__view" ref={box}>
        <div
          className="frame__pic" tabIndex={0} role="group" onKeyDown={onArrows} {...swipe}
          aria-label={`${scene.title}, scene ${at} of ${pack.scenes.length}. Left and right go to the next scene.`}
        >
          <img src={draft.url || posterOf(pack, turned, scene) || BLANK} alt={altOf(pack, turned, scene)} data-main="" draggable={false} />
        </div>
        {draft.trouble && <p className="frame__say" role="status"><strong>{draft.trouble}</strong></p>}
      </div>
      <figcaption className="rebate code code--up">
        <b>Draft</b>
        <span>{scene.title}</span>
        <span>{pack.code} / {seed === null && scene.seed_policy === "fresh" ? "a new take each time" : `seed ${seed ?? scene.seed}`}</span>
      </figcaption>
    </figure>
  );
}

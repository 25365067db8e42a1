import { useEffect, useRef } from "react";

import { bench, useDraft } from "./bench_store.js";

const FAR = "200px"; // how far off the screen a draft is worth drawing

/** A small draft that is drawn when it comes into sight. `spec` is {scene} or {knob, value}, with a `size` in px. */
export function SmallDraft({ slot, spec, alt = "", rank = 1, poster = "" }) {
  const draft = useDraft(slot);
  const box = useRef(null);
  const id = JSON.stringify([spec.scene?.id ?? "", spec.knob ?? "", spec.value ?? "", spec.size ?? 0, spec.beside ?? {}]);
  useEffect(() => {
    const seen = (entries) => bench.watch(slot, spec, entries.at(-1).isIntersecting ? rank : null);
    const eye = new IntersectionObserver(seen, { rootMargin: FAR });
    eye.observe(box.current);
    return () => {
      eye.disconnect();
      bench.watch(slot, spec, null);
    };
  }, [slot, id, rank]);
  return <img ref={box} src={draft.url || poster || BLANK} alt={alt} data-draft={draft.url ? "drawn" : "none"} />;
}

// One transparent pixel: a picture without an address would show its alt text as if it were broken.
export const BLANK = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

import { useEffect, useLayoutEffect } from "react";

import { bench } from "./bench_store.js";

// Opens the bench of a pack for the parts beneath it. `pack` is the pack as REST tells it. `load` ({token, scene, knobs,
// seed, aspect}) puts other settings on the bench, once per token; a new `hello` asks for the settings to be told again.
export function Bench({ pack, isPublic = false, shoot = "", cast, load, kept, hello = "", onSettled, children }) {
  useLayoutEffect(() => {
    if (pack.scenes) bench.open(pack, { isPublic, cast }); // for a moment after a restart of the server there is none: stay
  }, [pack.slug, pack.version, isPublic]);
  useLayoutEffect(() => () => bench.close(), []);
  useEffect(() => bench.setShoot(shoot), [shoot]);
  useLayoutEffect(() => bench.setCast(cast ?? {}), [JSON.stringify(cast ?? {})]);
  const words = JSON.stringify(kept ?? {});
  useEffect(() => bench.keep(JSON.parse(words)), [words]);
  useEffect(() => bench.onSettled((values) => onSettled?.(values)), [onSettled]);
  useEffect(() => {
    if (load?.token) bench.load(load);
  }, [load?.token]);
  useEffect(() => {
    if (hello) bench.tell();
  }, [hello]);
  return children;
}

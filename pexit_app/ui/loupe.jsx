import { useEffect, useRef } from "react";

import { lend } from "./glass.js";

export function Loupe({ children }) {
  const host = useRef(null);
  const lens = useRef(null);
  useEffect(() => lend(host.current, lens.current), []);
  return (
    <div ref={host}>
      {children}
      <div ref={lens} className="loupe" hidden aria-hidden="true" />
    </div>
  );
}

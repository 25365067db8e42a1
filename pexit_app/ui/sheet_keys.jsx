import { useEffect, useRef, useState } from "react";

import { lendHands } from "./sheet_hands.js";

export function SheetKeys({ children, onOpen, onMark, onCompare }) {
  const host = useRef(null);
  const lens = useRef(null);
  const calls = useRef({});
  const [said, setSaid] = useState("");
  calls.current = { say: setSaid, onOpen, onMark, onCompare };
  useEffect(() => lendHands(host.current, lens.current, () => calls.current), []);
  return (
    <div ref={host}>
      {children}
      <div ref={lens} className="loupe" hidden aria-hidden="true" />
      <p className="vh" role="status">{said}</p>
    </div>
  );
}

import { useRef } from "react";

// Draws its first child once the page's state is the truth about this address, and its second until then. A tab's state
// outlives a page: without this, what the tab showed last would be drawn for a moment at the new address. A page that
// was drawn stays: while it is loaded anew after a lost connection, nothing is taken from under anybody's hands.
export function Settled({ isReady, at, children }) {
  const drawn = useRef("");
  const here = typeof location === "undefined" ? "" : location.pathname.replace(/\/+$/, "");
  if (isReady && at === here) drawn.current = `at ${here}`;
  return children[drawn.current === `at ${here}` ? 0 : 1];
}

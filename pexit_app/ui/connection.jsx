import { useContext, useEffect, useState } from "react";

import { EventLoopContext } from "$/utils/context";

// Says when the live connection is gone, and hurries it back. The framework's client reconnects by itself, at most 2 s
// after the server is there, and then loads the page's state anew. What it does not notice is handled here: a line that
// went dead in silence (it would wait for its ping), a page that comes back from the browser's cache.
//
// Its only handles are the events it listens to: `pagehide` closes a socket that looks open, `visibilitychange` opens a
// closed one at once.
const GRACE_MS = 700; // a blink that mends itself is not worth a word

function reopen({ isDead }) {
  if (isDead) dispatchEvent(new PageTransitionEvent("pagehide", { persisted: false }));
  document.dispatchEvent(new Event("visibilitychange"));
}

function useLine() {
  const [isOffline, setOffline] = useState(false);
  useEffect(() => {
    const listeners = {
      offline: () => setOffline(true),
      online: () => {
        setOffline(false);
        reopen({ isDead: true });
      },
      pageshow: (event) => event.persisted && reopen({ isDead: true }),
    };
    setOffline(!navigator.onLine);
    for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
    };
  }, []);
  return isOffline;
}

/** `leaveTo`, once set, loads that page in full (a sign-in form is not part of the live frontend). */
export function Connection({ leaveTo = "" }) {
  const [, errors] = useContext(EventLoopContext);
  const isOffline = useLine();
  const isLost = isOffline || errors.length > 0;
  const [isTold, setTold] = useState(false);
  useEffect(() => {
    if (leaveTo) location.replace(leaveTo);
  }, [leaveTo]);
  useEffect(() => {
    if (!isLost) {
      setTold(false);
      return undefined;
    }
    const timer = setTimeout(() => setTold(true), GRACE_MS);
    return () => clearTimeout(timer);
  }, [isLost]);
  return (
    <p className="lost" role="status" data-lost={isTold ? "yes" : "no"}>
      {isTold && (isOffline ? "No connection. The page follows as soon as it is back." : "Connection lost, trying again.")}
    </p>
  );
}

import { useEffect, useState } from "react";

import { bench, useBench } from "./bench_store.js";

const SAID_MS = 4000;
const EDITED = "input[type=text], textarea, [contenteditable]";

/** Ctrl+Z and Ctrl+Shift+Z (or Y) take steps back and forth, anywhere but in a field of words, which has its own. */
function useShortcuts() {
  useEffect(() => {
    const key = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest?.(EDITED)) return;
      const letter = event.key.toLowerCase();
      const isRedo = letter === "y" || (letter === "z" && event.shiftKey);
      if (letter !== "z" && !isRedo) return;
      event.preventDefault();
      (isRedo ? bench.redo : bench.undo)();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Undo, redo, reset, another seed, the link that reopens exactly this. */
export function BenchTools({ link = true }) {
  const { pack, seed, aspect, canUndo, canRedo, turnedCount } = useBench();
  const [said, setSaid] = useState("");
  useShortcuts();
  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => setSaid(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  if (!pack) return null;
  const copy = async () => {
    const address = new URL(bench.address(), location.href).href;
    setSaid((await copied(address)) ? "Link copied" : "Copy it from the address bar");
  };
  return (
    <div className="benchtools" role="toolbar" aria-label="Bench">
      <Tool label="Undo" onPress={bench.undo} isOff={!canUndo} />
      <Tool label="Redo" onPress={bench.redo} isOff={!canRedo} />
      <Tool label="Reset" onPress={bench.reset} isOff={turnedCount === 0 && seed === null && !aspect} />
      <Tool label="New seed" note={String(seed ?? bench.scene.seed)} onPress={bench.reroll} />
      {link && <Tool label="Copy link" onPress={copy} />}
      <span className="small quiet benchtools__said" role="status">{said}</span>
    </div>
  );
}

// aria-disabled and not disabled: a button that goes off under the finger must not lose the focus.
function Tool({ label, note, onPress, isOff = false }) {
  return (
    <button type="button" className="tool" aria-disabled={isOff} onClick={() => isOff || onPress()}>
      {label}
      {note && <span className="code quiet"> {note}</span>}
    </button>
  );
}

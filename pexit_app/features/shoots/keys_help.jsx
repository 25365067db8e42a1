import { useEffect, useRef } from "react";

const EDITED = "input[type=text], input[type=search], textarea, select, [contenteditable]";

// All keys of the page, on a sheet of paper that ? brings and ? or Escape takes away.
export function KeysHelp({ label = "Keys", children }) {
  const dialog = useRef(null);
  const turn = () => (dialog.current.open ? dialog.current.close() : dialog.current.showModal());
  useEffect(() => {
    const key = (event) => {
      if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(EDITED)) return;
      event.preventDefault();
      turn();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);
  const outside = (event) => event.target === dialog.current && dialog.current.close();
  return (
    <>
      <button type="button" className="act act--text keyshelp__ask" onClick={turn} aria-haspopup="dialog">
        {label}<kbd aria-hidden="true">?</kbd>
      </button>
      <dialog ref={dialog} className="keyshelp" aria-label="Keys" onClick={outside}>
        {children}
        <form method="dialog"><button type="submit" className="act">Close</button></form>
      </dialog>
    </>
  );
}

import { useRef, useState } from "react";

const DOOR = "/api/v1/builder/import";
const MB = 1024 * 1024;
const NO_ANSWER = ["No answer from the server. Your file is untouched; try again."];

/** What stands in the way, as sentences; none when the draft is there. */
async function open(file, maxBytes) {
  if (file.size > maxBytes) return [`${file.name} has ${(file.size / MB).toFixed(1)} MB; a pack has ${maxBytes / MB} MB at most.`];
  let answer;
  try {
    answer = await fetch(DOOR, { method: "POST", headers: { "Content-Type": "application/zip" }, body: file });
  } catch {
    return NO_ANSWER;
  }
  const told = await answer.json().catch(() => null);
  if (!told) return NO_ANSWER;
  if (answer.ok) {
    location.assign(`/builder/${told.data.id}`);
    return [];
  }
  const found = Array.isArray(told.error.details) ? told.error.details.map((each) => each.message) : [];
  return [...new Set(found.length ? found : [told.error.message])];
}

/** A place for the zip of a pack: chosen by a press, or dropped on it. */
export function OpenFile({ maxBytes }) {
  const field = useRef(null);
  const [isOver, setIsOver] = useState(false);
  const [busy, setBusy] = useState("");
  const [wrong, setWrong] = useState([]);
  const take = async (files) => {
    const [file] = files;
    setIsOver(false);
    if (!file || busy) return;
    setBusy(file.name);
    const found = await open(file, maxBytes);
    setWrong(found);
    if (found.length) setBusy("");
  };
  const drop = (event) => {
    event.preventDefault();
    take(event.dataTransfer.files);
  };
  const over = (is) => (event) => {
    event.preventDefault();
    setIsOver(is);
  };
  return (
    <div className="stack stack--tight">
      <div className="workfile" data-over={isOver ? "yes" : "no"} onDragOver={over(true)} onDragLeave={over(false)} onDrop={drop}>
        <button type="button" className="act" onClick={() => field.current.click()}>Choose a file</button>
        <span className="small quiet" role="status">{busy ? `Reading ${busy}` : "or drop its zip here"}</span>
        <input
          ref={field} type="file" hidden accept=".zip,application/zip" aria-label="A pack's zip"
          onChange={(event) => {
            take(event.target.files);
            event.target.value = ""; // the same file can be chosen again
          }}
        />
      </div>
      {wrong.length > 0 && (
        <div role="alert" className="stack stack--tight">
          <p className="small">It was not taken. Mend this in the file, and choose it again:</p>
          <ul className="refused">{wrong.map((each) => <li key={each}>{each}</li>)}</ul>
        </div>
      )}
    </div>
  );
}

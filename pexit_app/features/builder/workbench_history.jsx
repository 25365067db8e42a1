import { useEffect, useRef, useState } from "react";

import { Tool } from "./workbench_fields.jsx";
import { ask, useTold, whenOf } from "./workbench_life.js";
import { Compared } from "./workbench_sights.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";

const MOST_NAME = 80;
const AT_ONCE = 50;

/** Everything that ever happened to the draft: kept states, every change, and what each was like. */
export function History() {
  const { isPast } = useWorkbench();
  return isPast ? <Past /> : null;
}

function Past() {
  const [seen, setSeen] = useState(null); // {name, title, when, verb, body, point}
  const points = useTold("restore-points");
  const shown = useRef(null);
  useEffect(() => {
    if (seen) shown.current.scrollIntoView({ block: "nearest" }); // on a phone it stands below the list
  }, [seen]);
  return (
    <section className="workpast" id="workpast" aria-label="History">
      <div className="workpast__list">
        <Keep onKept={points.again} />
        <Points told={points} seen={seen} onSee={setSeen} />
        <Changes seen={seen} onSee={setSeen} />
      </div>
      <div className="workpast__seen" ref={shown} aria-live="polite">
        {seen ? <Seen seen={seen} onGone={() => setSeen(null)} onForgot={points.again} /> : <Hint />}
      </div>
    </section>
  );
}

function Hint() {
  return (
    <div className="stack stack--tight">
      <h2 className="h3">Nothing is ever lost</h2>
      <p className="small quiet">
        Choose a change or a kept state to see how the draft was, and what is different now. Going back is a step like any other: undo takes it back, and what came after stays in this list.
      </p>
    </div>
  );
}

/** The draft as it is now, under a name. */
function Keep({ onKept }) {
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState("");
  const keep = async (event) => {
    event.preventDefault();
    try {
      await workbench.flush();
      await ask("POST", "restore-points", { name: name.trim() });
      workbench.say(`Kept as ${name.trim()}.`);
      setName("");
      setWrong("");
      onKept();
    } catch (error) {
      setWrong(error.message);
    }
  };
  return (
    <form className="field workpast__keep" data-bad={wrong ? "yes" : "no"} onSubmit={keep}>
      <label className="label" htmlFor="point">Keep the draft as it is now, under a name</label>
      <span className="workpast__name">
        <input id="point" value={name} onChange={(event) => setName(event.target.value)} maxLength={MOST_NAME} required autoComplete="off" aria-describedby="point-bad" />
        <button type="submit" className="act act--ink">Keep</button>
      </span>
      <span id="point-bad" className="field__bad" role="alert">{wrong}</span>
    </form>
  );
}

function Points({ told, seen, onSee }) {
  if (!told.data?.length) return null;
  return (
    <section aria-labelledby="points" className="stack stack--tight">
      <h2 className="h3" id="points">Kept states</h2>
      <ol className="workpast__rows" role="list">
        {told.data.map((point) => {
          const name = `point-${point.id}`;
          const title = point.name;
          const open = { name, title, when: point.created_at, verb: `restore-points/${point.id}/restore`, body: {}, point: point.id };
          return (
            <li key={point.id}>
              <button type="button" className="workpast__row" aria-pressed={seen?.name === name} onClick={() => onSee(open)}>
                <b>{title}</b>
                <span className="small quiet">{whenOf(point.created_at)}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** All changes, the newest first; more of them on demand. */
function useChanges() {
  const { revision } = useWorkbench();
  const [rows, setRows] = useState(null);
  const [next, setNext] = useState(null);
  const [wrong, setWrong] = useState("");
  const read = async (cursor) => {
    try {
      const page = await ask("GET", `changes?limit=${AT_ONCE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
      setRows((before) => (cursor ? [...before, ...page.data] : page.data));
      setNext(page.next);
      setWrong("");
    } catch (error) {
      setWrong(error.message);
    }
  };
  useEffect(() => {
    read(null);
  }, [revision]);
  return { rows, wrong, more: next ? () => read(next) : null };
}

/** Steps of one kind, made one after the other in one place, are one row until it is opened. */
function grouped(rows) {
  const groups = [];
  for (const row of rows) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const isSame = last && last.label === row.label && last.client === row.client && last.parent_number === row.number && last.done === row.done && !row.head && !row.next;
    if (isSame) group.push(row);
    else groups.push([row]);
  }
  return groups;
}

function Changes({ seen, onSee }) {
  const { rows, wrong, more } = useChanges();
  const [opened, setOpened] = useState([]);
  if (wrong) return <p className="small field__bad" role="alert">{wrong}</p>;
  if (!rows) return <p className="small quiet">Reading the history.</p>;
  return (
    <section aria-labelledby="changes" className="stack stack--tight">
      <h2 className="h3" id="changes">Every change</h2>
      <ol className="workpast__rows workpast__rail" role="list">
        {grouped(rows).flatMap((group) => {
          const [first] = group;
          const isOpen = opened.includes(first.number);
          const shown = isOpen ? group : [first];
          return shown.map((row, index) => (
            <Change
              key={row.number} row={row} count={index === 0 && !isOpen ? group.length : 1} seen={seen} onSee={onSee}
              onOpen={() => setOpened([...opened, first.number])}
            />
          ));
        })}
      </ol>
      {more && <Tool onPress={more}>Earlier changes</Tool>}
    </section>
  );
}

function whoOf(client) {
  if (client === workbench.client) return "this tab";
  if (client.startsWith("tab-")) return "another tab";
  return { start: "at the start", import: "from the file", terms: "its name" }[client] ?? client;
}

/** Where a change stands in the tree, in words. */
function placeOf(row) {
  if (row.head) return "The draft stands here";
  if (row.next) return "Redo leads here";
  return row.done ? "" : "Not in the draft now";
}

function Change({ row, count, seen, onSee, onOpen }) {
  const name = `change-${row.number}`;
  const isBranch = row.parent_number !== null && row.parent_number !== row.number - 1;
  const place = [placeOf(row), isBranch && `follows ${row.parent_number}`].filter(Boolean).join(", ");
  const open = { name, title: row.label, when: row.created_at, verb: "go-to", body: { number: row.number }, isHead: row.head };
  return (
    <li data-done={row.done ? "yes" : "no"} data-head={row.head ? "yes" : "no"}>
      <button type="button" className="workpast__row" aria-pressed={seen?.name === name} onClick={() => onSee(open)}>
        <span><span className="code">{row.number}</span> <b>{row.label}</b></span>
        <span className="small quiet">{whenOf(row.created_at)}, {whoOf(row.client)}</span>
        {place && <span className="small workpast__place">{place}</span>}
      </button>
      {count > 1 && <Tool onPress={onOpen} aria-label={`Show all ${count} steps of ${row.label}`}>{count} steps</Tool>}
    </li>
  );
}

/** How the draft was, against how it is now. */
function Seen({ seen, onGone, onForgot }) {
  const told = useTold(`differences?before=${seen.name}&after=draft`);
  const back = async () => {
    if (await workbench.travel(seen.verb, seen.body)) workbench.say(`Back at: ${seen.title}. Undo takes it back.`);
  };
  const forget = async () => {
    try {
      await ask("DELETE", `restore-points/${seen.point}`);
      workbench.say(`${seen.title} is no longer kept under its name. The history still has it.`);
      onGone();
      onForgot();
    } catch (error) {
      workbench.say(error.message);
    }
  };
  const isSame = told.data && !told.data.lines.length && !told.data.sights.length;
  return (
    <div className="stack">
      <header>
        <p className="code code--up quiet">{whenOf(seen.when)}</p>
        <h2 className="h28">{seen.title}</h2>
      </header>
      <div className="row workpast__acts">
        <button type="button" className="act act--ink" aria-disabled={Boolean(isSame)} onClick={() => isSame || back()}>Go back to this</button>
        {seen.point && <button type="button" className="act act--text" onClick={forget}>Forget the name</button>}
      </div>
      {told.wrong && <p className="small field__bad" role="alert">{told.wrong}</p>}
      {!told.data && !told.wrong && <p className="small quiet">Looking.</p>}
      {told.data && <Compared found={told.data} names={["Then", "Now"]} same="The draft is exactly so now." />}
    </div>
  );
}

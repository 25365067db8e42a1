import { useEffect, useRef, useState, useSyncExternalStore } from "react";

import { droppedFiles, isFileDrag, pastedFiles, refusalOf } from "./photo_files.js";
import { isOpen, queueTo } from "./photo_queue.js";

const TYPED = "input:not([type=file]), textarea, select, [contenteditable]";
const percent = (row) => Math.round(row.share * 100);

// The contact sheet of a person's photos: what is on it already (the first child, drawn from the state), then the photos
// that are on their way, then the place to add more (the second child); before the first photo also the third child, which
// says what to take. Whatever is dropped or pasted anywhere on the page lands here.
export function PhotoTable({ url, maxBytes, known = [], cross, children }) {
  const [photos, add, ideas] = children;
  const queue = queueTo(url);
  const rows = useSyncExternalStore(queue.subscribe, () => queue.rows, () => []);
  const fresh = useRef(null);
  const isOver = useHandedOver((files) => queue.add(files, refusalOf(maxBytes)));
  useEffect(() => queue.settle(known), [queue, known, rows]);
  const here = new Set(known);
  const shown = rows.filter((row) => row.state !== "refused" && !(row.photo && here.has(row.photo.id)));
  const refused = rows.filter((row) => row.state === "refused");
  const open = rows.filter(isOpen);
  const first = open[0]?.key;
  useEffect(() => {
    if (first) fresh.current?.scrollIntoView({ block: "nearest" });
  }, [first === undefined]);
  return (
    <div className="phototable" data-over={isOver ? "yes" : "no"}>
      <Sending rows={rows} open={open} />
      <Refused rows={refused} onDone={() => queue.drop(refused.map((row) => row.key))} />
      <div className="sheetbox">
        <ul className="sheet shots" aria-label="Photos" role="list">
          {photos}
          {shown.map((row, index) => (
            <li key={row.key} className="shot" ref={row.key === first ? fresh : null}>
              <OnItsWay row={row} number={known.length + index + 1} cross={cross} queue={queue} />
            </li>
          ))}
          <li className="shot">{add}</li>
          {shown.length === 0 && ideas}
        </ul>
      </div>
      {isOver && <p className="dropnote">Let go: the photos land on this sheet.</p>}
    </div>
  );
}

// True while files are dragged over the page; `take` gets what is dropped or pasted.
function useHandedOver(take) {
  const [isOver, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const over = (event) => {
      if (!isFileDrag(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      setOver(true);
    };
    const listeners = {
      dragenter: over,
      dragover: over,
      dragleave: (event) => event.relatedTarget === null && setOver(false),
      drop: (event) => {
        if (!isFileDrag(event)) return;
        event.preventDefault();
        setOver(false);
        latest.current(droppedFiles(event.dataTransfer));
      },
      paste: (event) => {
        const files = pastedFiles(event.clipboardData);
        if (!files.length || event.target.closest?.(TYPED)) return;
        event.preventDefault();
        latest.current(files);
      },
    };
    for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener);
    };
  }, []);
  return isOver;
}

// All files together, in bytes that have left; and, when they are through, what came of them.
function Sending({ rows, open }) {
  const said = useSaid(rows, open);
  const bytes = open.reduce((sum, row) => sum + row.size, 0);
  const sent = open.reduce((sum, row) => sum + row.size * row.share, 0);
  const looking = open.filter((row) => row.state === "looking").length;
  const words = [`${open.length} on the way`, looking ? `${looking} being looked at` : ""].filter(Boolean).join(", ");
  return (
    <>
      {open.length > 0 && (
        <div className="progress" data-sending="yes">
          <strong className="label">{words}</strong>
          <progress className="frame__bar" aria-label="Photos sent" max={bytes} value={sent} />
          <p className="devline code">
            <b>{megabytes(sent)}</b>
            <span>of {megabytes(bytes)} MB sent</span>
          </p>
        </div>
      )}
      <p className="vh" role="status">{said}</p>
    </>
  );
}

const megabytes = (bytes) => (bytes / 1024 / 1024).toFixed(1);
const many = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

// For the live region: that photos were taken up, and what came of them; nothing in between.
function useSaid(rows, open) {
  const [said, setSaid] = useState("");
  const ended = useRef(new Map());
  for (const row of rows) if (!isOpen(row)) ended.current.set(row.key, row);
  const isBusy = open.length > 0;
  useEffect(() => {
    if (isBusy) {
      ended.current.clear();
      setSaid(`${many(open.length, "photo")} on the way`);
      return;
    }
    const all = [...ended.current.values()];
    if (!all.length) return;
    const count = (test) => all.filter(test).length;
    const words = [
      [count((row) => row.photo?.verdict === "accepted"), "good"],
      [count((row) => row.photo?.verdict === "rejected"), "left out"],
      [count((row) => row.state === "refused"), "not taken"],
      [count((row) => row.state === "failed"), "not sent"],
    ];
    setSaid(words.filter(([number]) => number).map(([number, word]) => `${number} ${word}`).join(", "));
  }, [isBusy]);
  return said;
}

function Refused({ rows, onDone }) {
  if (!rows.length) return null;
  return (
    <section className="refused" aria-label="Files that were not taken">
      <div className="row row--split">
        <h3 className="label">{many(rows.length, "file")} not taken</h3>
        <button type="button" className="act act--text" onClick={onDone}>Clear the list</button>
      </div>
      <ul role="list">
        {rows.map((row) => (
          <li key={row.key}>
            <b>{row.name}</b> {row.note}
          </li>
        ))}
      </ul>
    </section>
  );
}

function OnItsWay({ row, number, cross, queue }) {
  const [isBlind, setBlind] = useState(false); // no browser here shows such a file before it is converted
  const isOut = row.photo?.verdict === "rejected";
  const state = { waiting: "waiting", sending: "developing", looking: "developing", failed: "failed", taken: "done" }[row.state];
  const hasPicture = row.src && !isBlind && row.state !== "failed";
  return (
    <>
      <figure
        className="frame" data-state={state} data-mark={isOut ? "reject" : "none"} data-tone={Math.floor(percent(row) / 10)}
      >
        <div className="frame__view">
          <div className="frame__pic">
            {hasPicture && <img src={row.src} alt={row.name} onError={() => setBlind(true)} />}
            {isOut && <Cross path={cross} />}
          </div>
          {row.state === "failed" && (
            <div className="frame__say">
              <strong>Not sent</strong>
              <span>{row.note}</span>
              <button type="button" onClick={() => queue.retry(row.key)}>
                Try again<span className="vh"> {row.name}</span>
              </button>
              <button type="button" onClick={() => queue.drop([row.key])}>
                Drop it<span className="vh"> {row.name}</span>
              </button>
            </div>
          )}
          {row.state === "sending" && (
            <progress className="frame__bar" aria-label={`${row.name} sent`} max={100} value={percent(row)} />
          )}
        </div>
        <Edge row={row} number={number} />
      </figure>
      <p className="verdict" data-verdict={isOut ? "out" : row.photo ? "good" : "open"}>
        <Words row={row} />
      </p>
    </>
  );
}

function Edge({ row, number }) {
  if (row.state !== "sending") {
    return (
      <figcaption className="rebate code code--up">
        <b>{number}</b>
      </figcaption>
    );
  }
  return (
    <figcaption className="devline code">
      <b>{percent(row)} %</b>
      <span>sending</span>
    </figcaption>
  );
}

function Words({ row }) {
  if (row.photo) {
    const isOut = row.photo.verdict === "rejected";
    return (
      <>
        <b>{isOut ? "Left out." : "Good."}</b> {row.photo.reasons.map((reason) => reason.message).join(" ")}
      </>
    );
  }
  const words = { waiting: "Waiting.", sending: "On its way.", looking: "Being looked at.", failed: "Not sent." }[row.state];
  return (
    <>
      <b>{words}</b> <span className="shot__name">{row.name}</span>
    </>
  );
}

function Cross({ path }) {
  return (
    <svg className="pencil pencil--cross" viewBox="-10 -10 120 120" preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

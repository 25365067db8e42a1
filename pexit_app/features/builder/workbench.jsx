import { useEffect } from "react";

import { History } from "./workbench_history.jsx";
import { KnobForms } from "./workbench_knobs.jsx";
import { Listing } from "./workbench_listing.jsx";
import { Live } from "./workbench_live.jsx";
import { Publish } from "./workbench_publish.jsx";
import { Reel } from "./workbench_reel.jsx";
import { SceneForm } from "./workbench_scene.jsx";
import { Made, Test } from "./workbench_test.jsx";
import { Tool } from "./workbench_fields.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";

const PANELS = [["scene", "Scene"], ["knobs", "Knobs"], ["test", "Test"], ["pack", "Pack"], ["publish", "Publish"]];
const EDITED = "input[type=text], textarea, [contenteditable]";
const two = (number) => String(number).padStart(2, "0");
const clock = (time) => `${two(time.getHours())}:${two(time.getMinutes())}`;

/** The pack builder: scenes, the live draft, and the words and knobs of what is chosen. `draft` is {id, document, revision, remix}. */
export function Workbench({ draft, settings, standIns, faces, starts, ring }) {
  const { id, document, panel } = useWorkbench();
  useEffect(() => {
    if (draft?.id) workbench.open(draft);
  }, [draft?.id]);
  useEffect(() => () => workbench.close(), []);
  useShortcuts();
  useGoal();
  if (!document || id !== draft?.id) return <p className="page small quiet">Opening the draft.</p>;
  return (
    <div className="workbench" data-panel={panel}>
      <Made />
      <Head remix={draft.remix} />
      <Conflict />
      <History />
      <Reel starts={starts} />
      <Live standIns={standIns} faces={faces ?? []} ring={ring} />
      <Panels settings={settings} standIns={standIns} />
    </div>
  );
}

/** Ctrl+Z and Ctrl+Shift+Z (or Y), anywhere but in a field of words with something of its own to undo. */
function useShortcuts() {
  useEffect(() => {
    const key = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest?.(EDITED)) return;
      const letter = event.key.toLowerCase();
      const isRedo = letter === "y" || (letter === "z" && event.shiftKey);
      if (letter !== "z" && !isRedo) return;
      event.preventDefault();
      (isRedo ? workbench.redo : workbench.undo)();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);
}

/** The field somebody was led to gets the caret, or else the nearest field around it. */
function useGoal() {
  const { goal } = useWorkbench();
  useEffect(() => {
    if (!goal) return;
    let path = goal;
    let field = null;
    while (path && !field) {
      field = globalThis.document.querySelector(`[data-path="${CSS.escape(path)}"]`);
      path = path.slice(0, path.lastIndexOf("/"));
    }
    const closed = field?.closest("details:not([open])");
    if (closed) closed.open = true;
    (field ?? globalThis.document.querySelector(".workpanel"))?.focus();
    workbench.show({ goal: "" });
  }, [goal]);
}

const STATUS = {
  saving: "Saving", offline: "No connection. Your changes are kept here until it is back.",
  out: "You are signed out. Your changes are kept here; sign in again.",
};

function Head({ remix }) {
  const { document, status, savedAt, said, canUndo, canRedo, problems, isPast } = useWorkbench();
  const errors = problems.filter((each) => each.severity === "error").length;
  const saved = STATUS[status] ?? (savedAt ? `Saved ${clock(savedAt)}` : "Saved");
  return (
    <header className="workhead page">
      <div className="workhead__name">
        <p className="crumb code code--up">
          <a href="/builder">Builder</a> <span role="status" data-status={status}>{saved}</span>
        </p>
        <h1>{document.title || "Untitled"}</h1>
        {remix && (
          <p className="small quiet">
            A remix of {remix.href ? <a href={remix.href}>{remix.title}</a> : <b>{remix.title}</b>}, version {remix.version}, by {remix.creator}
            {remix.pays && `. ${remix.pays} % of what it earns go there.`}
          </p>
        )}
      </div>
      <p className="workhead__said small quiet" role="status">{said}</p>
      <div className="workhead__acts">
        <Tool onPress={workbench.undo} isOff={!canUndo} aria-keyshortcuts="Control+Z">Undo</Tool>
        <Tool onPress={workbench.redo} isOff={!canRedo} aria-keyshortcuts="Control+Shift+Z">Redo</Tool>
        <Tool onPress={() => workbench.show({ isPast: !isPast })} aria-expanded={isPast} aria-controls="workpast">History</Tool>
        <button type="button" className="act act--ink" onClick={() => workbench.show({ panel: "publish" })}>
          {errors ? `${errors} to mend` : "Publish"}
        </button>
      </div>
    </header>
  );
}

const told = (value) => (value === null || value === undefined ? "taken out" : typeof value === "string" ? value : JSON.stringify(value));

/** Somebody changed the same elsewhere: both sides, and nothing is lost before one is chosen. */
function Conflict() {
  const { conflict } = useWorkbench();
  if (!conflict) return null;
  const theirs = conflict.theirs.map((each) => each.label).join(", ");
  const isGone = conflict.fields.every((field) => field.path_now === null);
  return (
    <section className="workconflict" role="alert" aria-label="Changed elsewhere">
      <h2 className="h3">{conflict.label}: the same was changed elsewhere</h2>
      <p className="small">Elsewhere: {theirs || "a change"}. Theirs stands now; yours is kept here until you choose.</p>
      {isGone && <p className="small">What yours belongs to was deleted there. The history brings it back; copy yours from here first.</p>}
      <dl>
        {conflict.fields.map((field) => (
          <div key={field.path}>
            <dt className="workconflict__place">{field.place}</dt>
            <dt className="label">Theirs</dt>
            <dd className="small">{told(field.theirs)}</dd>
            <dt className="label">Yours</dt>
            <dd className="small">{told(field.mine)}</dd>
          </div>
        ))}
      </dl>
      <div className="row">
        <button type="button" className="act" onClick={() => workbench.settle(false)}>Keep theirs</button>
        {!isGone && <button type="button" className="act act--ink" onClick={() => workbench.settle(true)}>Put mine in</button>}
      </div>
    </section>
  );
}

function Panels({ settings, standIns }) {
  const { panel } = useWorkbench();
  const keys = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const place = PANELS.findIndex(([name]) => name === panel);
    const [next] = PANELS[(place + by + PANELS.length) % PANELS.length];
    workbench.show({ panel: next });
    event.currentTarget.querySelector(`[data-panel="${next}"]`)?.focus();
  };
  return (
    <div className="workside">
      <div className="worktabs" role="tablist" aria-label="What to change" onKeyDown={keys}>
        {PANELS.map(([name, label]) => (
          <button
            key={name} type="button" role="tab" id={`tab-${name}`} data-panel={name} aria-selected={panel === name} aria-controls="workpanel"
            tabIndex={panel === name ? 0 : -1} onClick={() => workbench.show({ panel: name })}
          >
            {label}
          </button>
        ))}
      </div>
      <div className="workpanel" id="workpanel" role="tabpanel" aria-labelledby={`tab-${panel}`} tabIndex={-1}>
        {panel === "scene" && <SceneForm settings={settings} standIns={standIns} />}
        {panel === "knobs" && <KnobForms settings={settings} />}
        {panel === "test" && <Test standIns={standIns} />}
        {panel === "pack" && <Listing />}
        {panel === "publish" && <Publish />}
      </div>
    </div>
  );
}

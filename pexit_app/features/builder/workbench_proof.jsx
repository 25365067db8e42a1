import { made, useMade } from "./workbench_made.js";
import { pointer } from "./workbench_ops.js";
import { useWorkbench, workbench } from "./workbench_store.js";

const WORDS = { proven: "proven", partly: "in part", breaks: "breaks faces", dead: "dead" };
const ANOTHER_FACE = 1.2; // from here on a face is somebody else's
const FURTHEST = 1.5; // the scale of drift ends here

const percent = (share) => `${share > 0 && share < 0.01 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`;

/** Every knob of the draft with its grade, in the pack's order. */
function useGrades() {
  const { document } = useWorkbench();
  useMade();
  const wide = (document.knobs ?? []).map((knob, at) => ({ knob, path: pointer("knobs", at), place: "", grade: made.gradeOf(knob.id) }));
  const own = document.scenes.flatMap((scene, number) =>
    (scene.knobs ?? []).map((knob, at) => ({
      knob, path: pointer("scenes", number, "knobs", at), place: scene.title, grade: made.gradeOf(knob.id, scene.id),
    })),
  );
  return [...wide, ...own];
}

// ---- the whole of it, in the panel of tests

export function Proving() {
  const { proof, trouble } = useMade();
  const grades = useGrades();
  const isRunning = proof.status === "running";
  return (
    <section className="worktest__part" aria-labelledby="proven-knobs">
      <h2 id="proven-knobs" className="h28">Proven knobs</h2>
      <Stand proof={proof} />
      {isRunning && <Progress proof={proof} />}
      <div>
        <button type="button" className="act act--ink" aria-disabled={!ASKS[stateOf(proof)][1]} onClick={() => ASKS[stateOf(proof)][1] && made.prove()}>
          {ASKS[stateOf(proof)][0]}
        </button>
      </div>
      {trouble?.place === "proof" && <p className="field__bad small" role="alert">{trouble.said}</p>}
      {proof.run > 0 && <ul className="workproof">{grades.map((each) => <Graded key={each.path} {...each} isRunning={isRunning} />)}</ul>}
    </section>
  );
}

// What the button says, and whether there is anything to do: what holds would not be measured again.
const ASKS = {
  unread: ["Prove the knobs", false], none: ["Prove the knobs", true], running: ["Proving", false], failed: ["Go on", true],
  old: ["Prove what changed", true], done: ["Proven", false],
};
const stateOf = ({ status, is_current: isCurrent }) => (status === "done" && !isCurrent ? "old" : status);

function Stand({ proof }) {
  if (proof.status === "none") {
    return (
      <p>
        Every knob is turned from end to end on three stand-ins. What shows is measured, and whether faces stay who they are.
        It is free, and the grade stands on the pack's page.
      </p>
    );
  }
  if (proof.status === "failed") return <p className="field__bad" role="alert">It stopped: {proof.error} What is measured is kept.</p>;
  if (proof.status !== "done") return null;
  if (proof.is_current) return <p><b>{proof.in_words}.</b> The next version you publish says so on its page.</p>;
  return (
    <p>
      {proof.in_words && <b>{proof.in_words}, but the draft changed since. </b>}
      {!proof.in_words && <b>The draft changed since. </b>}
      What still holds is not measured again.
    </p>
  );
}

function Progress({ proof }) {
  const { done, total } = proof;
  return (
    <div className="progress">
      <strong className="label">Turning the knobs</strong>
      <progress className="frame__bar" value={done} max={total} aria-label="Knobs measured" />
      <p className="devline code"><b>{done} of {total}</b><span>one for each knob and scene</span></p>
      <p className="vh" role="status">{Math.floor((done * 10) / total) * 10} % measured</p>
    </div>
  );
}

function Graded({ knob, path, place, grade, isRunning }) {
  return (
    <li className="workproof__knob">
      <div className="workproof__head">
        <button type="button" className="link" onClick={() => workbench.lead(path)}>{knob.label || "No label"}</button>
        {place && <span className="small quiet">only in {place}</span>}
        <Grade grade={grade} absent={isRunning ? "waits" : "not measured"} />
      </div>
      {grade && (
        <div className="workproof__figures code">
          <span>shows <b>{percent(grade.change)}</b></span>
          <Scale at={grade.change} />
          {grade.drift === null ? <span className="workproof__unread">drift cannot be read: the head turns, or there are two</span> : (
            <>
              <span>drift <b>{grade.drift.toFixed(2)}</b></span>
              <Scale at={grade.drift / FURTHEST} limit={ANOTHER_FACE / FURTHEST} />
            </>
          )}
        </div>
      )}
      <Notes grade={grade} />
    </li>
  );
}

const TENTHS = Array.from({ length: 11 }, (_, at) => at * 10);

/** An enlarger's scale with a needle; `limit` is marked in red. Said in figures beside it. */
function Scale({ at, limit }) {
  const place = Math.min(1, Math.max(0, at)) * 100;
  return (
    <svg className="workscale" viewBox="-2 0 104 14" preserveAspectRatio="none" aria-hidden="true">
      <path className="workscale__ticks" d={TENTHS.map((x) => `M${x} ${x % 50 ? 9 : 6}V14`).join("")} />
      {limit !== undefined && <path className="workscale__limit" d={`M${limit * 100} 0V14`} />}
      <path className="workscale__needle" d={`M${place} 1V14`} />
    </svg>
  );
}

// ---- at a knob's own row

function Grade({ grade, absent = "" }) {
  if (!grade) return absent ? <span className="grade" data-grade="">{absent}</span> : null;
  return <span className="grade" data-grade={grade.is_current ? grade.grade : "old"}>{grade.is_current ? WORDS[grade.grade] : "changed since"}</span>;
}

/** In the head of the knob's row: how it was graded; nothing before anything was measured. */
export function KnobGrade({ knob, scene }) {
  useMade();
  return <Grade grade={made.gradeOf(knob, scene)} />;
}

function Notes({ grade }) {
  if (!grade?.notes.length) return null;
  return <ul className="workproof__notes small">{grade.notes.map((note) => <li key={note}>{note}</li>)}</ul>;
}

/** In the knob's form: what was measured, and what to mend. */
export function KnobProof({ knob, scene }) {
  useMade();
  const grade = made.gradeOf(knob, scene);
  if (!grade) return null;
  const drift = grade.drift === null ? "" : `, faces drift ${grade.drift.toFixed(2)} (another person is at ${ANOTHER_FACE})`;
  return (
    <div className="workproof__said" data-grade={grade.is_current ? grade.grade : "old"}>
      <p className="small">
        Measured: {percent(grade.change)} of the picture shows it{drift}.{!grade.is_current && " The draft changed since."}
      </p>
      <Notes grade={grade} />
    </div>
  );
}

// ---- before publishing

const toTests = () => workbench.show({ panel: "test" });

/** What was measured that is worth a look, as problems are told. */
export function useProofHints() {
  const { proof } = useMade();
  const grades = useGrades();
  if (!grades.length || proof.status === "running" || proof.status === "unread") return [];
  const whole = { pointer: "", place: "Proven knobs", severity: "warning", lead: toTests };
  if (proof.status === "none") return [{ ...whole, message: "Nobody measured yet what the knobs do. It takes a minute and is free." }];
  const old = proof.is_current ? [] : [{ ...whole, message: "The draft changed since the knobs were measured; its grade would not stand on the page." }];
  const noted = grades.flatMap(({ knob, path, grade }) =>
    (grade?.is_current ? grade.notes : []).map((message) => ({ pointer: path, place: knob.label, message, severity: "warning" })),
  );
  return [...old, ...noted];
}

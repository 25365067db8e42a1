import { useEffect, useState } from "react";

import { useProofHints } from "./workbench_proof.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";
import { Trials } from "./workbench_trials.jsx";

/** What stands in the way, each leading to its field; what changes for people; and the button. */
export function Publish() {
  const { problems, published } = useWorkbench();
  const errors = problems.filter((each) => each.severity === "error");
  const hints = [...problems.filter((each) => each.severity !== "error"), ...useProofHints()];
  return (
    <div className="workform">
      <Problems heading={errors.length ? "To mend before it can go out" : "Nothing stands in the way"} found={errors} />
      {hints.length > 0 && <Problems heading="Worth a look" found={hints} />}
      {published ? <Done published={published} /> : <Send isOff={errors.length > 0} />}
      <Terms />
      <Trials />
    </div>
  );
}

function Problems({ heading, found }) {
  return (
    <section className="workproblems" aria-label={heading}>
      <h3 className="h3">{heading}</h3>
      <ul>
        {found.map((each) => (
          <li key={`${each.pointer} ${each.message}`} className={`verdict verdict--${each.severity === "error" ? "no" : "warn"}`}>
            <button type="button" className="link" onClick={each.lead ?? (() => workbench.lead(each.pointer))}>{each.place || "The pack"}</button>
            <span className="small">{each.message}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const TERMS = [["unlisted", "Not on the storefront: only for those who have its address"], ["may_fork", "Others may start a pack from it"]];

/** What stands beside the document, and so is not undone; and the pack as a file. */
function Terms() {
  const [terms, setTerms] = useState(null);
  useEffect(() => {
    let isHere = true;
    workbench.terms().then((found) => isHere && setTerms(found)).catch(() => {}); // no connection: the head of the page says so
    return () => {
      isHere = false;
    };
  }, []);
  const put = async (name, value) => {
    try {
      setTerms(await workbench.changeTerms({ [name]: value }));
    } catch (error) {
      workbench.say(error.message);
    }
  };
  return (
    <section className="workform" aria-label="Terms">
      {terms && TERMS.map(([name, words]) => (
        <label key={name} className="tickline">
          <input type="checkbox" checked={terms[name]} onChange={(event) => put(name, event.target.checked)} /> {words}
        </label>
      ))}
      <a className="small" href={workbench.exportHref} download>Keep the pack as a file</a>
    </section>
  );
}

function Changes() {
  const { revision } = useWorkbench();
  const [lines, setLines] = useState(null);
  useEffect(() => {
    let isHere = true;
    workbench.differences().then((found) => isHere && setLines(found)).catch(() => isHere && setLines(null));
    return () => {
      isHere = false;
    };
  }, [revision]);
  if (!lines?.length) return null;
  return (
    <section aria-label="What changes for people">
      <h3 className="label">What changes for people</h3>
      <ul className="workdiff">{lines.map((line) => <li key={line} className="small">{line}</li>)}</ul>
    </section>
  );
}

function Send({ isOff }) {
  const [line, setLine] = useState("");
  const [said, setSaid] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const send = async (event) => {
    event.preventDefault();
    if (isOff || isBusy) return;
    setIsBusy(true);
    setSaid("");
    try {
      await workbench.publish(line.trim());
    } catch (error) {
      setSaid(error.message);
    }
    setIsBusy(false);
  };
  return (
    <form className="workform" onSubmit={send}>
      <Changes />
      <div className="field" data-bad={said ? "yes" : "no"}>
        <label className="label" htmlFor="changelog">What is new, in a line</label>
        <input id="changelog" value={line} onChange={(event) => setLine(event.target.value)} maxLength={300} autoComplete="off" aria-describedby="changelog-bad" />
        <span id="changelog-bad" className="field__bad" role="alert">{said}</span>
      </div>
      <p className="small quiet">It is live at once. What people have bought before stays as it was.</p>
      <button type="submit" className="act act--go act--wide" aria-disabled={isOff || isBusy}>
        {isBusy ? "Publishing: the cover is being rendered" : "Publish"}
      </button>
    </form>
  );
}

function Done({ published }) {
  return (
    <section className="stack stack--tight" aria-label="Published" role="status">
      <h3 className="h3">Version {published.number} is live</h3>
      <a className="act act--ink" href={published.href}>See it as a buyer</a>
      <button type="button" className="act act--text" onClick={() => workbench.show({ published: null })}>Publish another version</button>
    </section>
  );
}

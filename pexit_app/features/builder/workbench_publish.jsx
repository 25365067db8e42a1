import { useState } from "react";

import { useTold } from "./workbench_life.js";
import { useProofHints } from "./workbench_proof.jsx";
import { Later, Terms } from "./workbench_release.jsx";
import { Compared } from "./workbench_sights.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";
import { Trials } from "./workbench_trials.jsx";
import { Versions } from "./workbench_versions.jsx";

/** What stands in the way, each leading to its field; what changes for people; the button; and what was published before. */
export function Publish() {
  const { problems, published } = useWorkbench();
  const release = useTold("release", published?.number);
  const versions = useTold("versions", published?.number);
  const live = release.data?.live_number;
  const changed = () => {
    release.again();
    versions.again();
  };
  const errors = problems.filter((each) => each.severity === "error");
  const hints = [...problems.filter((each) => each.severity !== "error"), ...useProofHints()];
  return (
    <div className="workform">
      <Problems heading={errors.length ? "To mend before it can go out" : "Nothing stands in the way"} found={errors} />
      {hints.length > 0 && <Problems heading="Worth a look" found={hints} />}
      {published ? <Done published={published} /> : <Send isOff={errors.length > 0} release={release} live={live} />}
      <Terms release={release} />
      <Trials />
      <Versions versions={versions} onChanged={changed} />
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

/** What a publication would bring, against what people get now. */
function Changes({ live }) {
  const { data, wrong } = useTold(live ? "differences" : "", live);
  if (wrong) return <p className="small field__bad" role="alert">{wrong}</p>;
  if (!live || !data) return null;
  return (
    <section className="stack stack--tight" aria-label="What changes for people">
      <h3 className="label">What changes for people</h3>
      <Compared found={data} names={["Live", "Draft"]} same={`Nothing yet: the draft is what version ${live} is.`} />
    </section>
  );
}

function Send({ isOff, release, live }) {
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
      {release.data?.publish_trouble && (
        <p className="note note--bad" role="status"><strong>It was not published at the time you set.</strong> {release.data.publish_trouble}</p>
      )}
      <Changes live={live} />
      <div className="field" data-bad={said ? "yes" : "no"}>
        <label className="label" htmlFor="changelog">What is new, in a line</label>
        <input id="changelog" value={line} onChange={(event) => setLine(event.target.value)} maxLength={300} autoComplete="off" aria-describedby="changelog-bad" />
        <span id="changelog-bad" className="field__bad" role="alert">{said}</span>
      </div>
      <p className="small quiet">It is live at once. Frames made with earlier versions stay as they are.</p>
      <button type="submit" className="act act--go act--wide" aria-disabled={isOff || isBusy}>
        {isBusy ? "Publishing: the cover is being rendered" : "Publish"}
      </button>
      <Later release={release} line={line.trim()} isOff={isOff} />
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

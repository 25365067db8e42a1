import { useState } from "react";

import { Tool } from "./workbench_fields.jsx";
import { ask, useTold, whenOf } from "./workbench_life.js";
import { Compared } from "./workbench_sights.jsx";
import { workbench } from "./workbench_store.js";

/** Every version that was ever published: what was new, what showing it again would change, and the way back to it. */
export function Versions({ versions, onChanged }) {
  const { data, wrong } = versions;
  const [seen, setSeen] = useState(0);
  if (wrong) return <p className="small field__bad" role="alert">{wrong}</p>;
  if (!data?.length) return null;
  const live = data.find((each) => each.live);
  const back = async (number) => {
    try {
      await ask("POST", `versions/${number}/live`);
      workbench.say(`Version ${number} is live. Frames made with the others stay as they are.`);
      setSeen(0);
    } catch (error) {
      workbench.say(error.message);
    }
    onChanged();
  };
  return (
    <section className="stack stack--tight" aria-labelledby="versions">
      <h3 className="h3" id="versions">Versions</h3>
      <ol className="workversions" role="list">
        {data.map((version) => (
          <li key={version.id} className="workversion" data-live={version.live ? "yes" : "no"}>
            <Version version={version} isSeen={seen === version.number} onSee={() => setSeen(seen === version.number ? 0 : version.number)} />
            {seen === version.number && <Back version={version} live={live} onBack={() => back(version.number)} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Version({ version, isSeen, onSee }) {
  const { number, live, changelog, cover_url: cover, created_at: at } = version;
  return (
    <>
      {cover ? <img src={new URL(cover).pathname + new URL(cover).search} alt={`Cover of version ${number}`} loading="lazy" /> : <span className="workversion__none" />}
      <div className="stack stack--tight">
        <p><b>Version {number}</b>{live && <span className="workversion__live code code--up">live</span>} <span className="small quiet">{whenOf(at)}</span></p>
        <ul className="small">{(changelog || "The first version.").split("\n").map((line) => <li key={line}>{line}</li>)}</ul>
        {!live && <Tool onPress={onSee} aria-expanded={isSeen}>{isSeen ? "Leave it" : "Make it live again"}</Tool>}
      </div>
    </>
  );
}

/** What people would see change, before it does. */
function Back({ version, live, onBack }) {
  const told = useTold(`differences?before=live&after=version-${version.number}`, live?.number);
  return (
    <div className="workversion__back stack">
      <h4 className="label">Going from version {live?.number} to {version.number}, people see</h4>
      {told.wrong && <p className="small field__bad" role="alert">{told.wrong}</p>}
      {told.data ? <Compared found={told.data} names={["Live", `Version ${version.number}`]} same="Nothing that people see." /> : <p className="small quiet">Looking.</p>}
      <button type="button" className="act act--ink act--wide" onClick={onBack}>Make version {version.number} live</button>
      <p className="small quiet">The draft stays as it is.</p>
    </div>
  );
}

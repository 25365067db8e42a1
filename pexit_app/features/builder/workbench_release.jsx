import { useEffect, useRef, useState } from "react";

import { Tool } from "./workbench_fields.jsx";
import { ZONE, ask, fullTimeOf, localOf } from "./workbench_life.js";
import { workbench } from "./workbench_store.js";

const TERMS = [
  ["is_unlisted", "Not on the storefront: only for those who have its address"],
  ["may_fork", "Others may start a pack from it"],
];
const SAID_MS = 2500;
const SOONEST_MS = 5 * 60_000;
const FURTHEST_MS = 364 * 86_400_000; // as the server takes it, a day less

/** Where the pack is, who finds it, who may remix it: beside the document, so not undone; and the pack as a file. */
export function Terms({ release }) {
  const { data, wrong, again } = release;
  const put = async (name, value) => {
    try {
      await ask("PUT", "listing", { [name]: value });
    } catch (error) {
      workbench.say(error.message);
    }
    again();
  };
  return (
    <section className="workform" aria-label="Terms">
      {wrong && <p className="small field__bad" role="alert">{wrong}</p>}
      {data?.url && <Address url={data.url} isUnlisted={data.is_unlisted} />}
      {data && TERMS.map(([name, words]) => (
        <label key={name} className="tickline">
          <input type="checkbox" checked={data[name]} onChange={(event) => put(name, event.target.checked)} /> {words}
        </label>
      ))}
      {data && <p className="small quiet">{data.url ? "Both hold at once." : "Both hold from the first version on."}</p>}
      <a className="small" href={workbench.exportHref} download>Keep the pack as a file</a>
    </section>
  );
}

function Address({ url, isUnlisted }) {
  const field = useRef(null);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => setSaid(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      setSaid("Copied");
    } catch {
      field.current.select();
      setSaid("Copy what is marked");
    }
  };
  return (
    <div className="field">
      <label className="label" htmlFor="address">{isUnlisted ? "Its address, for those you give it to" : "Its address"}</label>
      <span className="workaddress">
        <input id="address" ref={field} className="code" value={url} readOnly onFocus={(event) => event.target.select()} />
        <button type="button" className="act" onClick={copy}>Copy</button>
      </span>
      <span className="small quiet" role="status">{said}</span>
    </div>
  );
}

/** Publishing at a time instead of now: set, told in words, taken back. `line` is what is new. */
export function Later({ release, line, isOff }) {
  const { data, again } = release;
  if (!data) return null;
  return data.publish_at ? <Set data={data} again={again} /> : <Choose again={again} line={line} isOff={isOff} />;
}

function Set({ data, again }) {
  const take = async () => {
    try {
      await ask("PUT", "schedule", { publish_at: null });
      workbench.say("It is not published by itself any more.");
    } catch (error) {
      workbench.say(error.message);
    }
    again();
  };
  return (
    <div className="note stack stack--tight" role="status">
      <p><strong>It goes out on {fullTimeOf(data.publish_at)}.</strong></p>
      <p className="small">
        What the draft holds then is published{data.publish_note ? `, as: ${data.publish_note}` : ", and what changed is told in words"}. If something is to mend then, nothing goes out, what is live stays, and it is said here.
      </p>
      <Tool onPress={take}>Not after all</Tool>
    </div>
  );
}

function Choose({ again, line, isOff }) {
  const [at, setAt] = useState("");
  const [wrong, setWrong] = useState("");
  const set = async () => {
    try {
      await workbench.flush();
      await ask("PUT", "schedule", { publish_at: new Date(at).toISOString(), note: line });
      again();
    } catch (error) {
      setWrong(error.found?.[0] ?? error.message);
    }
  };
  const soonest = localOf(new Date(Date.now() + SOONEST_MS));
  const furthest = localOf(new Date(Date.now() + FURTHEST_MS));
  return (
    <details className="workform__more">
      <summary>Publish it at a time</summary>
      <div className="field" data-bad={wrong ? "yes" : "no"}>
        <label className="label" htmlFor="publish-at">Day and time{ZONE && `, ${ZONE}`}</label>
        <input
          id="publish-at" type="datetime-local" min={soonest} max={furthest} value={at} aria-describedby="publish-at-bad"
          onChange={(event) => {
            setAt(event.target.value);
            setWrong("");
          }}
        />
        <span id="publish-at-bad" className="field__bad" role="alert">{wrong}</span>
        <button type="button" className="act act--wide" aria-disabled={isOff || !at} onClick={() => !isOff && at && set()}>
          {at ? `Publish on ${fullTimeOf(at)}` : "Choose a time first"}
        </button>
      </div>
    </details>
  );
}

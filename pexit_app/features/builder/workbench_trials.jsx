import { useCallback, useEffect, useRef, useState } from "react";

import { Tool } from "./workbench_fields.jsx";
import { useWorkbench, workbench } from "./workbench_store.js";

const MOST = 20; // testers of one link, as the server has it
const NEWS = ["trial.joined", "trial.used", "trial.run_dry", "trial.ended"];
const DOOR = "/api/v1/trials";
const day = (text) => new Date(text).toLocaleDateString("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });

async function ask(method, path, body) {
  const headers = body && { "Content-Type": "application/json" };
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok) throw new Error(told?.error?.message ?? "The server did not answer. Try again.");
  return told.data;
}

/** Invites testers to the published pack, and tells who has used how many of their free frames. */
export function Trials() {
  const { published } = useWorkbench();
  const [pack, setPack] = useState(undefined); // its id, null before the first version
  useEffect(() => {
    let isHere = true;
    workbench.terms().then(({ pack_id }) => isHere && setPack(pack_id)).catch(() => {}); // the head of the page says so
    return () => {
      isHere = false;
    };
  }, [published]);
  if (pack === undefined) return null;
  return (
    <section className="worktrials" aria-labelledby="trials">
      <h3 className="h3" id="trials">Let others try it</h3>
      {pack ? (
        <Invite pack={pack} />
      ) : (
        <p className="small quiet">Once it is published, on the storefront or not, you can send testers a link to five free frames.</p>
      )}
    </section>
  );
}

function Invite({ pack }) {
  const [found, setFound] = useState([]);
  const [link, setLink] = useState("");
  const [said, setSaid] = useState("");
  const look = useCallback(async () => {
    try {
      setFound(await ask("GET", `${DOOR}?pack_id=${pack}`));
    } catch (error) {
      setSaid(error.message);
    }
  }, [pack]);
  useEffect(() => {
    look();
    const news = new EventSource("/api/v1/events");
    for (const kind of NEWS) news.addEventListener(kind, look);
    return () => news.close();
  }, [look]);
  const act = async (doing) => {
    setSaid("");
    try {
      await doing();
      await look();
    } catch (error) {
      setSaid(error.message);
    }
  };
  const make = (testers) => act(async () => setLink((await ask("POST", DOOR, { pack_id: pack, testers })).url));
  const end = (id) => act(() => ask("POST", `${DOOR}/${id}/end`));
  return (
    <>
      <p className="small">
        A tester renders five frames for nothing within 14 days. You pay what their rendering costs; your fee and the unlock price
        are asked of nobody. You see their fairyname and how many they used, never their pictures.
      </p>
      <Make onMake={make} />
      <p className="small field__bad" role="alert">{said}</p>
      {link && <Link url={link} />}
      {found.length > 0 && <ul className="worktrials__list">{found.map((trial) => <Trial key={trial.id} trial={trial} onEnd={end} />)}</ul>}
    </>
  );
}

function Make({ onMake }) {
  const [count, setCount] = useState("3");
  const isRight = /^\d{1,2}$/.test(count) && Number(count) >= 1 && Number(count) <= MOST;
  const send = (event) => {
    event.preventDefault();
    if (isRight) onMake(Number(count));
  };
  return (
    <form className="worktrials__make" onSubmit={send}>
      <div className="field" data-bad={isRight ? "no" : "yes"}>
        <label className="label" htmlFor="testers">Testers, 1 to {MOST}</label>
        <input
          id="testers" inputMode="numeric" value={count} onChange={(event) => setCount(event.target.value.trim())}
          maxLength={2} autoComplete="off" aria-invalid={!isRight}
        />
      </div>
      <button type="submit" className="act act--ink" aria-disabled={!isRight}>Make a link</button>
    </form>
  );
}

/** Told once: what the server keeps opens nothing. */
function Link({ url }) {
  const field = useRef(null);
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => setIsCopied(false), [url]);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(url);
      setIsCopied(true);
    } catch {
      setIsCopied(false); // not allowed here: it is selected, to be copied by hand
    }
  };
  return (
    <div className="note worktrials__link">
      <label className="label" htmlFor="trial-link">The link, shown this once</label>
      <input id="trial-link" ref={field} value={url} readOnly className="figure" onFocus={(event) => event.target.select()} />
      <div className="row">
        <button type="button" className="act act--ink" onClick={copy}>Copy it</button>
        <span className="small" role="status">{isCopied ? "Copied." : ""}</span>
      </div>
      <p className="small quiet">Whoever opens it takes one of the places. Lost it? End this trial and make another.</p>
    </div>
  );
}

const STANDING = { running: "Running", ended: "Ended by you", expired: "Over" };

function Trial({ trial, onEnd }) {
  const [isAsked, setIsAsked] = useState(false);
  const isRunning = trial.standing === "running";
  const until = isRunning ? `until ${day(trial.expires_at)}` : `since ${day(trial.ended_at ?? trial.expires_at)}`;
  return (
    <li className="worktrial" data-standing={trial.standing}>
      <div className="worktrial__head">
        <b>{STANDING[trial.standing]}</b> <span className="small quiet">{until}</span>
        <span className="small figure">{trial.joined.length} of {trial.testers} {trial.testers === 1 ? "place" : "places"}</span>
      </div>
      {isRunning && trial.dry_at && (
        <p className="small worktrial__dry">
          <b>Run dry.</b> A tester was told so on {day(trial.dry_at)}: your dust does not pay for the next frame. With more dust it goes on.
        </p>
      )}
      {trial.joined.length > 0 ? (
        <ul className="worktrial__testers">{trial.joined.map((tester) => <Tester key={tester.fairyname} tester={tester} frames={trial.frames} />)}</ul>
      ) : (
        <p className="small quiet">{isRunning ? "Nobody has opened it yet." : "Nobody took part."}</p>
      )}
      {isRunning && !isAsked && <Tool onPress={() => setIsAsked(true)}>End this trial</Tool>}
      {isRunning && isAsked && (
        <div className="row">
          <button type="button" className="act" onClick={() => onEnd(trial.id)}>End it for its testers</button>
          <button type="button" className="act act--text" onClick={() => setIsAsked(false)}>Keep it</button>
        </div>
      )}
    </li>
  );
}

function Tester({ tester, frames }) {
  const open = tester.ordered - tester.delivered;
  return (
    <li>
      <span>{tester.fairyname}</span>
      <span className="small quiet">{tester.ordered ? `${tester.paid_dust} dust` : "Nothing rendered yet"}{open > 0 && `, ${open} under way`}</span>
      <span className="figure" aria-label={`${tester.delivered} of ${frames} frames used`}>{tester.delivered}/{frames}</span>
    </li>
  );
}

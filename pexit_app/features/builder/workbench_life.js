// What a draft's history, versions and pictures are asked for. What changes the draft itself goes through the workbench, which
// keeps the order of changes; the rest is only read, or stands beside the document.
import { useCallback, useEffect, useState } from "react";

import { useWorkbench, workbench } from "./workbench_store.js";

const NO_ANSWER = "No answer from the server. Try again.";

/** {data, next}: an answer, and the cursor of the page after it. Throws an Error that says what to do. */
export async function ask(method, verb, body) {
  let answer;
  try {
    const headers = body ? { "Content-Type": "application/json" } : {};
    const door = `/api/v1/builder/drafts/${workbench.state.id}/${verb}`;
    answer = await fetch(door, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Error(NO_ANSWER);
  }
  const told = answer.status === 204 ? {} : await answer.json().catch(() => null);
  if (!told) throw new Error(NO_ANSWER);
  if (!answer.ok) {
    const found = Array.isArray(told.error.details) ? told.error.details.map((each) => each.message) : [];
    throw Object.assign(new Error(told.error.message), { found });
  }
  return { data: told.data, next: told.meta?.page?.next_cursor ?? null };
}

/** What `verb` answers, again whenever the draft or anything of `about` changes. `wrong` says why there is nothing;
 * `isStale`: the answer is of before a change. */
export function useTold(verb, ...about) {
  const { revision } = useWorkbench();
  const [told, setTold] = useState({ data: null, wrong: "", isStale: true });
  const [asked, setAsked] = useState(0);
  const again = useCallback(() => setAsked((now) => now + 1), []);
  useEffect(() => {
    let isHere = true;
    if (!verb) return undefined;
    setTold((now) => ({ ...now, isStale: true }));
    ask("GET", verb)
      .then(({ data }) => isHere && setTold({ data, wrong: "", isStale: false }))
      .catch((error) => isHere && setTold({ data: null, wrong: error.message, isStale: false }));
    return () => {
      isHere = false;
    };
  }, [verb, revision, asked, ...about]);
  return { ...told, again };
}

// ---- times, in the reader's own zone

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const FULL = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

/** `14:02` today, `28 Nov 2026, 14:02` before. */
export function whenOf(text) {
  const time = new Date(text);
  const isToday = DAY.format(time) === DAY.format(new Date());
  return isToday ? CLOCK.format(time) : `${DAY.format(time)}, ${CLOCK.format(time)}`;
}

/** `Saturday 12 December 2026 at 14:00, Europe/Berlin`. */
export const fullTimeOf = (text) => `${FULL.format(new Date(text))}${ZONE ? `, ${ZONE}` : ""}`;

/** As an input for local times takes it. */
export function localOf(time) {
  const shifted = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

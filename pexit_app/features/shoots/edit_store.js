// What a person is about to do to a finished frame: which form is open, the words, and what is painted. It is kept by
// frame and outlives the page's components, so a live update, another frame or a lost connection takes nothing away.
import { useSyncExternalStore } from "react";

const LOST = "The connection was lost. Nothing of yours is gone: try again.";
const SIGNED_OUT = "You are signed out. Sign in in another tab, then try again.";
const APPEALED = "Your appeal is sent. Somebody reads it, and the answer is told to you here.";
const BROKEN = "The server did not answer. Try again.";
const FRESH = Object.freeze({
  tool: "", words: {}, marks: [], painted: 0, shape: "brush", isErasing: false, size: 0.09,
  pen: { x: 0.5, y: 0.4, width: 0.3, height: 0.24 }, problem: "", isRefused: false, isSending: false,
});

const drafts = new Map(); // frame id -> state
const sealed = new Map(); // frame id -> {sign, key, body, type}: what was sent and is not known to have arrived
const listeners = new Set();

export const look = (frameId) => drafts.get(frameId) ?? FRESH;

export function change(frameId, patch) {
  drafts.set(frameId, { ...look(frameId), ...patch });
  guardLeaving();
  for (const listener of listeners) listener();
}

export function useEdit(frameId) {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => look(frameId),
    () => FRESH,
  );
}

/** Leaving Pexit with painted marks or words asks first. */
const warn = (event) => event.preventDefault();
function guardLeaving() {
  const isKept = [...drafts.values()].some(({ marks, words }) => marks.length || Object.values(words).some(Boolean));
  if (isKept) addEventListener("beforeunload", warn);
  else removeEventListener("beforeunload", warn);
}

// ---- marks: {shape, isErasing, size, points} by brush, {shape, isErasing, box} for an oval or a box, {shape: "clear"}.
// All lengths are shares of the picture's width and height; `size` is of its shorter side.

/** Draws `marks` in `colour` on an empty context that is `width` by `height` px large. */
export function paint(context, marks, width, height, colour) {
  const shorter = Math.min(width, height);
  context.clearRect(0, 0, width, height);
  for (const mark of marks) {
    if (mark.shape === "clear") {
      context.clearRect(0, 0, width, height);
      continue;
    }
    context.globalCompositeOperation = mark.isErasing ? "destination-out" : "source-over";
    context.fillStyle = context.strokeStyle = colour;
    context.beginPath();
    if (mark.shape === "brush") stroke(context, mark, width, height, mark.size * shorter);
    else solid(context, mark.shape, mark.box, width, height);
  }
  context.globalCompositeOperation = "source-over";
}

function stroke(context, { points }, width, height, thickness) {
  const [[x, y], ...rest] = points;
  if (!rest.length) {
    context.arc(x * width, y * height, thickness / 2, 0, 7);
    context.fill();
    return;
  }
  Object.assign(context, { lineWidth: thickness, lineCap: "round", lineJoin: "round" });
  context.moveTo(x * width, y * height);
  for (const [nextX, nextY] of rest) context.lineTo(nextX * width, nextY * height);
  context.stroke();
}

function solid(context, shape, { x, y, width: wide, height: high }, width, height) {
  if (shape === "box") context.rect((x - wide / 2) * width, (y - high / 2) * height, wide * width, high * height);
  else context.ellipse(x * width, y * height, (wide / 2) * width, (high / 2) * height, 0, 0, 7);
  context.fill();
}

function canvasOf(width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  return [canvas, canvas.getContext("2d", { willReadFrequently: true })];
}

/** How much of the picture is painted, 0 to 100. */
export function shareOf(marks, ratio) {
  const [width, height] = [96, Math.max(1, Math.round(96 / ratio))];
  const [, context] = canvasOf(width, height);
  paint(context, marks, width, height, "black");
  const { data } = context.getImageData(0, 0, width, height);
  let count = 0;
  for (let at = 3; at < data.length; at += 4) count += data[at] > 127;
  return count ? Math.max(1, Math.round((count * 100) / (width * height))) : 0;
}

/** A PNG of exactly the picture's size, white where it is painted and black elsewhere. */
export function maskOf(marks, width, height) {
  const [painted, context] = canvasOf(width, height);
  paint(context, marks, width, height, "white");
  const [mask, under] = canvasOf(width, height);
  under.fillStyle = "black";
  under.fillRect(0, 0, width, height);
  under.drawImage(painted, 0, 0);
  return new Promise((resolve) => mask.toBlob(resolve, "image/png"));
}

export function addMark(frameId, mark, ratio) {
  const marks = [...look(frameId).marks, mark];
  change(frameId, { marks, painted: shareOf(marks, ratio), problem: "" });
}

export function undoMark(frameId, ratio) {
  const marks = look(frameId).marks.slice(0, -1);
  change(frameId, { marks, painted: shareOf(marks, ratio) });
}

// ---- sending

/** The request as bytes, so that trying again after a lost answer sends exactly the same under the same key. */
async function seal(frameId, sign, form) {
  const packed = new Response(form);
  const type = packed.headers.get("Content-Type");
  const made = { sign, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, type, body: await packed.blob() };
  sealed.set(frameId, made);
  return made;
}

async function formOf(frameId, kind, dust, width, height) {
  const { words, marks } = look(frameId);
  const form = new FormData();
  form.append("kind", kind);
  form.append("prompt", (words[kind] ?? "").trim());
  form.append("total_dust", dust);
  if (kind === "fill") form.append("mask", await maskOf(marks, width, height), "mask.png");
  return form;
}

/** Orders it. Resolves to the new frame's id; null when it was refused, and `problem` says why. */
export async function order(frameId, { kind, dust, width, height }) {
  const { words, marks, isSending } = look(frameId);
  if (isSending) return null;
  change(frameId, { isSending: true, problem: "", isRefused: false });
  const sign = JSON.stringify([kind, dust, words[kind] ?? "", kind === "fill" ? marks : 0]);
  const kept = sealed.get(frameId);
  let answer;
  try {
    const packet = kept?.sign === sign ? kept : await seal(frameId, sign, await formOf(frameId, kind, dust, width, height));
    const headers = { "Content-Type": packet.type, "Idempotency-Key": packet.key };
    answer = await fetch(`/api/v1/frames/${frameId}/edits`, { method: "POST", headers, body: packet.body });
  } catch {
    change(frameId, { isSending: false, problem: LOST });
    return null;
  }
  if (answer.status < 500) sealed.delete(frameId);
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const [detail] = Array.isArray(said.error?.details) ? said.error.details : [];
    const problem = answer.status === 401 ? SIGNED_OUT : detail?.message || said.error?.message || BROKEN;
    change(frameId, { isSending: false, problem, isRefused: said.error?.code === "words_refused" });
    return null;
  }
  const rest = kind === "fill" ? { marks: [], painted: 0 } : {};
  change(frameId, { ...rest, words: { ...look(frameId).words, [kind]: "" }, tool: "", isSending: false });
  return said.data.frames[0].id;
}

/** Sends the refused words to somebody who reads them. */
export async function appeal(frameId, kind) {
  const body = JSON.stringify({ kind, prompt: (look(frameId).words[kind] ?? "").trim() });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`/api/v1/frames/${frameId}/edits/appeals`, { method: "POST", headers, body }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  const problem = answer?.ok ? APPEALED : said?.error?.message || LOST;
  change(frameId, { problem, isRefused: false });
}

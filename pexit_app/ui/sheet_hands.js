import { ARROWS, Glass, pressAndHold } from "./glass.js";

// The hands of a contact sheet. Arrows move between its frames, Enter opens one, F rings it, X rejects it, C compares it,
// Space holds the loupe over it. One frame at a time is in the tab order, so the sheet is one stop for the Tab key.
const MARKS = { f: "ring", x: "reject" };
const SAID = { ring: "ringed", reject: "rejected", none: "mark taken off" };

const frameOf = (cell) => cell.closest("[data-frame-id]");
const cellsOf = (host) => [...host.querySelectorAll("button.frame__pic, a.frame__pic")];

function lieIn(cells, cell) {
  for (const other of cells) other.tabIndex = other === cell ? 0 : -1;
}

// Left and right follow the film, over the end of a strip too; up and down go to the nearest frame of another strip.
function neighbour(cells, cell, [dx, dy]) {
  if (dx) return cells[cells.indexOf(cell) + dx];
  const from = cell.getBoundingClientRect();
  const away = (other) => {
    const box = other.getBoundingClientRect();
    return Math.abs(box.top - from.top) * 3 + Math.abs(box.left - from.left);
  };
  const isBeyond = (other) => dy * (other.getBoundingClientRect().top - from.top) > from.height / 2;
  return cells.filter(isBeyond).sort((one, other) => away(one) - away(other))[0];
}

/** Lends the sheet inside `host` its hands. `calls()` gives the newest {say, onOpen, onMark, onCompare}. Returns an undo. */
export function lendHands(host, lens, calls) {
  const glass = new Glass(lens);
  const quit = pressAndHold(host, glass);

  const settle = () => {
    const cells = cellsOf(host);
    const holders = cells.filter((cell) => cell.tabIndex === 0);
    if (cells.length && holders.length !== 1) lieIn(cells, holders[0] ?? cells[0]);
  };
  settle();
  const watch = new MutationObserver(settle);
  watch.observe(host, { childList: true, subtree: true });

  const mark = (cell, kind) => {
    const frame = frameOf(cell);
    const next = frame.dataset.mark === kind ? "none" : kind;
    calls().say(`Frame ${frame.querySelector(".rebate b")?.textContent ?? ""} ${SAID[next]}`);
    calls().onMark?.(frame.dataset.frameId, next);
  };
  const keydown = (event) => {
    const cell = event.target.closest(".frame__pic");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const cells = cellsOf(host);
    const arrow = ARROWS[event.key];
    const ends = { Home: cells[0], End: cells.at(-1) };
    const kind = MARKS[event.key.toLowerCase()];
    if (arrow && glass.isHeld) glass.step(...arrow);
    else if (arrow) neighbour(cells, cell, arrow)?.focus();
    else if (event.key in ends) ends[event.key].focus();
    else if (event.key === " ") event.repeat || glass.holdOver(cell);
    else if (kind && calls().onMark) event.repeat || mark(cell, kind);
    else if (event.key === "c" && calls().onCompare) event.repeat || calls().onCompare(frameOf(cell).dataset.frameId);
    else return;
    event.preventDefault();
  };
  const keyup = (event) => {
    if (event.key !== " " || !event.target.closest(".frame__pic")) return;
    event.preventDefault();
    glass.drop();
  };
  const focusin = (event) => {
    const cell = event.target.closest(".frame__pic");
    if (cell) lieIn(cellsOf(host), cell);
  };
  const focusout = () => glass.isHeld && glass.drop();
  const click = (event) => {
    const cell = event.target.closest("button.frame__pic");
    if (cell) calls().onOpen?.(frameOf(cell).dataset.frameId);
  };
  const listeners = { keydown, keyup, focusin, focusout, click };
  for (const [name, listener] of Object.entries(listeners)) host.addEventListener(name, listener);
  return () => {
    quit();
    watch.disconnect();
    for (const [name, listener] of Object.entries(listeners)) host.removeEventListener(name, listener);
  };
}

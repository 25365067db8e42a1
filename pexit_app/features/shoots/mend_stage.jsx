import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";

import { addMark, change, look, paint, undoMark, useEdit } from "./edit_store.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 0.02; // of the picture, a key press
const LEAST = 0.03;
const DENSEST = 2;
const KEYS = "Arrows move it, Shift with arrows sizes it, Enter paints, Delete erases, Control Z takes back.";

const held = (value, least, most) => Math.min(most, Math.max(least, value));

/** The picture's own box inside `host`, where it is shown whole in its frame: [left, top, width, height] in px. */
function boxIn(host, ratio) {
  const room = host.querySelector(".frame__pic").getBoundingClientRect();
  const own = host.getBoundingClientRect();
  const width = Math.min(room.width, room.height * ratio);
  const height = width / ratio;
  return [room.left - own.left + (room.width - width) / 2, room.top - own.top + (room.height - height) / 2, width, height];
}

/** The opened frame. While its part is to be mended, a sheet of glass lies on it that takes paint: by a finger or pen, or
 * by keys, which move a brush, an oval or a box. Two fingers zoom the page and paint nothing. */
export function MendStage({ frameId = "", width = 1, height = 1, children }) {
  const host = useRef(null);
  const { tool } = useEdit(frameId);
  return (
    <div ref={host} className="mend" data-mending={tool === "fill" ? "yes" : "no"}>
      {children}
      {tool === "fill" && <Glass key={frameId} host={host} frameId={frameId} ratio={width / height} />}
    </div>
  );
}

function Glass({ host, frameId, ratio }) {
  const state = useEdit(frameId);
  const glass = useRef(null);
  const canvas = useRef(null);
  const pen = useRef(null);
  const help = useId();
  const [live, setLive] = useState(null); // the mark under the hand
  const fingers = useRef(new Set());

  useLayoutEffect(() => {
    const lay = () => {
      const [left, top, wide, high] = boxIn(host.current, ratio);
      const { style } = glass.current;
      [style.left, style.top, style.width, style.height] = [left, top, wide, high].map((px) => `${px}px`);
      const dense = Math.min(devicePixelRatio, DENSEST);
      canvas.current.width = Math.round(wide * dense);
      canvas.current.height = Math.round(high * dense);
      redraw();
    };
    const eye = new ResizeObserver(lay);
    eye.observe(host.current.querySelector(".frame__pic"));
    lay();
    return () => eye.disconnect();
  }, [ratio]);

  const redraw = () => {
    const { marks } = look(frameId);
    const { width, height } = canvas.current;
    paint(canvas.current.getContext("2d"), live ? [...marks, live] : marks, width, height, getComputedStyle(canvas.current).color);
  };
  useLayoutEffect(redraw, [state.marks, live]);

  useLayoutEffect(() => {
    const { x, y, width, height } = penOf(state, ratio);
    const { style } = pen.current;
    style.left = `${(x - width / 2) * 100}%`;
    style.top = `${(y - height / 2) * 100}%`;
    style.width = `${width * 100}%`;
    style.height = `${height * 100}%`;
  }, [state.pen, state.size, state.shape, ratio]);

  useEffect(() => {
    glass.current.focus({ preventScroll: true });
  }, []);

  const at = (event) => {
    const box = glass.current.getBoundingClientRect();
    return [held((event.clientX - box.left) / box.width, 0, 1), held((event.clientY - box.top) / box.height, 0, 1)];
  };
  const down = (event) => {
    fingers.current.add(event.pointerId);
    if (fingers.current.size > 1 || event.button !== 0) return setLive(null);
    glass.current.setPointerCapture(event.pointerId);
    setLive(begun(look(frameId), at(event)));
  };
  const move = (event) => {
    if (!live && event.pointerType !== "touch" && state.shape === "brush") follow(at(event));
    if (!live || fingers.current.size !== 1) return;
    const seen = event.nativeEvent.getCoalescedEvents?.() ?? [];
    const points = (seen.length ? seen : [event]).map(at);
    setLive((mark) => mark && drawnTo(mark, points));
    if (live.shape === "brush" && event.pointerType !== "touch") follow(points.at(-1));
  };
  const up = (event) => {
    fingers.current.delete(event.pointerId);
    if (!live) return;
    if (live.shape !== "brush" && (live.box.width < 0.005 || live.box.height < 0.005)) {
      const [x, y] = live.from; // a tap sets the oval or the box there
      put({ ...look(frameId).pen, x, y });
      addMark(frameId, solidMark(look(frameId)), ratio);
    } else {
      addMark(frameId, live, ratio);
    }
    setLive(null);
  };
  const lose = (event) => {
    fingers.current.delete(event.pointerId);
    setLive(null);
  };
  const follow = ([x, y]) => put({ ...look(frameId).pen, x, y });
  const put = (next) => change(frameId, { pen: next });
  const key = (event) => {
    const arrow = ARROWS[event.key];
    if (arrow && !event.altKey && !event.ctrlKey && !event.metaKey) put(moved(look(frameId), arrow, event.shiftKey, frameId));
    else if (event.key === "Enter" || event.key === " ") addMark(frameId, penMark(look(frameId)), ratio);
    else if (event.key === "Delete" || event.key === "Backspace") {
      addMark(frameId, { ...penMark(look(frameId)), isErasing: true }, ratio);
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey)) undoMark(frameId, ratio);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={glass} className="mend__glass" role="application" tabIndex={0} aria-label="The part to mend"
      aria-describedby={help} data-shape={state.shape} data-erasing={state.isErasing ? "yes" : "no"}
      onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={lose} onKeyDown={key}
    >
      <canvas ref={canvas} className="mend__paint" aria-hidden="true" />
      <span ref={pen} className="mend__pen" aria-hidden="true" />
      <span id={help} className="vh">{KEYS}</span>
    </div>
  );
}

/** Where the brush, oval or box stands, as shares of the picture. */
function penOf({ shape, pen, size }, ratio) {
  if (shape !== "brush") return pen;
  const [width, height] = ratio < 1 ? [size, size * ratio] : [size / ratio, size];
  return { ...pen, width, height };
}

function begun({ shape, isErasing, size, pen }, [x, y]) {
  if (shape === "brush") return { shape, isErasing, size, points: [[x, y]] };
  return { shape, isErasing, from: [x, y], box: { ...pen, x, y, width: 0, height: 0 } };
}

function drawnTo(mark, points) {
  if (mark.shape === "brush") return { ...mark, points: [...mark.points, ...points] };
  const [[fromX, fromY], [x, y]] = [mark.from, points.at(-1)];
  const box = { x: (fromX + x) / 2, y: (fromY + y) / 2, width: Math.abs(x - fromX), height: Math.abs(y - fromY) };
  return { ...mark, box };
}

const solidMark = ({ shape, isErasing, pen }) => ({ shape, isErasing, box: { ...pen } });

const penMark = (state) =>
  state.shape === "brush"
    ? { shape: "brush", isErasing: state.isErasing, size: state.size, points: [[state.pen.x, state.pen.y]] }
    : solidMark(state);

/** One arrow key: the pen goes there, or with Shift grows and shrinks. A brush is sized by its slider. */
function moved({ pen, shape, size }, [dx, dy], isSizing, frameId) {
  if (!isSizing) return { ...pen, x: held(pen.x + dx * STEP, 0, 1), y: held(pen.y + dy * STEP, 0, 1) };
  if (shape === "brush") {
    change(frameId, { size: held(size + (dx - dy) * STEP, LEAST, 0.4) });
    return pen;
  }
  return { ...pen, width: held(pen.width + dx * STEP, LEAST, 1), height: held(pen.height - dy * STEP, LEAST, 1) };
}

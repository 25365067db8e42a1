// A round glass that shows the pixels beneath it 1:1. Pressing and holding a frame brings it (mouse or touch), and so
// does Space on a focused frame; while it is held, moving the pointer or the arrow keys moves it.
const HOLD_MS = 260; // shorter is a tap
const SLIP_PX = 8; // a finger that moves further before HOLD_MS is scrolling
const STEP_PX = 24; // one arrow key

const frameAt = (x, y) =>
  document.elementsFromPoint(x, y).map((element) => element.closest(".frame__pic")).find(Boolean);

const sharpest = new Map(); // address of the full picture -> Image, kept while the page lives

function sourceOf(picture) {
  const address = picture.dataset.full;
  if (!address) return picture;
  if (!sharpest.has(address)) {
    const full = new Image();
    full.src = address;
    sharpest.set(address, full);
  }
  const full = sharpest.get(address);
  return full.complete && full.naturalWidth ? full : picture;
}

// Writes through the CSSOM, which a policy without inline styles allows.
function draw(glass, x, y) {
  const picture = frameAt(x, y)?.querySelector("img");
  glass.style.left = `${x - glass.offsetWidth / 2}px`;
  glass.style.top = `${y - glass.offsetHeight / 2}px`;
  if (!picture?.naturalWidth) {
    glass.style.backgroundImage = "none";
    return;
  }
  const box = picture.getBoundingClientRect();
  const source = sourceOf(picture);
  const cover = Math.max(box.width / source.naturalWidth, box.height / source.naturalHeight);
  const scale = Math.max(1, cover * 2); // 1:1, unless that would not even be twice what is on the table
  const [width, height] = [source.naturalWidth * scale, source.naturalHeight * scale];
  const place = getComputedStyle(picture).objectPosition.split(" ").map((part) => parseFloat(part) / 100);
  const left = box.left + (box.width - source.naturalWidth * cover) * place[0];
  const top = box.top + (box.height - source.naturalHeight * cover) * place[1];
  const half = glass.clientWidth / 2;
  glass.style.backgroundImage = `url("${source.currentSrc || source.src}")`;
  glass.style.backgroundSize = `${width}px ${height}px`;
  glass.style.backgroundPosition =
    `${half - ((x - left) / cover) * scale}px ${half - ((y - top) / cover) * scale}px`;
  glass.dataset.scale = scale === 1 ? "1:1" : `${scale.toFixed(1)}:1`;
}

export class Glass {
  constructor(element) {
    this.element = element;
    this.at = null; // [x, y] of its middle on the screen while it is held
  }

  get isHeld() {
    return this.at !== null;
  }

  hold(x, y) {
    this.at = [x, y];
    this.element.hidden = false;
    draw(this.element, x, y);
  }

  holdOver(element) {
    const box = element.getBoundingClientRect();
    this.hold(box.left + box.width / 2, box.top + box.height * 0.4);
  }

  step(dx, dy) {
    this.hold(this.at[0] + dx * STEP_PX, this.at[1] + dy * STEP_PX);
  }

  drop() {
    this.at = null;
    this.element.hidden = true;
  }
}

/** Pressing and holding inside `host` moves `glass`. Returns a function that takes the listeners away. */
export function pressAndHold(host, glass) {
  let timer = 0;
  let start = null;
  let swallow = false; // the click that ends a hold opens nothing

  const stop = () => {
    clearTimeout(timer);
    start = null;
    if (glass.isHeld) glass.drop();
  };
  const listeners = {
    pointerdown: (event) => {
      swallow = false;
      if (event.button !== 0 || !event.target.closest(".frame__pic")) return;
      start = [event.clientX, event.clientY];
      timer = setTimeout(() => {
        swallow = true;
        glass.hold(...start);
      }, HOLD_MS);
    },
    pointermove: (event) => {
      if (!start) return;
      const now = [event.clientX, event.clientY];
      if (glass.isHeld) glass.hold(...now);
      else if (Math.hypot(now[0] - start[0], now[1] - start[1]) > SLIP_PX) stop();
    },
    touchmove: (event) => glass.isHeld && event.preventDefault(),
    contextmenu: (event) => start && event.preventDefault(),
    dragstart: (event) => event.preventDefault(),
    click: (event) => {
      if (!swallow) return;
      swallow = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
  for (const [name, listener] of Object.entries(listeners)) {
    host.addEventListener(name, listener, { capture: name === "click", passive: false });
  }
  addEventListener("pointerup", stop);
  addEventListener("pointercancel", stop);
  return () => {
    stop();
    for (const [name, listener] of Object.entries(listeners)) {
      host.removeEventListener(name, listener, { capture: name === "click" });
    }
    removeEventListener("pointerup", stop);
    removeEventListener("pointercancel", stop);
  };
}

export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The loupe's whole behaviour inside `host`: press and hold, Space, arrows. Returns a function that takes it away. */
export function lend(host, lens) {
  const glass = new Glass(lens);
  const quit = pressAndHold(host, glass);
  const down = (event) => {
    const arrow = ARROWS[event.key];
    if (event.key === " " && event.target.matches?.(".frame__pic")) {
      event.preventDefault();
      if (!event.repeat) glass.holdOver(event.target);
    } else if (arrow && glass.isHeld) {
      event.preventDefault();
      glass.step(...arrow);
    }
  };
  const up = (event) => {
    if (event.key !== " " || !glass.isHeld) return;
    event.preventDefault();
    glass.drop();
  };
  host.addEventListener("keydown", down);
  host.addEventListener("keyup", up);
  return () => {
    quit();
    host.removeEventListener("keydown", down);
    host.removeEventListener("keyup", up);
  };
}

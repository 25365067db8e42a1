// Photos on their way to one person: a request each, two at a time, with the bytes that really left. The queue outlives
// the page's components, so moving inside Pexit stops nothing; leaving Pexit while something is on its way asks first.
const AT_ONCE = 2;
const TRIES = 5; // while the server says it is busy
const MOST_WAIT_S = 30;
const OPEN = new Set(["waiting", "sending", "looking"]);
const PASSING = new Set(["busy", "not_judged"]); // reasons that say nothing against the file
const LOST = "The connection was lost.";
const SIGNED_OUT = "You are signed out. Sign in in another tab, then try again.";
const HERE_ALREADY = "This very photo is here already.";

const queues = new Map(); // address -> Queue
let lastKey = 0;

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function answerOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

// fetch cannot tell what was sent; XMLHttpRequest can.
function post(url, file, name, { onBytes, onSent }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("files", file, name);
    request.open("POST", url);
    request.upload.onprogress = (event) => event.lengthComputable && onBytes(event.loaded / event.total);
    request.upload.onload = onSent;
    request.onload = () =>
      resolve({ status: request.status, answer: answerOf(request), waitS: Number(request.getResponseHeader("Retry-After")) });
    request.onerror = () => resolve({ status: 0, answer: {}, waitS: 0 });
    request.onabort = request.onerror;
    request.send(body);
  });
}

const warn = (event) => event.preventDefault();
function guardLeaving() {
  const isBusy = [...queues.values()].some((queue) => queue.rows.some((row) => OPEN.has(row.state)));
  if (isBusy) addEventListener("beforeunload", warn);
  else removeEventListener("beforeunload", warn);
}

// What the server's answer means for one file: {state, note, photo}.
function outcome({ status, answer }) {
  const data = answer.data ?? {};
  const message = answer.error?.message ?? "";
  if (status >= 200 && status < 300) {
    const [photo] = data.photos ?? [];
    if (photo) return { state: "taken", photo, note: "" };
    return refusal(data.rejected_files?.[0] ?? {});
  }
  if (status === 0) return { state: "failed", note: LOST };
  if (status === 401) return { state: "failed", note: SIGNED_OUT };
  if (status === 429 || status >= 500) return { state: "failed", note: message || "The server did not answer." };
  const [detail] = Array.isArray(answer.error?.details) ? answer.error.details : [];
  return refusal({ ...detail, message: detail?.message || message });
}

function refusal({ code = "", message }) {
  return { state: PASSING.has(code) ? "failed" : "refused", note: message || "It was refused." };
}

class Queue {
  constructor(url) {
    this.url = url;
    this.rows = []; // {key, name, size, file, src, state, share, note, photo}; replaced on every change
    this.running = 0;
    this.listeners = new Set();
    this.known = new Set(); // ids of photos that are on the sheet
  }

  subscribe = (listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  show(rows) {
    this.rows = rows;
    guardLeaving();
    for (const listener of this.listeners) listener();
  }

  change(key, patch) {
    this.show(this.rows.map((row) => (row.key === key ? { ...row, ...patch } : row)));
  }

  /** `refusal(file)` gives the reason why a file is not even sent, or "". */
  add(files, refusal) {
    const fresh = files.map((file) => {
      const note = refusal(file);
      const src = note ? "" : URL.createObjectURL(file);
      return {
        key: (lastKey += 1), name: file.name, size: file.size, file, src, share: 0, photo: null, note,
        state: note ? "refused" : "waiting",
      };
    });
    this.show([...this.rows, ...fresh]);
    this.pump();
  }

  retry(key) {
    this.change(key, { state: "waiting", note: "", share: 0 });
    this.pump();
  }

  drop(keys) {
    for (const row of this.rows) if (keys.includes(row.key) && row.src) URL.revokeObjectURL(row.src);
    this.show(this.rows.filter((row) => !keys.includes(row.key)));
  }

  /** The sheet shows these photos now: what stood for them here goes. */
  settle(ids) {
    this.known = new Set(ids);
    const done = this.rows.filter((row) => row.state === "taken" && this.known.has(row.photo.id));
    if (done.length) this.drop(done.map((row) => row.key));
  }

  pump() {
    while (this.running < AT_ONCE) {
      const next = this.rows.find((row) => row.state === "waiting");
      if (!next) return;
      this.running += 1;
      this.change(next.key, { state: "sending" });
      this.send(next).finally(() => {
        this.running -= 1;
        this.pump();
      });
    }
  }

  async send({ key, file, name }) {
    const before = this.known; // the sheet may show the photo before its answer is here
    let result;
    for (let tries = 1; ; tries += 1) {
      result = await post(this.url, file, name, {
        onBytes: (share) => this.change(key, { share }),
        onSent: () => this.change(key, { state: "looking", share: 1 }),
      });
      const isBusy = result.status === 429 || result.status === 503;
      if (!isBusy || tries === TRIES) break;
      this.change(key, { state: "looking", share: 1 });
      await pause(Math.min(Math.max(result.waitS || 0, tries), MOST_WAIT_S));
    }
    const done = outcome(result);
    if (done.state === "taken" && before.has(done.photo.id)) this.change(key, { state: "refused", note: HERE_ALREADY });
    else this.change(key, done);
  }
}

/** The queue of the address that takes a person's photos. */
export function queueTo(url) {
  if (!queues.has(url)) queues.set(url, new Queue(url));
  return queues.get(url);
}

export const isOpen = (row) => OPEN.has(row.state);

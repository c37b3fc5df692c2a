/** The live status: a stream of events while the page is visible, or single answers where no stream is admitted. */
import { useEffect, useState } from "../core/dom.js";
import { noteMonth } from "../core/api.js";

/** @typedef {"opening" | "live" | "asking" | "lost"} Connection */
/** @typedef {{ status: PlatformStatus | null, connection: Connection }} Live */

/** Milliseconds without an event after which a stream is taken for dead; the server sends one every 10 s. */
const SILENCE = 25_000;

/** Milliseconds between two attempts to open a stream that was refused. */
const PAUSE = 5_000;

/** Return the status, and render again when it changes. */
export function useStatus() {
  const [live, setLive] = useState(/** @type {Live} */ ({ status: null, connection: "opening" }));
  useEffect(() => follow((news) => setLive((old) => ({ ...old, ...news }))), []);
  return live;
}

/**
 * Call the listener with all news until the returned function is called.
 * @param {(news: Partial<Live>) => void} listener
 */
function follow(listener) {
  const watch = new Watch(listener);
  const turn = () => (document.hidden ? watch.close() : watch.open());
  document.addEventListener("visibilitychange", turn);
  turn();
  return () => {
    document.removeEventListener("visibilitychange", turn);
    watch.close();
  };
}

class Watch {
  /** @param {(news: Partial<Live>) => void} listener */
  constructor(listener) {
    this.listener = listener;
    /** @type {EventSource | null} */
    this.source = null;
    this.timer = 0;
  }

  open() {
    this.close();
    const source = new EventSource("/api/status/events");
    this.source = source;
    source.addEventListener("status", (event) => this.hear({ ...note(JSON.parse(event.data)), connection: "live" }));
    source.addEventListener("beat", () => this.hear({ connection: "live" }));
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) this.ask();
      else this.listener({ connection: "lost" });
    });
    this.schedule(SILENCE);
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  /** @param {Partial<Live>} news */
  hear(news) {
    this.listener(news);
    this.schedule(SILENCE);
  }

  /** Ask once, and try to open a stream again later. */
  async ask() {
    this.schedule(PAUSE);
    const { source } = this;
    const found = await fetch("/api/status").catch(() => null);
    /** @type {Partial<Live>} */
    const news = found?.ok ? { ...note(await found.json()), connection: "asking" } : { connection: "lost" };
    if (this.source === source) this.listener(news);
  }

  /** @param {number} wait milliseconds until a stream is opened */
  schedule(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.listener({ connection: "lost" }); this.open(); }, wait);
  }
}

/** @param {PlatformStatus} status */
function note(status) {
  noteMonth(status.month || "");
  return { status };
}

/** Questions to the API. Answers are kept until the page is closed or another month is published. */
import { useEffect, useState } from "./dom.js";
import { link } from "./router.js";

/** @typedef {import("./router.js").Parameters} Parameters */

const KEPT = 400;

/** @type {Map<string, unknown>} */
const answers = new Map();

/** The month that answers are of, and who wants to know. */
export const edition = { month: "", /** @type {Set<() => void>} */ listeners: new Set() };

/** An answer that is an error: what is wrong, and what to do. */
export class Problem extends Error {
  /**
   * @param {number} status 0 if the server does not answer
   * @param {string} detail
   * @param {Named[]} [candidates] entities of one name
   */
  constructor(status, detail, candidates = []) {
    super(detail);
    this.status = status;
    this.candidates = candidates;
  }
}

/**
 * Ask a question.
 * @template T
 * @param {string} path below /api
 * @param {Parameters} [parameters]
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export async function ask(path, parameters = {}, signal = undefined) {
  const url = `/api/${path}${link(parameters).slice(1)}`;
  const kept = answers.get(url);
  if (kept) return /** @type {T} */ (kept);
  const found = await request(url, signal);
  const body = await found.json().catch((error) => {
    if (signal?.aborted) throw error;
    throw new Problem(found.status, "The answer ended early, or is no JSON. Try again.");
  });
  if (!found.ok) throw new Problem(found.status, body.detail || found.statusText, body.candidates);
  noteMonth(found.headers.get("X-Discogs-Month") || "");
  if (answers.size >= KEPT) answers.delete(/** @type {string} */ (answers.keys().next().value));
  answers.set(url, body);
  return body;
}

/**
 * @param {string} url
 * @param {AbortSignal | undefined} signal
 */
async function request(url, signal) {
  try {
    return await fetch(url, { signal, headers: { Accept: "application/json" } });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "The server does not answer. Is `discogs serve` running, and this machine connected to it?");
  }
}

/** Note the published month; answers of another one are forgotten. @param {string} month */
export function noteMonth(month) {
  if (!month || month === edition.month) return;
  if (edition.month) answers.clear();
  edition.month = month;
  edition.listeners.forEach((listener) => listener());
}

/** Return the month that answers are of. */
export function useMonth() {
  const [month, setMonth] = useState(edition.month);
  useEffect(() => {
    const listener = () => setMonth(edition.month);
    edition.listeners.add(listener);
    listener();
    return () => void edition.listeners.delete(listener);
  }, []);
  return month;
}

/**
 * The answer to a question, the problem, or neither while it is awaited; an older answer about the same subject stays
 * meanwhile.
 * @template T
 * @typedef {{ answer: T | null, problem: Problem | null, loading: boolean, retry: () => void }} Awaited
 */

/**
 * Ask whenever the question changes; null asks nothing.
 * @template T
 * @param {string | null} path
 * @param {Parameters} [parameters]
 * @returns {Awaited<T>}
 */
export function useAnswer(path, parameters = {}) {
  const key = path && `${path}${link(parameters)}`;
  return usePromise(key, (signal) => ask(String(path), parameters, signal), path || "");
}

/**
 * Await what a function promises, whenever the key changes; null awaits nothing.
 * @template T
 * @param {string | null} key
 * @param {(signal: AbortSignal) => Promise<T>} promise
 * @param {string} [subject] answers about another subject have another form or belong elsewhere: they do not stay
 * @returns {Awaited<T>}
 */
export function usePromise(key, promise, subject = "") {
  /** @type {[{ key: string | null, subject: string, answer: T | null, problem: Problem | null }, Function]} */
  const [state, setState] = useState({ key: /** @type {string | null} */ (null), subject, answer: null, problem: null });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (key === null) return undefined;
    const control = new AbortController();
    promise(control.signal).then(
      (answer) => control.signal.aborted || setState({ key, subject, answer, problem: null }),
      (error) => control.signal.aborted || setState({ key, subject, answer: null, problem: toProblem(error) }),
    );
    return () => control.abort();
  }, [key, tries]);
  const current = state.key === key;
  return {
    answer: key === null || state.subject !== subject ? null : state.answer,
    problem: current ? state.problem : null,
    loading: key !== null && !current,
    retry: () => { setState({ key: null, subject, answer: null, problem: null }); setTries(tries + 1); },
  };
}

/** @param {unknown} error */
export function toProblem(error) {
  if (error instanceof Problem) return error;
  console.error(error);
  return new Problem(500, "The page has a fault; the browser's console says which.");
}

/** The state of the page: the parameters of its URL. */
import { useEffect, useState } from "./dom.js";
import { followHistory, pushEntry } from "./scrolling.js";

/** @typedef {Record<string, string | number | null | undefined | (string | number)[]>} Parameters */

/** Paths of the page. */
const PATHS = ["/", "/status"];

/** @type {Set<() => void>} */
const listeners = new Set();
const notify = () => listeners.forEach((listener) => listener());

/** Return the parameters of the URL. */
export const query = () => new URLSearchParams(location.search);

/**
 * Return a URL of the page; parameters without a value are left out.
 * @param {Parameters} parameters
 */
export function link(parameters) {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== null && each !== undefined && each !== "") made.append(name, String(each));
    }
  }
  return made.size ? `/?${made}` : "/";
}

/**
 * Return the URL with some parameters changed.
 * @param {Parameters} changes
 */
export function change(changes) {
  /** @type {Parameters} */
  const all = {};
  const now = query();
  for (const name of now.keys()) all[name] = now.getAll(name);
  return link({ ...all, ...changes });
}

/**
 * Go to a URL of the page.
 * @param {string} url
 * @param {boolean} [replace] without an entry in the history
 */
export function go(url, replace = false) {
  if (url === location.pathname + location.search) return;
  if (replace) history.replaceState(history.state, "", url);
  else pushEntry(url);
  notify();
}

/** Return the parameters, and render again when they change. */
export function useQuery() {
  const [, refresh] = useState(0);
  useEffect(() => {
    const listener = () => refresh((times) => times + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return query();
}

/** Follow links inside the page without loading it again. */
export function start() {
  followHistory();
  addEventListener("popstate", notify);
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("a") : null;
    const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!target || !plain || event.defaultPrevented || target.target || target.hash) return;
    if (target.origin !== location.origin || !PATHS.includes(target.pathname)) return;
    event.preventDefault();
    go(target.pathname + target.search);
  });
}

/** Places to which entries of the history were scrolled: back and forward return to them. */

/** Milliseconds in which a page may become as high as it was. */
const PATIENCE = 5000;

/** @type {Map<string, number>} */
const places = new Map();
let current = "";
let ending = () => {};

/** State of a new entry of the history. */
const create = () => ({ entry: Math.random().toString(36).slice(2), y: 0 });

/** Keep the place of the entry that is shown. */
const keep = () => places.set(current, scrollY);

/** Add an entry, at the top. @param {string} url */
export function pushEntry(url) {
  ending();
  keep();
  const state = create();
  history.pushState(state, "", url);
  current = state.entry;
  scrollTo(0, 0);
}

/**
 * Scroll as soon as the page is high enough, unless the visitor scrolls or types before.
 * @param {number} y
 * @returns {AbortSignal} aborted at the end
 */
function restore(y) {
  ending();
  const control = new AbortController();
  const until = performance.now() + PATIENCE;
  ending = () => { control.abort(); ending = () => {}; };
  for (const name of ["wheel", "touchstart", "pointerdown", "keydown"]) addEventListener(name, ending, { signal: control.signal, passive: true });
  const look = () => {
    if (control.signal.aborted) return;
    scrollTo(0, y);
    if (Math.abs(scrollY - y) < 2 || performance.now() > until) ending();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  return control.signal;
}

/** Note places while the page is scrolled, and return to them. */
export function followHistory() {
  history.scrollRestoration = "manual";
  if (!history.state?.entry) history.replaceState(create(), "");
  current = history.state.entry;
  let signal = restore(history.state.y);
  addEventListener("scroll", () => { if (signal.aborted) keep(); }, { passive: true });
  addEventListener("popstate", ({ state }) => {
    if (!state?.entry) history.replaceState(create(), "");
    current = history.state.entry;
    // An entry without a state is new: a link to a part of the page, which the browser scrolls to.
    if (state?.entry) signal = restore(places.get(current) ?? state.y ?? 0);
  });
  // A page that is loaded again has no other memory.
  addEventListener("pagehide", () => history.replaceState({ entry: current, y: scrollY }, ""));
}

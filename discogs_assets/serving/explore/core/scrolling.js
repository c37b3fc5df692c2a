/** Places to which entries of the history were scrolled: back, forward and a reload return to them. */

/** Milliseconds in which a page may become as high as it was. */
const PATIENCE = 5000;

/** End the return to a place. */
let end = () => {};

/** Whether a place is being returned to. */
let returns = false;

/** Keep the place of the entry that is shown. */
const keep = () => history.replaceState({ y: scrollY }, "");

/** Add an entry, at the top. @param {string} url */
export function pushEntry(url) {
  end();
  keep();
  history.pushState({ y: 0 }, "", url);
  scrollTo(0, 0);
}

/** Scroll as soon as the page is high enough, unless the visitor scrolls or types before. @param {number} y */
function restore(y) {
  end();
  const control = new AbortController();
  const until = performance.now() + PATIENCE;
  end = () => { control.abort(); returns = false; };
  for (const name of ["wheel", "touchstart", "pointerdown", "keydown"]) addEventListener(name, end, { signal: control.signal, passive: true });
  const look = () => {
    if (control.signal.aborted) return;
    scrollTo(0, y);
    if (Math.abs(scrollY - y) < 2 || performance.now() > until) end();
    else requestAnimationFrame(look);
  };
  returns = true;
  requestAnimationFrame(look);
}

/** Keep places while the page is scrolled, and return to them. */
export function followHistory() {
  history.scrollRestoration = "manual";
  restore(history.state?.y || 0);
  addEventListener("scrollend", () => { if (!returns) keep(); }, { passive: true });
  // An entry without a place is new: a link to a part of the page, to which the browser scrolls.
  addEventListener("popstate", ({ state }) => { if (state) restore(state.y || 0); });
}

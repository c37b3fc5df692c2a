/** Rings around what has the focus: for those who use the keyboard, not for a field that was clicked. */

/** Keys that move the focus. */
const KEYS = ["Tab", "/"];

/** Note on the page whether the focus was last moved by a pointer. */
export function watchFocus() {
  const { dataset } = document.documentElement;
  addEventListener("pointerdown", () => { dataset.focus = "pointer"; }, { capture: true });
  addEventListener("keydown", ({ key }) => { if (KEYS.includes(key)) delete dataset.focus; }, { capture: true });
}

/** Leave a field for the contents of the page. */
export const focusMain = () => document.getElementById("main")?.focus({ preventScroll: true });

/** Links to the page before and the page after, of a list that an offset cuts. */
import { h, number } from "../core/dom.js";
import { change } from "../core/router.js";

/** Largest offset that the API takes. */
const LAST_OFFSET = 10_000;

/** Read the offset from the URL. @param {URLSearchParams} query */
export const readOffset = (query) => Math.min(LAST_OFFSET, Math.max(0, Math.floor(Number(query.get("offset"))) || 0));

/** @param {{ offset: number, size: number, shown: number, total?: number, more: boolean }} props `size` of a page */
export function Pages({ offset, size, shown, total, more }) {
  if (!offset && !more) return null;
  const of = total === undefined ? "" : ` of ${number(total)}`;
  return h("nav", { class: "pages", "aria-label": "Pages" },
    offset > 0 ? h("a", { class: "button", href: change({ offset: offset > size ? offset - size : null }) }, "← Previous") : h("span", null),
    h("span", null, `${number(offset + 1)}–${number(offset + shown)}${of}`),
    more && offset + size <= LAST_OFFSET ? h("a", { class: "button", href: change({ offset: offset + size }) }, "Next →") : h("span", null));
}

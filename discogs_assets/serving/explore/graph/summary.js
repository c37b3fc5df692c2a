/** What part of the whole a graph shows, in words, and why not all of it. */
import { h, number, plural } from "../core/dom.js";
import { isLate, yearOf } from "./picture.js";
import { PAGE } from "./state.js";

/** @typedef {import("./state.js").Root} Root */
/** @typedef {import("./state.js").Category} Category */
/** @typedef {import("./state.js").Wanted} Wanted */

/** @param {Category[]} categories @param {(category: Category) => number} count */
const sum = (categories, count) => categories.reduce((total, each) => total + count(each), 0);

/**
 * Sentences about the whole, then about each reason why neighbours are hidden.
 * @param {Root[]} roots
 * @param {Wanted} wanted
 * @param {boolean} [still] whether they go with a picture, in which nothing can be clicked
 */
export function summarise(roots, { before, versus, role }, still = false) {
  const all = roots.flatMap((root) => root.categories);
  const open = all.filter((each) => each.open && !each.problem);
  const ofRole = (/** @type {Category} */ each) => Boolean(role) && each.category === "credits";
  const hidden = (/** @type {boolean} */ byRole) => sum(open.filter((each) => ofRole(each) === byRole), (each) => each.count - each.total);
  const [whole, shown] = [sum(all, (each) => each.count), sum(open, (each) => each.children.length)];
  const [closed, failed] = [all.filter((each) => !each.open).length, all.filter((each) => each.problem).length];
  const left = sum(open, (each) => each.total - each.children.length);
  const said = [
    shown === whole ? `All ${plural(whole, "neighbour")}.` : `${number(shown)} of ${plural(whole, "neighbour")}.`,
    closed && `${closed === 1 ? "1 category is" : `${closed} categories are`} closed${still ? "" : ": click to open"}.`,
    left && `${number(left)} not ${still ? "shown" : `loaded yet: “more” loads ${PAGE} at a time`}.`,
    before && hidden(false) && `${number(hidden(false))} hidden: later than ${before}, or without a year.`,
    role && hidden(true) && `${number(hidden(true))} hidden: other credits than ${role}${before ? `, or later than ${before}` : ""}.`,
    failed && `${failed === 1 ? "1 category" : `${failed} categories`} could not be loaded.`,
    versus && compare(open.flatMap((each) => each.children), versus, before),
  ];
  return said.flatMap((each) => each || []);
}

/** @param {Neighbour[]} children @param {number} versus @param {number | null} before */
function compare(children, versus, before) {
  const late = children.filter((each) => isLate(each, versus)).length;
  const undated = children.filter((each) => !yearOf(each)).length;
  const known = `${number(children.length - late - undated)} until ${versus}, ${number(late)} more from ${versus + 1} to ${before} (ringed)`;
  return undated ? `${known}, ${number(undated)} without a year.` : `${known}.`;
}

/** @param {{ notes: string[] }} props */
export const Summary = ({ notes }) => h("p", { class: "summary", role: "status" }, notes.join(" "));

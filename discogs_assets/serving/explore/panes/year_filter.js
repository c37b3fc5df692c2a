/** A slider over the years of an entity: the graph shows neighbours until the year. */
import { h, useEffect, useState } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { parametersOf } from "../core/entities.js";
import { change, go } from "../core/router.js";

/** @param {{ center: Named, before: number | null }} props */
export function YearFilter({ center, before }) {
  const { answer } = useAnswer("trends", parametersOf(center));
  const years = /** @type {Trends | null} */ (answer)?.data.map((each) => each.year) || [];
  const [first, last] = [Math.min(...years), Math.max(...years)];
  const [year, setYear] = useState(before);
  useEffect(() => setYear(before), [before]);
  if (years.length < 2) return h("div", { class: "year-filter" });
  const set = (/** @type {number} */ value) => go(change({ before: value >= last ? null : value }), true);
  return h("div", { class: "year-filter" },
    h("label", { for: "before" }, "Until"),
    h("input", {
      id: "before", type: "range", min: first, max: last, value: year ?? last,
      "aria-valuetext": year === null ? "all years" : String(year),
      onInput: (/** @type {Event} */ event) => setYear(valueOf(event)),
      onChange: (/** @type {Event} */ event) => set(valueOf(event)),
    }),
    h("output", { for: "before" }, year === null || year >= last ? "all years" : String(year)));
}

/** @param {Event} event */
const valueOf = (event) => Number(/** @type {HTMLInputElement} */ (event.target).value);

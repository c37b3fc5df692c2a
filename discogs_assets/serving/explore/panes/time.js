/** Time: the years in which genres and styles began, until a year or between two. */
import { classes, h, number, plural, useEffect } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { keyOf, parametersOf, PLURALS } from "../core/entities.js";
import { link, useQuery } from "../core/router.js";
import { readYear } from "../graph/state.js";
import { EntityLink } from "../parts/entity.js";
import { Empty, Failure, Loading } from "../parts/states.js";
import { Timeline } from "../parts/timeline.js";

/** @typedef {Named & { first_year: number }} Begun */
/** @typedef {{ min_year: number | null, max_year: number | null }} Range */
/** @typedef {{ genres: { name: string, first_year: number }[], styles: { name: string, first_year: number }[] }} Emergence */

export function TimePane() {
  const range = /** @type {import("../core/api.js").Awaited<Range>} */ (useAnswer("explore/year-range"));
  const found = /** @type {import("../core/api.js").Awaited<Emergence>} */ (useAnswer("explore/genre-emergence"));
  useEffect(() => { document.title = "Time – discogs explorer"; }, []);
  const failed = [range, found].find((each) => each.problem);
  if (failed?.problem) return h(Failure, { problem: failed.problem, alone: true, retry: failed.retry });
  if (!range.answer || !found.answer) return h(Loading, { lines: 8, text: "Loading the years" });
  const { min_year: first, max_year: last } = range.answer;
  if (first === null || last === null) return h(Empty, { title: "No dated release" }, "No release of this month has a year.");
  return h(Beginnings, { first, last, all: readBeginnings(found.answer) });
}

/** @param {Emergence} found @returns {Begun[]} */
const readBeginnings = ({ genres, styles }) => [
  ...genres.map((each) => ({ ...each, type: /** @type {Kind} */ ("genre"), id: each.name })),
  ...styles.map((each) => ({ ...each, type: /** @type {Kind} */ ("style"), id: each.name })),
];

/** @param {{ first: number, last: number, all: Begun[] }} props */
function Beginnings({ first, last, all }) {
  const query = useQuery();
  const [year, other] = [readYear(query.get("year")) ?? last, readYear(query.get("vs"))];
  const until = Math.max(year, other ?? year);
  const after = other === null ? until - 1 : Math.min(year, other);
  const begun = all.filter((each) => each.first_year <= until);
  const fresh = begun.filter((each) => each.first_year > after);
  const undated = useUndated(all);
  const span = after === until - 1 ? `in ${until}` : `from ${after + 1} to ${until}`;
  return h("div", { class: "time" },
    h("h1", null, "When genres and styles began"),
    h("p", { class: "hint" }, `The year of the earliest dated release of each in this month’s data; in a sample that may be long after it began.${undated ? ` Left out for want of a dated release: ${undated}.` : ""} Choose a year, play them, or compare two.`),
    h(Timeline, { name: "year", label: "Until", first, last, busy: false }),
    h("div", { role: "status" }, h("p", null, `By ${until}, ${count(begun)} of ${count(all)} had begun. ${begin(count(fresh))} began ${span}.`)),
    h("h2", null, `New ${span}`),
    fresh.length ? h(Names, { begun: fresh, until, fresh: true }) : h("p", { class: "hint" }, "Nothing new."),
    [...new Set(begun.map(decadeOf))].sort((a, b) => b - a).map((decade) => {
      const names = begun.filter((each) => decadeOf(each) === decade);
      return h("section", { key: decade }, h("h2", null, `${decade}s `, h("span", { class: "count" }, number(names.length))),
        h(Names, { begun: names, until, fresh: false }));
    }));
}

/** @param {Begun} begun */
const decadeOf = ({ first_year: year }) => year - (year % 10);

/** Genres and styles without a dated release, in words; nothing without any. @param {Begun[]} all */
function useUndated(all) {
  const { answer } = useAnswer("graph/stats");
  const counts = /** @type {Statistics | null} */ (answer)?.counts;
  const left = (/** @type {Kind} */ kind) => (counts ? counts[PLURALS[kind]] - all.filter((each) => each.type === kind).length : 0);
  const [genres, styles] = [left("genre"), left("style")];
  return genres + styles > 0 ? `${plural(genres, "genre")} and ${plural(styles, "style")}` : "";
}
/** @param {string} text */
const begin = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {Begun[]} begun */
function count(begun) {
  const genres = begun.filter((each) => each.type === "genre").length;
  const parts = [genres && plural(genres, "genre"), begun.length - genres && plural(begun.length - genres, "style")].filter(Boolean);
  return parts.join(" and ") || "no genre or style";
}

/** @param {{ begun: Begun[], until: number, fresh: boolean }} props */
const Names = ({ begun, until, fresh }) => h("ul", { class: classes("chips", fresh && "fresh") }, begun.map((each) =>
  h("li", { key: keyOf(each), class: each.type }, h(EntityLink, { entity: each, href: link({ ...parametersOf(each), before: until }) }),
    h("span", { class: "count" }, each.first_year))));

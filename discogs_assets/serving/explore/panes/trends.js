/** Trends: releases by year of several entities, as counts or as shares. */
import { h, number, useEffect } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { keyOf, nameOf, parseKey } from "../core/entities.js";
import { useQuery } from "../core/router.js";
import { Chart, tabulate } from "../parts/chart.js";
import { Segments, useChoice } from "../parts/choice.js";
import { Chosen } from "../parts/chosen.js";
import { percent } from "../parts/columns.js";
import { Empty, Failure, Loading } from "../parts/states.js";
import { Plot } from "../parts/table.js";

const MOST = 6;

/** @type {import("../parts/choice.js").Options} */
const MEASURES = [["counts", "Counts"], ["shares", "Shares"], ["market", "Share of the year"]];

/** @type {Record<string, string>} */
const HINTS = {
  counts: "Number of releases a year. Releases without a year are not counted.",
  shares: "Share of each one's own dated releases, so that large and small can be compared.",
  market: "Share of all releases of the year, whoever released them.",
};

export function TrendsPane() {
  const keys = [...new Set(useQuery().getAll("s"))].filter(parseKey).slice(0, MOST);
  const { answer, problem, loading, retry } = useAnswer(keys.length ? "trends/compare" : null, { entities: keys });
  useEffect(() => { document.title = "Trends – discogs explorer"; }, []);
  const series = /** @type {{ series: Compared[] } | null} */ (answer)?.series || [];
  const named = new Map(series.map((each) => [keyOf(each), each]));
  const entities = keys.map((key) => named.get(key) || /** @type {Named} */ (parseKey(key)));
  return h("div", { class: "trends" },
    h("h1", null, "Releases over the years"),
    h(Chosen, { name: "s", entities, most: MOST, label: "Add to the chart", placeholder: "Artist, label, genre, style…" }),
    problem && h(Failure, { problem, retry }),
    !keys.length && h(Empty, { title: "Compare up to six" }, "Add artists, labels, genres or styles, and see how many records each released a year."),
    keys.length > 0 && !problem && !answer && h(Loading, { lines: 12, text: "Counting" }),
    keys.length > 0 && series.length > 0 && h(Compare, { trends: series, loading }));
}

/** @param {{ trends: Compared[], loading: boolean }} props */
function Compare({ trends, loading }) {
  const measure = useChoice("as", MEASURES);
  const series = trends.filter((each) => each.data.length).map((each) => ({ id: keyOf(each), name: nameOf(each), points: findPoints(each, measure) }));
  if (!series.length) return h(Empty, { title: "No dated release" }, "None of their releases has a year.");
  const format = measure === "counts" ? number : percent;
  const title = `${measure === "counts" ? "Releases" : measure === "shares" ? "Shares of releases" : "Shares of all releases"} by year: ${series.map((each) => each.name).join(", ")}`;
  return h("section", { "aria-busy": loading },
    h(Segments, { label: "Show", name: "as", options: MEASURES }),
    h("p", { class: "hint" }, HINTS[measure]),
    h(Plot, { title, ...tabulate(series, format), children: h(Chart, { series, format, label: title }) }));
}

/** @param {Compared} trend @param {string} measure */
function findPoints({ data }, measure) {
  const total = data.reduce((sum, each) => sum + each.count, 0);
  return data.map(({ year, count, share }) => ({ year, value: measure === "counts" ? count : 100 * (measure === "shares" ? count / total : share || 0) }));
}

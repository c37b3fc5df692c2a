/** Trends: releases by year of several entities, as counts or as shares. */
import { h, number, useEffect } from "../core/dom.js";
import { ask, usePromise } from "../core/api.js";
import { keyOf, nameOf, parametersOf, parseKey } from "../core/entities.js";
import { change, go, useQuery } from "../core/router.js";
import { Chart } from "../parts/chart.js";
import { EntityLink, KindBadge } from "../parts/entity.js";
import { Icon } from "../parts/icons.js";
import { Picker } from "../parts/picker.js";
import { Empty, Failure, Loading } from "../parts/states.js";

const MOST = 6;

/** @typedef {{ entity: Named, data: Trends["data"] }} Trend */

export function TrendsPane() {
  const query = useQuery();
  const entities = query.getAll("s").flatMap((each) => parseKey(each) || []).slice(0, MOST);
  const keys = entities.map(keyOf);
  const { answer, problem, loading, retry } = usePromise(keys.length ? JSON.stringify(keys) : null, (signal) =>
    Promise.all(entities.map((each) => findTrend(each, signal))));
  useEffect(() => { document.title = "Trends – discogs explorer"; }, []);
  const shown = keys.length ? answer : null;
  return h("div", { class: "trends" },
    h("h1", null, "Releases over the years"),
    h(Chosen, { trends: shown || [], keys }),
    problem && h(Failure, { problem, retry }),
    !keys.length && h(Empty, { title: "Compare up to six" }, "Add artists, labels, genres or styles, and see how many records each released a year."),
    keys.length > 0 && !problem && !shown && h(Loading, { lines: 8, text: "Counting" }),
    shown && !problem && h(Plot, { trends: shown, loading, shares: query.get("as") === "shares" }));
}

/** @param {Named} entity @param {AbortSignal} signal @returns {Promise<Trend>} */
async function findTrend(entity, signal) {
  /** @type {Trends} */
  const { name, data } = await ask("trends", parametersOf(entity), signal);
  return { entity: { ...entity, name }, data };
}

/** @param {{ trends: Trend[], keys: string[] }} props */
function Chosen({ trends, keys }) {
  const add = (/** @type {Named} */ entity) => go(change({ s: [...new Set([...keys, keyOf(entity)])].slice(0, MOST) }));
  return h("div", { class: "chosen" },
    h("ul", { class: "plain chosen-list" }, trends.map(({ entity }, place) => h("li", { key: keyOf(entity), class: `chosen-item series-${place}` },
      h(EntityLink, { entity }), h(KindBadge, { kind: entity.type }),
      h("a", {
        class: "remove", "aria-label": `Remove ${nameOf(entity)}`,
        href: change({ s: keys.filter((each) => each !== keyOf(entity)) }),
      }, h(Icon, { name: "close" }))))),
    keys.length < MOST && h(Picker, { label: "Add to the chart", visible: true, placeholder: "Artist, label, genre, style…", clears: true, onPick: add }));
}

/** @param {{ trends: Trend[], loading: boolean, shares: boolean }} props */
function Plot({ trends, loading, shares }) {
  const series = trends.filter((each) => each.data.length).map(({ entity, data }) => {
    const total = data.reduce((sum, each) => sum + each.count, 0);
    const points = data.map(({ year, count }) => ({ year, value: shares ? (100 * count) / total : count }));
    return { id: keyOf(entity), name: nameOf(entity), points };
  });
  if (!series.length) return h(Empty, { title: "No dated release" }, "None of their releases has a year.");
  const format = shares ? (/** @type {number} */ value) => `${number(Math.round(value * 10) / 10)} %` : number;
  return h("section", { "aria-busy": loading },
    h("div", { class: "segments", role: "group", "aria-label": "Show" },
      h("a", { href: change({ as: null }), "aria-current": shares ? undefined : "true" }, "Counts"),
      h("a", { href: change({ as: "shares" }), "aria-current": shares ? "true" : undefined }, "Shares")),
    h("p", { class: "hint" }, shares
      ? "Share of each one's own dated releases, so that large and small can be compared."
      : "Number of releases a year. Releases without a year are not counted."),
    h(Chart, { series, format, label: `${shares ? "Shares" : "Counts"} of releases by year: ${series.map((each) => each.name).join(", ")}` }),
    h(Values, { series, format }));
}

/** @param {{ series: import("../parts/chart.js").Series[], format: (value: number) => string }} props */
function Values({ series, format }) {
  const years = [...new Set(series.flatMap((each) => each.points.map((point) => point.year)))].sort((a, b) => b - a);
  const maps = series.map((each) => new Map(each.points.map((point) => [point.year, point.value])));
  return h("details", null, h("summary", null, "The same as a table"),
    h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Values" }, h("table", null,
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Year"),
        series.map((each) => h("th", { key: each.id, scope: "col", class: "figure" }, h("bdi", null, each.name))))),
      h("tbody", null, years.map((year) => h("tr", { key: year }, h("th", { scope: "row" }, year),
        maps.map((map, place) => h("td", { key: place, class: "figure" }, format(map.get(year) || 0)))))))));
}

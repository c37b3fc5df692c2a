/** Labels: the genres, styles, formats and decades of one, several compared, and similar ones. */
import { h, number, plural, useEffect } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { parseKey } from "../core/entities.js";
import { change, useQuery } from "../core/router.js";
import { Bars } from "../parts/bars.js";
import { Chosen } from "../parts/chosen.js";
import { column, digits, entity, percent } from "../parts/columns.js";
import { Empty, Failure, Loading } from "../parts/states.js";
import { Plot, Table } from "../parts/table.js";

/** @typedef {{ name?: string, decade?: number, count: number, percentage: number }} Share */
/** @typedef {{ label_id: number, label_name: string | null, release_count: number, artist_count: number, artist_diversity: number, active_years: number[], peak_decade: number | null, prolificacy: number | null, genres: Share[], styles: Share[], formats: Share[], decades: Share[] }} Dna */
/** @typedef {{ label_id: number, label_name: string | null, similarity: number, release_count: number, shared_genres: string[] }} Similar */

const MOST = 5;
const SIMILAR = 20;

/** Most frequent styles by which labels are compared. */
const FREQUENT = 5;

/** Bars of a plot; its table has all values. */
const BARS = 12;

const PARTS = { genres: "Genres", styles: "Styles", formats: "Formats", decades: "Decades" };

export function LabelsPane() {
  const keys = [...new Set(useQuery().getAll("l"))].filter((key) => parseKey(key)?.type === "label").slice(0, MOST);
  const ids = keys.map((key) => key.slice("label:".length));
  const one = useAnswer(ids.length === 1 ? `label/${ids[0]}/dna` : null);
  const several = useAnswer(ids.length > 1 ? "label/dna/compare" : null, { ids: ids.join(",") });
  const { problem, retry, loading } = ids.length > 1 ? several : one;
  const found = one.answer ? [/** @type {Dna} */ (one.answer)] : /** @type {{ labels: Dna[] } | null} */ (several.answer)?.labels || [];
  const names = new Map(found.map((each) => [String(each.label_id), each.label_name]));
  useEffect(() => { document.title = "Labels – discogs explorer"; }, []);
  return h("div", { class: "labels" },
    h("h1", null, "What a label is made of"),
    h(Chosen, {
      name: "l", most: MOST, kinds: ["label"], label: ids.length ? "Compare with" : "Label", placeholder: "Blue Note, Warp…",
      entities: ids.map((id) => ({ type: /** @type {Kind} */ ("label"), id: Number(id), name: names.get(id) || null })),
    }),
    !ids.length && h(Empty, { title: "Choose up to five labels" }, "See their genres, styles, formats and decades side by side, and find similar labels. A label needs at least five releases."),
    problem && h(Failure, { problem, retry, missing: `${ids.length > 1 ? "One of these labels has" : "This label has"} fewer than five releases, or no record, in this month. Choose another one.` }),
    ids.length > 0 && !problem && !found.length && h(Loading, { lines: 24, text: "Loading labels" }),
    found.length > 0 && !problem && h("div", { "aria-busy": loading },
      h(Numbers, { labels: found }),
      h("div", { class: "columns" }, Object.keys(PARTS).map((part) => h(Part, { key: part, part: /** @type {keyof typeof PARTS} */ (part), labels: found }))),
      found.length === 1 && h(SimilarLabels, { label: found[0] })));
}

/** @param {{ labels: Dna[] }} props */
const Numbers = ({ labels }) => h("section", null, h(Table, { title: "In numbers", columns: NUMBER_COLUMNS, rows: labels }));

const NUMBER_COLUMNS = [
  entity("label", "Label", "label", (/** @type {Dna} */ row) => ({ id: row.label_id, name: row.label_name })),
  column("releases", "Releases", (/** @type {Dna} */ row) => row.release_count),
  column("artists", "Main artists", (/** @type {Dna} */ row) => row.artist_count),
  column("releases_per_artist", "Releases per artist", (/** @type {Dna} */ row) => (row.artist_count ? Math.round(10 * row.release_count / row.artist_count) / 10 : null)),
  column("active_years", "Active years", (/** @type {Dna} */ row) => row.active_years.length),
  digits("first_year", "First", (/** @type {Dna} */ row) => row.active_years[0]),
  digits("last_year", "Last", (/** @type {Dna} */ row) => row.active_years.at(-1)),
  column("prolificacy", "Releases per active year", (/** @type {Dna} */ row) => row.prolificacy, (row) => row.prolificacy?.toFixed(1) ?? "–"),
  column("peak_decade", "Peak decade", (/** @type {Dna} */ row) => row.peak_decade, (row) => (row.peak_decade ? `${row.peak_decade}s` : "–")),
];

/** @typedef {{ name: string, shares: (Share | undefined)[] }} PartRow */

/** @param {{ part: keyof typeof PARTS, labels: Dna[] }} props */
function Part({ part, labels }) {
  const rows = collect(part, labels);
  const series = labels.map((each) => each.label_name || `label ${each.label_id}`);
  const title = `${PARTS[part]} of ${series.join(", ")}`;
  const suffix = (/** @type {number} */ id) => (labels.length > 1 ? `_${id}` : "");
  const columns = [
    column(part, PARTS[part], (/** @type {PartRow} */ row) => row.name),
    ...labels.flatMap(({ label_id: id }, place) => [
      column(`releases${suffix(id)}`, labels.length > 1 ? `${series[place]}: releases` : "Releases", (/** @type {PartRow} */ row) => row.shares[place]?.count || 0),
      column(`percentage${suffix(id)}`, labels.length > 1 ? `${series[place]}: share` : "Share", (/** @type {PartRow} */ row) => row.shares[place]?.percentage || 0, (row) => percent(row.shares[place]?.percentage || 0)),
    ]),
  ];
  const bars = rows.slice(0, part === "decades" ? undefined : BARS).map(({ name, shares }) => ({ name, values: shares.map((each) => each?.percentage || 0) }));
  return h("section", null, h("h2", null, PARTS[part]),
    rows.length
      ? h(Plot, { title, columns, rows, children: h(Bars, { label: title, series, bars, format: percent, most: 100 }) })
      : h("p", { class: "hint" }, "None is stated."));
}

/** Values of all labels, the largest shares first; decades in order. @param {keyof typeof PARTS} part @param {Dna[]} labels @returns {PartRow[]} */
function collect(part, labels) {
  const nameOf = (/** @type {Share} */ each) => each.name ?? `${each.decade}s`;
  const names = [...new Set(labels.flatMap((label) => label[part].map(nameOf)))];
  const rows = names.map((name) => ({ name, shares: labels.map((label) => label[part].find((each) => nameOf(each) === name)) }));
  const largest = (/** @type {PartRow} */ { shares }) => Math.max(...shares.map((each) => each?.percentage || 0));
  return part === "decades" ? rows.sort((a, b) => parseInt(a.name, 10) - parseInt(b.name, 10)) : rows.sort((a, b) => largest(b) - largest(a));
}

/** @param {{ label: Dna }} props */
function SimilarLabels({ label }) {
  const { answer, problem, retry } = useAnswer(`label/${label.label_id}/similar`, { limit: SIMILAR });
  const rows = /** @type {{ similar: Similar[] } | null} */ (answer)?.similar;
  const keys = useQuery().getAll("l");
  const name = label.label_name || "";
  const frequent = label.styles.slice(0, FREQUENT).map((each) => each.name);
  const columns = [
    entity("label", "Label", "label", (/** @type {Similar} */ row) => ({ id: row.label_id, name: row.label_name })),
    column("similarity", "Similarity", (/** @type {Similar} */ row) => row.similarity, (row) => percent(100 * row.similarity)),
    column("releases", "Releases", (/** @type {Similar} */ row) => row.release_count),
    column("shared_genres", "Genres of both", (/** @type {Similar} */ row) => row.shared_genres),
    column("label_id", "Compare", (/** @type {Similar} */ row) => row.label_id,
      (row) => h("a", { href: change({ l: [...keys, `label:${row.label_id}`] }), "aria-label": `Compare with ${row.label_name}` }, "compare")),
  ];
  return h("section", null, h("h2", null, "Similar labels"),
    h("p", { class: "hint" }, "Half of it is how alike the labels’ genres are, half how alike their styles are; 100 % means the same mixture of both. Labels are compared if they share one of their five most frequent styles; those without a genre in common, or below 10 %, are left out."),
    problem && h(Failure, { problem, retry }),
    !rows && !problem && h(Loading, { lines: 10, text: "Loading similar labels" }),
    rows && (rows.length
      ? h(Plot, { title: `Labels similar to ${name}`, columns, rows, open: true, children: h(Bars, { label: `Similarity to ${name}: ${plural(rows.length, "label")}`, format: percent, most: 100, bars: rows.slice(0, BARS).map((row) => ({ name: row.label_name || number(row.label_id), values: [100 * row.similarity] })) }) })
      : h(Empty, { title: "No label resembles it" }, `No other label has one of its five most frequent styles${frequent.length ? ` (${frequent.join(", ")})` : ""} among its own five, a genre in common and a similarity of 10 %. Only labels with at least five releases are compared; ties among styles are decided by name.`)));
}

/** Insights: computations over the whole month, each with its definition, a plot or a table, and files. */
import { h, number, plural, useEffect } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { useQuery } from "../core/router.js";
import { nameDate } from "../core/dates.js";
import { Bars } from "../parts/bars.js";
import { Choice, optionsOf, Segments, useChoice } from "../parts/choice.js";
import { column, digits, entity, percent } from "../parts/columns.js";
import { Pages, readOffset } from "../parts/pages.js";
import { Empty, Failure, Loading } from "../parts/states.js";
import { Plot, Table } from "../parts/table.js";
import { nameField, nameInsight } from "./field_names.js";
import { nameMonth } from "./months.js";

/** @typedef {import("../parts/choice.js").Options} Options */

/** @type {Options} */
const INSIGHTS = [
  ["top-artists", "Most connected"], ["genre-trends", "Genres by decade"], ["label-longevity", "Long-lived labels"],
  ["this-month", "Anniversaries"], ["data-completeness", "Completeness"], ["status", "Computations"],
];

/** @type {Record<string, string>} */
const DEFINITIONS = {
  "top-artists": "Who works with many others, or with well-connected artists, ranks high. Two artists are connected if both are main artists of a release; more shared releases connect them more strongly. Compilations with more than 50 artists and placeholders such as Various are left out. The score is PageRank; all scores add up to 1.",
  "genre-trends": "Releases of a genre by decade, and their share of all releases of the decade. A release counts once for each of its genres; those without a year are not counted.",
  "label-longevity": "Labels by the number of years from their first to their last release, both included; then by releases. A label is active if it released something in the year of the month or the two before.",
  "this-month": "Masters first released in this month a round number of years ago. Those whose month is unknown come last.",
  "data-completeness": "How many records have each part filled in. The table also lists parts of parts, such as the catalogue number of a label; they count if any item has one.",
  status: "When the figures of this month were computed, and how long that took.",
};

/** @type {Record<string, () => Child>} */
const VIEWS = {
  "top-artists": TopArtists, "genre-trends": GenreTrends, "label-longevity": LabelLongevity, "this-month": Anniversaries,
  "data-completeness": DataCompleteness, status: Computations,
};

const PAGE = 25;

export function InsightsPane() {
  const insight = useChoice("i", INSIGHTS);
  useEffect(() => { document.title = "Insights – discogs explorer"; }, []);
  return h("div", { class: "insights" },
    h("h1", null, "The month in figures"),
    h(Segments, { label: "Insight", name: "i", options: INSIGHTS }),
    h("p", { class: "hint definition" }, DEFINITIONS[insight]),
    h(VIEWS[insight], { key: insight }));
}

/**
 * An insight once it is there.
 * @param {object} props
 * @param {string} props.path
 * @param {import("../core/router.js").Parameters} [props.parameters]
 * @param {(answer: any) => Child} props.view
 */
function Insight({ path, parameters, view }) {
  const { answer, problem, loading, retry } = useAnswer(`insights/${path}`, parameters);
  if (problem) return h(Failure, { problem, retry });
  if (!answer) return h(Loading, { lines: 22, text: "Loading the insight" });
  return h("section", { "aria-busy": loading }, view(answer));
}

/**
 * A page of a ranking, as a table.
 * @param {{ path: string, title: (answer: any) => string, columns: import("../parts/files.js").Column<any>[], none: string, picture?: (items: any[]) => Child }} props
 */
function Ranking({ path, title, columns, none, picture }) {
  const offset = readOffset(useQuery());
  return h(Insight, { path, parameters: { limit: PAGE, offset }, view: (answer) => h("div", null,
    !answer.items.length && h(Empty, { title: none }),
    answer.items.length > 0 && (picture
      ? h(Plot, { title: title(answer), columns, rows: answer.items, open: true, children: picture(answer.items) })
      : h(Table, { title: title(answer), columns, rows: answer.items })),
    h(Pages, { offset, size: PAGE, shown: answer.items.length, total: answer.total, more: answer.has_more })) });
}

/** @typedef {{ rank: number, artist_id: number, artist_name: string | null, edge_count: number, pagerank: number, release_count: number }} RankedArtist */

const ARTIST_COLUMNS = [
  entity("artist", "Artist", "artist", (/** @type {RankedArtist} */ row) => ({ id: row.artist_id, name: row.artist_name })),
  column("rank", "Rank", (/** @type {RankedArtist} */ row) => row.rank),
  column("pagerank", "Score", (/** @type {RankedArtist} */ row) => row.pagerank, (row) => row.pagerank.toPrecision(3)),
  column("collaborators", "Collaborators", (/** @type {RankedArtist} */ row) => row.edge_count),
  column("releases", "Releases", (/** @type {RankedArtist} */ row) => row.release_count),
];

function TopArtists() {
  const title = "Most connected artists";
  return h(Ranking, {
    path: "top-artists", title: () => title, columns: ARTIST_COLUMNS, none: "No artist has a collaborator",
    picture: (/** @type {RankedArtist[]} */ items) => [
      items.some((each, place) => each.pagerank === items[place + 1]?.pagerank) && h("p", { key: "ties", class: "hint" }, "Artists of the same value are equally central. Their ranks differ only because a list needs an order: by collaborators, then by id."),
      h(Bars, {
        key: "bars", label: title, format: (value) => value.toPrecision(3), bars: items.map((each) => ({ name: each.artist_name || `artist ${each.artist_id}`, values: [each.pagerank] })),
      })],
  });
}

/** @typedef {{ decade: number, release_count: number, share: number }} Decade */

const DECADE_COLUMNS = [
  column("decade", "Decade", (/** @type {Decade} */ row) => row.decade, (row) => `${row.decade}s`),
  column("releases", "Releases", (/** @type {Decade} */ row) => row.release_count),
  column("share", "Share of the decade", (/** @type {Decade} */ row) => row.share, (row) => percent(100 * row.share)),
];

function GenreTrends() {
  const { answer, problem, retry } = useAnswer("genre-tree");
  const names = /** @type {GenreTree | null} */ (answer)?.genres.map(({ name }) => name) || [];
  const asked = useQuery().get("g");
  const genre = asked || names[0];
  if (problem) return h(Failure, { problem, retry });
  if (!answer) return h(Loading, { lines: 22, text: "Loading genres" });
  if (!genre) return h(Empty, { title: "There is no genre" });
  return h("div", null,
    h(Choice, { label: "Genre", name: "g", options: optionsOf(asked && !names.includes(asked) ? [...names, asked] : names) }),
    h(Insight, { path: "genre-trends", parameters: { genre }, view: (/** @type {{ genre: string, trends: Decade[], peak_decade: number }} */ found) => {
      const title = `Releases by decade: ${found.genre}`;
      return h("div", null,
        h("p", null, `Its peak: the ${found.peak_decade}s.`),
        h(Plot, { title, columns: DECADE_COLUMNS, rows: found.trends, open: true, children: h(Bars, { label: title, format: number, bars: found.trends.map((each) => ({ name: `${each.decade}s, ${percent(100 * each.share)} of all releases`, values: [each.release_count] })) }) }));
    } }));
}

/** @typedef {{ rank: number, label_id: number, label_name: string | null, first_year: number, last_year: number, years_active: number, total_releases: number, peak_decade: number, still_active: boolean }} LongLived */

const LABEL_COLUMNS = [
  entity("label", "Label", "label", (/** @type {LongLived} */ row) => ({ id: row.label_id, name: row.label_name })),
  column("rank", "Rank", (/** @type {LongLived} */ row) => row.rank),
  column("years", "Years", (/** @type {LongLived} */ row) => row.years_active),
  digits("first_year", "First", (/** @type {LongLived} */ row) => row.first_year),
  digits("last_year", "Last", (/** @type {LongLived} */ row) => row.last_year),
  column("releases", "Releases", (/** @type {LongLived} */ row) => row.total_releases),
  column("peak_decade", "Peak", (/** @type {LongLived} */ row) => row.peak_decade, (row) => `${row.peak_decade}s`),
  column("still_active", "Active", (/** @type {LongLived} */ row) => row.still_active),
];

function LabelLongevity() {
  return h(Ranking, {
    path: "label-longevity", title: () => "Labels by years of activity", columns: LABEL_COLUMNS, none: "No label has a dated release",
    picture: (/** @type {LongLived[]} */ items) => h(Bars, {
      label: "Labels by years of activity", format: (value) => plural(value, "year"),
      bars: items.map((each) => ({ name: `${each.label_name || `label ${each.label_id}`}, ${each.first_year}${each.years_active > 1 ? `–${each.last_year}` : ""}`, values: [each.years_active] })),
    }),
  });
}

/** @typedef {{ master_id: number, title: string | null, artist_name: string | null, release_year: number, anniversary: number, released: string | null, month_known: boolean }} Anniversary */

const ANNIVERSARY_COLUMNS = [
  entity("master", "Master", "master", (/** @type {Anniversary} */ row) => ({ id: row.master_id, name: row.title })),
  column("artist", "Artist", (/** @type {Anniversary} */ row) => row.artist_name),
  column("age", "Age", (/** @type {Anniversary} */ row) => row.anniversary, (row) => plural(row.anniversary, "year")),
  column("released", "Released", (/** @type {Anniversary} */ row) => row.released || String(row.release_year), (row) => nameDate(row.released) || String(row.release_year)),
  column("month_known", "Month is known", (/** @type {Anniversary} */ row) => row.month_known),
];

function Anniversaries() {
  return h(Ranking, {
    path: "this-month", columns: ANNIVERSARY_COLUMNS, none: "No master has an anniversary",
    title: (/** @type {{ month: number, year: number }} */ { month, year }) => `Anniversaries of ${nameMonth(`${year}-${String(month).padStart(2, "0")}`)}`,
  });
}

/** @typedef {{ field: string, present: number, share: number }} Field */

const FIELD_COLUMNS = [
  column("field", "Part", (/** @type {Field} */ row) => row.field, (row) => nameField(row.field)),
  column("present", "Records with a value", (/** @type {Field} */ row) => row.present),
  column("share", "Share", (/** @type {Field} */ row) => row.share, (row) => percent(100 * row.share)),
];

/** @type {Options} */
const TYPES = optionsOf(["releases", "masters", "artists", "labels"]);

function DataCompleteness() {
  const type = useChoice("type", TYPES);
  return h(Insight, { path: "data-completeness", view: (/** @type {{ items: { entity_type: string, total_count: number, fields: Field[] }[] }} */ { items }) => {
    const found = items.find((each) => each.entity_type === type);
    const title = `Completeness of ${type}`;
    return h("div", null,
      h(Choice, { label: "Records", name: "type", options: TYPES }),
      found && h("p", null, `${plural(found.total_count, "record")}.`),
      found && h(Plot, { title, columns: FIELD_COLUMNS, rows: found.fields, children: h(Bars, { label: title, most: 1, format: (value) => percent(100 * value), bars: found.fields.filter((each) => !each.field.includes(".")).map((each) => ({ name: nameField(each.field), values: [each.share] })) }) }));
  } });
}

/** @typedef {{ insight_type: string, last_computed: string | null, status: string, duration_ms: number | null, rows: number | null }} Computation */

const STATUS_COLUMNS = [
  column("insight", "Figures", (/** @type {Computation} */ row) => row.insight_type, (row) => nameInsight(row.insight_type)),
  column("status", "Status", (/** @type {Computation} */ row) => row.status, (row) => row.status.toLowerCase().replaceAll("_", " ")),
  column("computed", "Computed (UTC)", (/** @type {Computation} */ row) => row.last_computed, (row) => row.last_computed?.slice(0, 16).replace("T", " ") || "–"),
  column("milliseconds", "Took", (/** @type {Computation} */ row) => row.duration_ms, (row) => (row.duration_ms === null ? "–" : `${(row.duration_ms / 1000).toFixed(1)} s`)),
  column("rows", "Rows", (/** @type {Computation} */ row) => row.rows),
];

function Computations() {
  return h(Insight, { path: "status", view: (answer) => h(Table, { title: "Computations", columns: STATUS_COLUMNS, rows: answer.statuses }) });
}

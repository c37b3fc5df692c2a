/** Months: the months that are loaded, what changed in one, and the history of a record. */
import { h, number, plural, useEffect } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { isNamed, keyOf, nameOf, parseKey, PLURALS } from "../core/entities.js";
import { groupBy } from "../core/groups.js";
import { change, link, useQuery } from "../core/router.js";
import { EntityLink, KindBadge } from "../parts/entity.js";
import { Pages, readOffset } from "../parts/pages.js";
import { Scroll } from "../parts/scroll.js";
import { Empty, Failure, Loading } from "../parts/states.js";
import { nameField, nameValue } from "./edits.js";

const PAGE = 50;

/** Characters of a value that are shown at once. */
const SHOWN = 240;

const CHANGES = ["added", "changed", "removed"];

/** @typedef {{ entity: string, id: number, month: string, compared_with: string, change: string, path: string, before: string | null, after: string | null, name: string | null, artist: string | null, year: number | null }} Edit */
/** @typedef {{ changes: Edit[], has_more: boolean }} Edits */
/** @typedef {{ compared_with: string | null, counts: { entity: string, change: string, records: number, edits: number }[] }} Counts */

/** Types by their plurals. @type {Record<string, Kind>} */
const TYPES = Object.fromEntries(Object.entries(PLURALS).map(([kind, plurals]) => [plurals, /** @type {Kind} */ (kind)]));

/** @param {string} month @param {"long" | "short"} [style] */
export const nameMonth = (month, style = "long") =>
  new Date(`${month}-01T00:00:00Z`).toLocaleDateString("en", { month: style, year: "numeric", timeZone: "UTC" });

export function MonthsPane() {
  const query = useQuery();
  const record = parseKey(query.get("of"));
  const month = query.get("in");
  useEffect(() => { document.title = "Months – discogs explorer"; }, []);
  if (record && !isNamed(record)) return h(History, { record });
  return month && /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? h(Changes, { month }) : h(Loaded, null);
}

function Loaded() {
  const { answer, problem, retry } = useAnswer("months");
  const stats = useAnswer("graph/stats");
  if (problem) return h(Failure, { problem, alone: true, retry });
  if (!answer) return h(Loading, { lines: 6, text: "Loading months" });
  const { published, months } = /** @type {Months} */ (answer);
  return h("div", { class: "months" },
    h("h1", null, `You are looking at ${nameMonth(published)}`),
    h("p", { class: "hint" }, "Discogs publishes its data once a month. Everything on this page is of one month; it changes when the next one is published."),
    stats.answer && h(Contents, { stats: /** @type {Statistics} */ (stats.answer) }),
    h(Scroll, { label: "Months" }, h("table", null,
      h("caption", null, "Months that are loaded"),
      h("thead", null, h("tr", null, ["Month", "State", "Tables", "Graph", "Search", "Changes"].map((name) => h("th", { key: name, scope: "col" }, name)))),
      h("tbody", null, months.map((each) => h("tr", { key: each.month },
        h("th", { scope: "row" }, nameMonth(each.month)),
        h("td", null, each.published ? "published" : "loaded, not shown"),
        h("td", null, number(each.tables)), h("td", null, each.graph ? "yes" : "no"), h("td", null, each.search ? "yes" : "no"),
        h("td", null, each.month <= published && h("a", { href: link({ pane: "months", in: each.month }), "aria-label": `What changed in ${nameMonth(each.month)}` }, "what changed"))))))));
}

/** @param {{ stats: Statistics }} props */
function Contents({ stats }) {
  const all = [...Object.entries(stats.counts), ["links between them", stats.total_relationships]];
  return h("dl", { class: "counts" }, all.map(([name, count]) => h("div", { key: name }, h("dt", null, name), h("dd", null, number(Number(count))))));
}

/** @param {{ month: string }} props */
function Changes({ month }) {
  const query = useQuery();
  const [entity, kind] = [query.get("entity"), query.get("change")];
  const counts = /** @type {import("../core/api.js").Awaited<Counts>} */ (useAnswer(`changes/${month}/counts`));
  const offset = readOffset(query);
  const edits = /** @type {import("../core/api.js").Awaited<Edits>} */ (
    useAnswer(`changes/${month}`, { entity, change: kind, limit: PAGE, offset }));
  const failed = [counts, edits].find((each) => each.problem);
  if (failed?.problem) return h(Failure, { problem: failed.problem, alone: true, retry: failed.retry, missing: "That month is newer than the one you look at." });
  if (!counts.answer || !edits.answer) return h(Loading, { lines: 8, text: "Loading changes" });
  const { compared_with: older, counts: all } = counts.answer;
  return h("div", { class: "months", "aria-busy": edits.loading },
    h("p", null, h("a", { href: link({ pane: "months" }) }, "← All months")),
    h("h1", null, `What changed in ${nameMonth(month)}`),
    older
      ? h("p", { class: "hint" }, `Compared with ${nameMonth(older)}, the newest older month that is loaded.`)
      : h(Empty, { title: "Nothing to compare with" }, "No older month was loaded, or nothing differs."),
    older && h(CountTable, { counts: all, entity, kind }),
    older && h(EditTable, { edits: edits.answer.changes, caption: "Edits, by record", dated: false }),
    h(Pages, { offset, size: PAGE, shown: edits.answer.changes.length, more: edits.answer.has_more }));
}

/** @param {{ counts: Counts["counts"], entity: string | null, kind: string | null }} props */
function CountTable({ counts, entity, kind }) {
  const find = (/** @type {string} */ name, /** @type {string} */ each) => counts.find((row) => row.entity === name && row.change === each);
  const show = (/** @type {Record<string, string | null>} */ filter) => change({ entity: null, change: null, offset: null, ...filter });
  return h(Scroll, { label: "Counts" }, h("table", { class: "change-counts" },
    h("caption", null, "Records ", (entity || kind) && h("a", { href: show({}) }, "Show all kinds of changes")),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "Kind"), CHANGES.map((each) => h("th", { key: each, scope: "col", class: "figure" }, each)))),
    h("tbody", null, [...new Set(counts.map((each) => each.entity))].map((name) => h("tr", { key: name },
      h("th", { scope: "row" }, h("a", { href: show({ entity: name }), "aria-current": entity === name && !kind ? "true" : undefined }, name)),
      CHANGES.map((each) => h("td", { key: each, class: "figure" }, find(name, each)
        ? h("a", { href: show({ entity: name, change: each }), "aria-label": `${plural(find(name, each)?.records || 0, "record")} of ${name} ${each}`, "aria-current": entity === name && kind === each ? "true" : undefined }, number(find(name, each)?.records || 0))
        : "–")))))));
}

/** Edits under headings: records, or months if they are `dated`, which are all of one record. @param {{ edits: Edit[], caption: string, dated: boolean }} props */
function EditTable({ edits, caption, dated }) {
  return h(Scroll, { label: caption }, h("table", { class: "edits" },
    h("caption", null, caption),
    h("thead", null, h("tr", null, ["What", "Before", "After"].map((name) => h("th", { key: name, scope: "col" }, name)))),
    groupBy(edits, ({ month, entity, id }) => `${month} ${entity} ${id}`).map(([key, group]) => h("tbody", { key },
      h("tr", { class: "heading" }, h("th", { colSpan: 3, scope: "rowgroup" }, h(dated ? MonthLink : RecordLink, { edit: group[0] }))),
      group.map(({ path, before, after }) => h("tr", { key: path },
        h("th", { scope: "row", title: path, dir: "auto" }, nameField(path)),
        h("td", null, h(Value, { path, value: before })), h("td", null, h(Value, { path, value: after }))))))));
}

/** @param {{ edit: Edit }} props */
const MonthLink = ({ edit }) => h("span", null, h("a", { href: link({ pane: "months", in: edit.month }) }, nameMonth(edit.month)), ` ${edit.change}`);

/** @param {{ edit: Edit }} props */
function RecordLink({ edit }) {
  const type = TYPES[edit.entity];
  const entity = { type, id: edit.id, name: edit.name || (edit.change === "changed" ? null : edit.after || edit.before) };
  const more = [edit.artist, edit.year].filter(Boolean).join(", ");
  return h("span", null, edit.change === "removed" ? h("bdi", null, nameOf(entity)) : h(EntityLink, { entity }),
    " ", h(KindBadge, { kind: type }), ` ${edit.change}`, more && h("span", { class: "option-more", dir: "auto" }, more), " ",
    h("a", { class: "count", href: link({ pane: "months", of: keyOf(entity) }), "aria-label": `History of ${type} ${edit.id}` }, "history"));
}

/** @param {{ path: string, value: string | null }} props */
function Value({ path, value }) {
  if (value === null) return "–";
  const text = nameValue(path, value);
  if (text.length <= SHOWN) return h("span", { class: "lines", dir: "auto" }, text);
  return h("details", { class: "lines" }, h("summary", { dir: "auto" }, `${[...text].slice(0, SHOWN).join("")}…`), h("span", { dir: "auto" }, text));
}

/** @param {{ record: Named }} props */
function History({ record }) {
  const offset = readOffset(useQuery());
  const node = useAnswer(`node/${record.id}`, { type: record.type });
  const { answer, problem, loading, retry } = useAnswer(`${PLURALS[record.type]}/${record.id}/history`, { limit: PAGE, offset });
  const found = /** @type {Edits | null} */ (answer);
  const named = { ...record, name: /** @type {Named | null} */ (node.answer)?.name || null };
  if (problem) return h(Failure, { problem, alone: true, retry });
  if (!found) return h(Loading, { lines: 8, text: "Loading the history" });
  return h("div", { class: "months", "aria-busy": loading },
    h("p", null, h("a", { href: link({ pane: "months" }) }, "← All months")),
    h("h1", null, "History of ", node.problem ? h("bdi", null, nameOf(named)) : h(EntityLink, { entity: named }), " ", h(KindBadge, { kind: record.type })),
    found.changes.length
      ? h(EditTable, { edits: found.changes, caption: "Edits, the oldest first", dated: true })
      : h(Empty, { title: "No edits" }, "The record was never edited between the months that are loaded."),
    h(Pages, { offset, size: PAGE, shown: found.changes.length, more: found.has_more }));
}

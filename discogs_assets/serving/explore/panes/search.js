/** Search: all hits of a text, with facets that count and narrow, in pages. */
import { classes, h, number, plural, useEffect, useState } from "../core/dom.js";
import { useAnswer, usePromise } from "../core/api.js";
import { exploreLink, PLURALS } from "../core/entities.js";
import { change, useQuery } from "../core/router.js";
import { column } from "../parts/columns.js";
import { Downloads } from "../parts/downloads.js";
import { KindBadge } from "../parts/entity.js";
import { Pages, readOffset } from "../parts/pages.js";
import { Empty, Failure, Loading } from "../parts/states.js";
import { completePersons } from "./person.js";

const PAGE = 20;
const PERSONS = 5;
const VALUES = 8;
const LISTS = ["types", "genres", "formats", "countries"];

/** @type {Kind[]} */
const WORKS = ["release", "master"];

export function Search() {
  const query = useQuery();
  const text = query.get("q") || "";
  const decade = query.get("decade");
  const offset = readOffset(query);
  const years = /^\d{4}s$/.test(decade || "") ? parseInt(String(decade), 10) : null;
  const { answer, problem, loading, retry } = useAnswer(text ? "search" : null, {
    q: text, ...Object.fromEntries(LISTS.map((name) => [name, query.getAll(name)])),
    year_min: years, year_max: years && years + 9, limit: PAGE, offset,
  });
  useEffect(() => { document.title = text ? `${text} – search` : "Search"; }, [text]);
  if (!text) return h(Empty, { title: "What are you looking for?" }, "Type a name, a title or a catalogue number in the box at the top, and press Enter.");
  if (problem) return h(Failure, { problem, alone: true, retry });
  if (!answer) return h(Loading, { lines: 12, text: "Searching" });
  return h(Found, { text, page: /** @type {SearchPage} */ (answer), loading });
}

/** @param {{ text: string, page: SearchPage, loading: boolean }} props */
function Found({ text, page, loading }) {
  const query = useQuery(), filters = [...LISTS, "decade"].flatMap((name) => query.getAll(name));
  return h("div", { class: "search", "aria-busy": loading },
    h(Filters, { facets: page.facets }),
    h("section", { class: "results" },
      h("div", { role: "status" }, h("h1", null, `${page.total ? plural(page.total, "hit") : "No artist, label, master or release"} for “`, h("bdi", null, text), "”")),
      h(Persons, { text }),
      page.results.length
        ? h("ol", { class: "plain hits" }, page.results.map((hit) => h(HitRow, { key: `${hit.type}:${hit.id}`, hit })))
        : h(Empty, { title: "No record has all of these words" }, page.suggestions.length > 0 && h("p", null, "Did you mean ",
          page.suggestions.map((name, place) => [place > 0 && " or ", h("a", { href: change({ q: name, offset: null }) }, h("bdi", null, name))]), "?"),
        "Try fewer words, or take a filter away. Accents, case and punctuation do not matter."),
      page.results.length > 0 && h(Downloads, { title: ["Hits for", text, ...filters].join(" "), columns: HIT_COLUMNS, rows: page.results }),
      h(Pages, { offset: page.pagination.offset, size: PAGE, shown: page.results.length, total: page.total, more: page.pagination.has_more })));
}

/** @param {{ facets: SearchPage["facets"] }} props */
function Filters({ facets }) {
  const types = facets.type.map(({ name, count }) => ({ name, count, label: PLURALS[/** @type {Kind} */ (name)] || name }));
  return h("nav", { class: "filters", "aria-label": "Filters" },
    h(Facet, { title: "Type", name: "types", options: types }),
    h(Facet, { title: "Genre", name: "genres", options: facets.genre }),
    h(Facet, { title: "Format", name: "formats", options: facets.format, most: VALUES }),
    h(Facet, { title: "Country", name: "countries", options: facets.country, most: VALUES }),
    h(Facet, { title: "Decade", name: "decade", options: facets.decade }));
}

/** Values to filter by; those beyond `most` are shown on demand. @param {{ title: string, name: string, options: (FacetCount & { label?: string })[], most?: number }} props */
function Facet({ title, name, options, most = Infinity }) {
  const chosen = useQuery().getAll(name);
  const missing = chosen.filter((each) => !options.some((option) => option.name === each));
  const all = [...missing.map((each) => ({ name: each, count: 0, label: each })), ...options];
  const [whole, setWhole] = useState(false);
  if (!all.length) return null;
  const shown = all.filter((option, place) => whole || place < most || chosen.includes(option.name));
  return h("section", { class: "facet" }, h("h2", null, title),
    h("ul", { class: "plain" }, shown.map((option) => {
      const on = chosen.includes(option.name);
      return h("li", { key: option.name }, h("a", {
        class: classes("facet-value", on && "on"), "aria-current": on ? "true" : undefined,
        href: change({ [name]: on ? null : option.name, offset: null }),
      }, h("bdi", null, option.label || option.name), h("span", { class: "count" }, on ? "✕" : number(option.count))));
    }), shown.length < all.length && h("li", null, h("button", { class: "quiet facet-more", type: "button", onClick: () => setWhole(true) },
      `All ${all.length} ${name}`))));
}

/** @param {{ hit: Hit }} props */
function HitRow({ hit }) {
  const { subtitle, year, country, formats, label, catno, genres, styles, release_count: releases } = hit.metadata;
  const works = WORKS.includes(hit.type);
  const more = [subtitle, year, country, formats.join(", "), [label, catno].filter(Boolean).join(" – "), ...genres.slice(0, 2), ...styles.slice(0, 3), !works && releases ? plural(releases, "release") : null];
  return h("li", { class: "hit" },
    h("a", { href: exploreLink(hit) }, h("bdi", null, convertMarks(hit.highlight))),
    h(KindBadge, { kind: hit.type }),
    h("p", { class: "option-more", dir: "auto" }, more.filter(Boolean).join(" · ")));
}

/** Credited persons with these words in their names: they need no record of their own. @param {{ text: string }} props */
function Persons({ text }) {
  const { answer } = usePromise(text, (signal) => completePersons(text, signal, PERSONS));
  return answer?.length ? h("p", null, "Credited on records: ", answer.map((each, place) => h("span", { key: each.href }, place > 0 && ", ",
    h("a", { class: "entity", href: each.href }, h("bdi", null, each.name)), ` (${each.subtitle})`))) : null;
}

/** @param {(hit: Hit["metadata"]) => import("../parts/files.js").Cell} find @returns {(hit: Hit) => import("../parts/files.js").Cell} */
const of = (find) => (hit) => find(hit.metadata);

const HIT_COLUMNS = [
  column("type", "Type", (/** @type {Hit} */ hit) => hit.type),
  column("id", "Id", (/** @type {Hit} */ hit) => hit.id),
  column("name", "Name", (/** @type {Hit} */ hit) => hit.name),
  column("artist", "Artist", (/** @type {Hit} */ hit) => (WORKS.includes(hit.type) ? hit.metadata.subtitle : null)),
  column("year", "Year", of((found) => found.year)),
  column("country", "Country", of((found) => found.country)),
  column("formats", "Format", of((found) => found.formats)),
  column("label", "Label", of((found) => found.label)),
  column("catno", "Catalogue number", of((found) => found.catno)),
  column("genres", "Genres", of((found) => found.genres)),
  column("styles", "Styles", of((found) => found.styles)),
  column("release_count", "Number of releases", of((found) => found.release_count)),
];

/** @type {Record<string, string>} */
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };

/** Text with words in <b>, as elements; everything else in it stays text. @param {string} marked @returns {Child[]} */
export function convertMarks(marked) {
  const read = (/** @type {string} */ text) => text.replace(/&(amp|lt|gt|quot|#x27);/g, (entity) => ENTITIES[entity]);
  return marked.split(/(<b>.*?<\/b>)/).map((part, place) =>
    place % 2 ? h("mark", { key: place }, read(part.slice(3, -4))) : read(part));
}

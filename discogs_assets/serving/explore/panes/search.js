/** Search: all hits of a text, with facets that count and narrow, in pages. */
import { classes, h, number, plural, useEffect } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { exploreLink, PLURALS } from "../core/entities.js";
import { change, useQuery } from "../core/router.js";
import { KindBadge } from "../parts/entity.js";
import { Pages, readOffset } from "../parts/pages.js";
import { Empty, Failure, Loading } from "../parts/states.js";

const PAGE = 20;

export function Search() {
  const query = useQuery();
  const text = query.get("q") || "";
  const decade = query.get("decade");
  const offset = readOffset(query);
  const years = /^\d{4}s$/.test(decade || "") ? parseInt(String(decade), 10) : null;
  const { answer, problem, loading, retry } = useAnswer(text ? "search" : null, {
    q: text, types: query.getAll("types"), genres: query.getAll("genres"),
    year_min: years, year_max: years && years + 9, limit: PAGE, offset,
  });
  useEffect(() => { document.title = text ? `${text} – search` : "Search"; }, [text]);
  if (!text) return h(Empty, { title: "What are you looking for?" }, "Type a name, a title or a catalogue number in the box at the top, and press Enter.");
  if (problem) return h(Failure, { problem, retry });
  if (!answer) return h(Loading, { lines: 12, text: "Searching" });
  return h(Found, { text, page: /** @type {SearchPage} */ (answer), loading });
}

/** @param {{ text: string, page: SearchPage, loading: boolean }} props */
function Found({ text, page, loading }) {
  return h("div", { class: "search", "aria-busy": loading },
    h(Filters, { facets: page.facets }),
    h("section", { class: "results" },
      h("div", { role: "status" }, h("h1", null, `${plural(page.total, "hit")} for “`, h("bdi", null, text), "”")),
      page.results.length
        ? h("ol", { class: "plain hits" }, page.results.map((hit) => h(HitRow, { key: `${hit.type}:${hit.id}`, hit })))
        : h(Empty, { title: "Nothing has all of these words" }, "Try fewer words, or take a filter away. Accents, case and punctuation do not matter."),
      h(Pages, { offset: page.pagination.offset, size: PAGE, shown: page.results.length, total: page.total, more: page.pagination.has_more })));
}

/** @param {{ facets: SearchPage["facets"] }} props */
function Filters({ facets }) {
  const types = facets.type.map(({ name, count }) => ({ name, count, label: PLURALS[/** @type {Kind} */ (name)] || name }));
  return h("nav", { class: "filters", "aria-label": "Filters" },
    h(Facet, { title: "Type", name: "types", options: types }),
    h(Facet, { title: "Genre", name: "genres", options: facets.genre }),
    h(Facet, { title: "Decade", name: "decade", options: facets.decade }));
}

/** @param {{ title: string, name: string, options: (FacetCount & { label?: string })[] }} props */
function Facet({ title, name, options }) {
  const chosen = useQuery().getAll(name);
  const missing = chosen.filter((each) => !options.some((option) => option.name === each));
  const all = [...options, ...missing.map((each) => ({ name: each, count: 0, label: each }))];
  if (!all.length) return null;
  return h("section", { class: "facet" }, h("h2", null, title),
    h("ul", { class: "plain" }, all.map((option) => {
      const on = chosen.includes(option.name);
      return h("li", { key: option.name }, h("a", {
        class: classes("facet-value", on && "on"), "aria-current": on ? "true" : undefined,
        href: change({ [name]: on ? null : option.name, offset: null }),
      }, h("bdi", null, option.label || option.name), h("span", { class: "count" }, on ? "✕" : number(option.count))));
    })));
}

/** @param {{ hit: Hit }} props */
function HitRow({ hit }) {
  const { subtitle, year, genres, styles, release_count: releases } = hit.metadata;
  const works = hit.type === "release" || hit.type === "master";
  const more = [subtitle, year, ...genres.slice(0, 2), ...styles.slice(0, 3), !works && releases ? plural(releases, "release") : null];
  return h("li", { class: "hit" },
    h("a", { href: exploreLink(hit) }, h("bdi", null, convertMarks(hit.highlight))),
    h(KindBadge, { kind: hit.type }),
    h("p", { class: "option-more", dir: "auto" }, more.filter(Boolean).join(" · ")));
}

/** @type {Record<string, string>} */
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };

/** Text with words in <b>, as elements; everything else in it stays text. @param {string} marked @returns {Child[]} */
export function convertMarks(marked) {
  const read = (/** @type {string} */ text) => text.replace(/&(amp|lt|gt|quot|#x27);/g, (entity) => ENTITIES[entity]);
  return marked.split(/(<b>.*?<\/b>)/).map((part, place) =>
    place % 2 ? h("mark", { key: place }, read(part.slice(3, -4))) : read(part));
}

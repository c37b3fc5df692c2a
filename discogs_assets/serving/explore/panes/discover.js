/** Discover: artists similar to one, and where to go from an entity in a few steps, with the reasons. */
import { h, useEffect } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { keyOf, nameOf, parseKey } from "../core/entities.js";
import { change, go, useQuery } from "../core/router.js";
import { Bars } from "../parts/bars.js";
import { Choice, useChoice } from "../parts/choice.js";
import { column, entity, percent } from "../parts/columns.js";
import { EntityLink, KindBadge } from "../parts/entity.js";
import { Pages, readOffset } from "../parts/pages.js";
import { Picker } from "../parts/picker.js";
import { Empty, Failure, Loading } from "../parts/states.js";
import { Plot, Table } from "../parts/table.js";

/** @typedef {{ artist_id: number, artist_name: string | null, similarity: number, breakdown: Record<string, number>, release_count: number, shared_genres: string[], shared_labels: string[] }} Similar */
/** @typedef {Named & { score: number, path: Named[], reason: string }} Discovery */

const PAGE = 10;
const DISCOVERIES = 30;

/** @type {import("../parts/choice.js").Options} */
const HOPS = [["2", "2 steps"], ["1", "1 step"], ["3", "3 steps"]];

export function DiscoverPane() {
  const from = parseKey(useQuery().get("from"));
  useEffect(() => { document.title = "Discover – discogs explorer"; }, []);
  const { answer } = useAnswer(from ? `node/${encodeURIComponent(String(from.id))}` : null, { type: from?.type });
  const found = /** @type {Named | null} */ (answer);
  return h("div", { class: "discover" },
    h("h1", null, "What to hear next"),
    h("div", { class: "ends" }, h(Picker, {
      label: "Start from", visible: true, placeholder: "Artist, label, record, genre…", text: found ? nameOf(found) : "",
      onPick: (picked) => go(change({ from: keyOf(picked), offset: null })),
    })),
    !from && h(Empty, { title: "Choose where to start" }, "An artist leads to similar artists and to those it worked with; a label, genre or style to its most important artists; a record to whom it is by."),
    from && h(Discoveries, { key: keyOf(from), from }),
    from?.type === "artist" && h(SimilarArtists, { id: Number(from.id) }));
}

const DISCOVERY_COLUMNS = [
  column("name", "Discovery", (/** @type {Discovery} */ row) => nameOf(row), (row) => h("span", { class: "pair" }, h(EntityLink, { entity: row }), h(KindBadge, { kind: row.type }))),
  column("score", "Score", (/** @type {Discovery} */ row) => row.score, (row) => percent(100 * row.score)),
  column("path", "By way of", (/** @type {Discovery} */ row) => row.path.slice(1, -1).map(nameOf), (row) => (row.path.length > 2
    ? row.path.slice(1, -1).map((each, place) => h("span", { key: place }, place > 0 && " → ", h(EntityLink, { entity: each }))) : "–")),
  column("reason", "Reason", (/** @type {Discovery} */ row) => row.reason),
  column("id", "Next", (/** @type {Discovery} */ row) => String(row.id), (row) => h("a", { href: change({ from: keyOf(row), offset: null }), "aria-label": `Go on from ${nameOf(row)}` }, "from here")),
];

/** @param {{ from: Named }} props */
function Discoveries({ from }) {
  const hops = useChoice("hops", HOPS);
  const { answer, problem, loading, retry } = useAnswer(`recommend/explore/${from.type}/${encodeURIComponent(String(from.id))}`, { hops, limit: DISCOVERIES });
  const found = /** @type {{ from: Named, discoveries: Discovery[] } | null} */ (answer);
  return h("section", { "aria-busy": loading }, h("h2", null, "From here"),
    h("p", { class: "hint" }, "Each step leads to similar artists (from 10 % on) and collaborators, or to the artists of a label, genre or record. The score multiplies the weights of the steps, each relative to the strongest: a long way scores little."),
    h(Choice, { label: "At most", name: "hops", options: HOPS }),
    problem && h(Failure, { problem, retry }),
    !found && !problem && h(Loading, { lines: 16, text: "Looking around" }),
    found && (found.discoveries.length
      ? h(Table, { title: `Discoveries from ${nameOf(found.from)}`, said: true, columns: DISCOVERY_COLUMNS, rows: found.discoveries })
      : h(Empty, { title: "Nothing leads on from here" }, "It has no similar artist, no collaborator and no main artist that the month knows.")));
}

const SIMILAR_COLUMNS = [
  entity("artist", "Artist", "artist", (/** @type {Similar} */ row) => ({ id: row.artist_id, name: row.artist_name })),
  column("similarity", "Similarity", (/** @type {Similar} */ row) => row.similarity, (row) => percent(100 * row.similarity)),
  ...["genre", "style", "label", "collaborator"].map((name) =>
    column(name, `By ${name}`, (/** @type {Similar} */ row) => row.breakdown[name], (row) => percent(100 * row.breakdown[name]))),
  column("releases", "Releases", (/** @type {Similar} */ row) => row.release_count),
  column("shared_genres", "Genres of both", (/** @type {Similar} */ row) => row.shared_genres),
  column("shared_labels", "Labels of both", (/** @type {Similar} */ row) => row.shared_labels),
];

/** @param {{ id: number }} props */
function SimilarArtists({ id }) {
  const offset = readOffset(useQuery());
  const { answer, problem, loading, retry } = useAnswer(`recommend/similar/artist/${id}`, { limit: PAGE, offset });
  const page = /** @type {{ artist_name: string | null, similar: Similar[], total: number, has_more: boolean } | null} */ (answer);
  const title = page && `Artists similar to ${page.artist_name}`;
  return h("section", { "aria-busy": loading }, h("h2", null, "Similar artists"),
    h("p", { class: "hint" }, "How alike their releases are by genre (counts for 35 %), style (25 %), label (25 %) and collaborator (15 %)."),
    problem && h(Failure, { problem, retry, missing: "An artist is compared with others from three releases as a main artist on." }),
    !page && !problem && h(Loading, { lines: 16, text: "Loading similar artists" }),
    page && title && (page.similar.length
      ? h(Plot, { title, columns: SIMILAR_COLUMNS, rows: page.similar, open: true, children: h(Bars, { label: title, most: 1, format: (value) => percent(100 * value), bars: page.similar.map((each) => ({ name: each.artist_name || `artist ${each.artist_id}`, values: [each.similarity] })) }) })
      : h(Empty, { title: "No artist resembles it" }, "None shares a frequent style, label or collaborator.")),
    page && h(Pages, { offset, size: PAGE, shown: page.similar.length, total: page.total, more: page.has_more }));
}

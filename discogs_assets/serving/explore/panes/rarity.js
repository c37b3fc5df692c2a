/** Rarity: the rarest releases and hidden gems, of all or of one artist or label, with what makes up each score. */
import { h, useEffect } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { keyOf, nameOf, parseKey } from "../core/entities.js";
import { change, go, useQuery } from "../core/router.js";
import { Choice, optionsOf, Segments, useChoice } from "../parts/choice.js";
import { column, digits, score } from "../parts/columns.js";
import { Pages, readOffset } from "../parts/pages.js";
import { Picker } from "../parts/picker.js";
import { Empty, Failure, Loading } from "../parts/states.js";
import { Table } from "../parts/table.js";
import { Breakdown, Meaning, TIERS } from "./rarity_score.js";

/** @typedef {{ release_id: number, title: string | null, artist: string | null, year: number | null, rarity_score: number, tier: string, hidden_gem_score: number }} Rated */
/** @typedef {{ items: Rated[], total: number, offset: number, has_more: boolean, name?: string | null }} Ranking */

const PAGE = 20;

/** @typedef {import("../parts/choice.js").Options} Options */

/** @type {Options} */
const LISTS = [["rarest", "Rarest"], ["gems", "Hidden gems"]];

/** @type {Options} */
const TIER_OPTIONS = [["", "every tier"], ...optionsOf(Object.keys(TIERS))];

/** Least rarity of hidden gems: 41, as the API has it, or the tiers' bounds. */
const LEAST = optionsOf(["41", "0", "20", "60", "80"]);

export function RarityPane() {
  const query = useQuery();
  const release = Number(query.get("r")) || null;
  const of = parseKey(query.get("of"));
  useEffect(() => { document.title = "Rarity – discogs explorer"; }, []);
  return h("div", { class: "rarity" },
    h("h1", null, "How rare is it?"),
    h(Meaning, null),
    release && h(Breakdown, { key: release, release }),
    h(Owner, { of: of && (of.type === "artist" || of.type === "label") ? of : null }));
}

/** @param {{ of: Named | null }} props */
function Owner({ of }) {
  const list = useChoice("list", LISTS);
  const [tier, least] = [useChoice("tier", TIER_OPTIONS), useChoice("min", LEAST)];
  const offset = readOffset(useQuery());
  const gems = list === "gems";
  const path = of ? `rarity/${of.type}/${of.id}` : gems ? "rarity/hidden-gems" : "rarity/leaderboard";
  const filters = of ? { sort: gems ? "gem" : null } : gems ? { min_rarity: least } : { tier };
  const { answer, problem, loading, retry } = useAnswer(path, { limit: PAGE, offset, ...filters });
  const page = /** @type {Ranking | null} */ (answer);
  const name = of && (page?.name || nameOf(of));
  const title = `${gems ? "Hidden gems" : "Rarest releases"}${of ? ` of ${name}` : !gems && tier ? `: ${tier}` : ""}`;
  return h("section", { "aria-busy": loading },
    h("div", { class: "ends" },
      h(Picker, {
        label: "Releases of", visible: true, placeholder: "All artists and labels", kinds: ["artist", "label"], text: (of && page?.name) || "",
        onPick: (entity) => go(change({ of: keyOf(entity), offset: null })),
      }),
      h("div", { class: "choices" },
        h(Segments, { label: "List", name: "list", options: LISTS }),
        of && h("a", { class: "button", href: change({ of: null, offset: null }) }, "All artists and labels"),
        !of && !gems && h(Choice, { label: "Tier", name: "tier", options: TIER_OPTIONS }),
        !of && gems && h(Choice, { label: "Rarity at least", name: "min", options: LEAST }))),
    problem && h(Failure, { problem, retry }),
    !page && !problem && h(Loading, { lines: 22, text: "Loading releases" }),
    page && (page.items.length
      ? h(Table, { title, columns: COLUMNS, rows: page.items })
      : h(Empty, { title: "No release is that rare" }, of ? "It has no release as a main artist or label." : "Choose another tier, or a lower score.")),
    page && h(Pages, { offset, size: PAGE, shown: page.items.length, total: page.total, more: page.has_more }));
}

const COLUMNS = [
  column("title", "Release", (/** @type {Rated} */ row) => row.title, (row) => h("a", { class: "entity", href: change({ r: row.release_id }), title: "Why it is rare" }, h("bdi", null, row.title || `release ${row.release_id}`))),
  column("artist", "Artist", (/** @type {Rated} */ row) => row.artist),
  digits("year", "Year", (/** @type {Rated} */ row) => row.year),
  column("rarity_score", "Rarity", (/** @type {Rated} */ row) => row.rarity_score,
    (row) => h("a", { href: change({ r: row.release_id }), "aria-label": `${score(row.rarity_score)}: why ${row.title} is ${row.tier}` }, `${score(row.rarity_score)} – why?`)),
  column("tier", "Tier", (/** @type {Rated} */ row) => row.tier, (row) => h("span", { class: `tier ${row.tier}` }, row.tier)),
  column("hidden_gem_score", "Gem", (/** @type {Rated} */ row) => row.hidden_gem_score, (row) => score(row.hidden_gem_score)),
  digits("release_id", "Release id", (/** @type {Rated} */ row) => row.release_id),
];

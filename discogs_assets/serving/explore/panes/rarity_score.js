/** The score of a release's rarity: its meaning in words, and its parts as bars. */
import { h } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { exploreLink, nameOf } from "../core/entities.js";
import { change } from "../core/router.js";
import { Bars } from "../parts/bars.js";
import { column, percent, score } from "../parts/columns.js";
import { Failure, Loading } from "../parts/states.js";
import { Plot } from "../parts/table.js";

/** Least score of each tier, and its meaning. @type {Record<string, [number, string]>} */
export const TIERS = {
  "ultra-rare": [80, "a very high mean, such as that of the only pressing of an old record on a small label; single signals may be low"],
  rare: [60, "a high mean: most of the weight is on high signals, such as few and old pressings"],
  scarce: [40, "a middling mean: some signals are high"],
  uncommon: [20, "a low mean: pressed several times, or recently"],
  common: [0, "a very low mean: pressed often, recently, in usual formats"],
};

/** Signals: title, and the meaning of a high value. @type {Record<string, [string, string]>} */
const SIGNALS = {
  pressing_scarcity: ["Few pressings", "The fewer releases its master has in this month’s data, the more; a release without a master has 90."],
  temporal_scarcity: ["Age", "1.5 points a year, up to 100; 40 fewer if another release of its master is at most 10 years old."],
  graph_isolation: ["Few connections", "The fewer artists, labels, genres and credits it is linked to, the more."],
  label_catalog: ["Small label", "The fewer releases its smallest label has in this month’s data, the more. In a sample of a month nearly every label is small."],
  format_rarity: ["Rare format", "Its rarest format counts, from 100 for a test pressing down to 5 for a file."],
};

/** @typedef {{ release_id: number, title: string | null, artist: string | null, year: number | null, rarity_score: number, tier: string, hidden_gem_score: number, breakdown: Record<string, { score: number, weight: number }> }} Rarity */

export function Meaning() {
  return h("details", { class: "meaning" }, h("summary", null, "What the scores mean"),
    h("p", null, "Rarity is the weighted mean of five signals, each from 0 to 100. It is computed from the records of Discogs, which do not say how many copies there are: it measures how little a release is documented and repeated, not its price."),
    h("dl", { class: "facts" }, Object.entries(TIERS).map(([name, [least, meaning]]) =>
      h("div", { key: name }, h("dt", null, h("span", { class: `tier ${name}` }, name), ` from ${least}`), h("dd", null, meaning)))),
    h("dl", { class: "facts" }, Object.entries(SIGNALS).map(([name, [title, meaning]]) => h("div", { key: name }, h("dt", null, title), h("dd", null, meaning)))),
    h("p", null, "A hidden gem is a rare release of somebody famous: its rarity times the fame of its artist, label and genre, which is their place among all by number of relationships, from 0 to 1."));
}

/** @param {{ release: number }} props */
export function Breakdown({ release }) {
  const { answer, problem, retry } = useAnswer(`rarity/${release}`);
  return h("section", { class: "breakdown", "aria-label": "Score of a release" },
    problem && h(Failure, { problem, retry }),
    !answer && !problem && h(Loading, { lines: 9, text: "Loading the score" }),
    answer && h(Score, { rarity: /** @type {Rarity} */ (answer) }),
    h("div", { class: "actions" },
      h("a", { class: "button", href: exploreLink({ type: "release", id: release, name: null }) }, "Show the release"),
      h("a", { class: "button", href: change({ r: null }) }, "Close")));
}

/** @typedef {{ name: string, score: number, weight: number }} Signal */

/** @param {{ rarity: Rarity }} props */
function Score({ rarity }) {
  const entity = /** @type {Named} */ ({ type: "release", id: rarity.release_id, name: rarity.title });
  const rows = Object.entries(rarity.breakdown).map(([name, each]) => ({ name, ...each })).sort((a, b) => b.weight - a.weight);
  const title = `Rarity of ${rarity.title || `release ${rarity.release_id}`}`;
  return h("div", null,
    h("h2", null, h("bdi", null, nameOf(entity)), rarity.artist && h("span", { class: "count" }, " by ", h("bdi", null, rarity.artist))),
    h("p", null, `Rarity ${score(rarity.rarity_score)} of 100: `, h("span", { class: `tier ${rarity.tier}` }, rarity.tier), `, ${TIERS[rarity.tier]?.[1]}. As a hidden gem: ${score(rarity.hidden_gem_score)}.`),
    h(Plot, {
      title, columns: COLUMNS, rows, open: true,
      children: h(Bars, { label: title, most: 100, format: score, bars: rows.map((each) => ({ name: `${SIGNALS[each.name]?.[0] || each.name}, weight ${percent(100 * each.weight)}`, values: [each.score] })) }),
    }));
}

const COLUMNS = [
  column("signal", "Signal", (/** @type {Signal} */ row) => row.name, (row) => SIGNALS[row.name]?.[0] || row.name),
  column("score", "Value", (/** @type {Signal} */ row) => row.score),
  column("weight", "Weight", (/** @type {Signal} */ row) => row.weight, (row) => percent(100 * row.weight)),
  column("points", "Points", (/** @type {Signal} */ row) => row.score * row.weight, (row) => score(row.score * row.weight)),
];

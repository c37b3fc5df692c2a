/** The panes of the page, in the order of their tabs. */
import { CreditsPane } from "./credits.js";
import { DiscoverPane } from "./discover.js";
import { Explore } from "./explore.js";
import { Genres } from "./genres.js";
import { InsightsPane } from "./insights.js";
import { LabelsPane } from "./labels.js";
import { MonthsPane } from "./months.js";
import { Path } from "./path.js";
import { RarityPane } from "./rarity.js";
import { Search } from "./search.js";
import { StatusPane } from "../status/pane.js";
import { TimePane } from "./time.js";
import { TrendsPane } from "./trends.js";

/**
 * @typedef {object} Pane
 * @property {string} name in the URL
 * @property {string} title
 * @property {() => Child} view
 * @property {string} [path] a path of its own instead of a parameter
 * @property {(entity: string) => import("../core/router.js").Parameters} [carry] parameters for an entity that is shown
 */

/** @param {string} key @param {...Kind} types */
const isOf = (key, ...types) => types.some((type) => key.startsWith(`${type}:`));

/** @param {string} key */
function carryRarity(key) {
  if (isOf(key, "release")) return { r: key.slice("release:".length) };
  return isOf(key, "artist", "label") ? { of: key } : {};
}

/** @type {Pane[]} */
export const PANES = [
  { name: "explore", title: "Explore", view: Explore },
  { name: "search", title: "Search", view: Search },
  { name: "path", title: "Path", view: Path, carry: (entity) => ({ from: entity }) },
  { name: "time", title: "Time", view: TimePane },
  { name: "trends", title: "Trends", view: TrendsPane, carry: (entity) => ({ s: entity }) },
  { name: "credits", title: "Credits", view: CreditsPane, carry: (entity) => (isOf(entity, "artist") ? { p: entity } : {}) },
  { name: "labels", title: "Labels", view: LabelsPane, carry: (entity) => (isOf(entity, "label") ? { l: entity } : {}) },
  { name: "rarity", title: "Rarity", view: RarityPane, carry: carryRarity },
  { name: "discover", title: "Discover", view: DiscoverPane, carry: (entity) => ({ from: entity }) },
  { name: "insights", title: "Insights", view: InsightsPane },
  { name: "genres", title: "Genres", view: Genres },
  { name: "months", title: "Months", view: MonthsPane },
  { name: "status", title: "Status", view: StatusPane, path: "/status" },
];

/** The pane that a URL shows. @param {URLSearchParams} query */
export const findPane = (query) =>
  PANES.find((pane) => pane.path === location.pathname) || PANES.find((pane) => pane.name === query.get("pane")) || PANES[0];

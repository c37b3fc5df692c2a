/** The panes of the page, in the order of their tabs. */
import { Explore } from "./explore.js";
import { Genres } from "./genres.js";
import { MonthsPane } from "./months.js";
import { Path } from "./path.js";
import { Search } from "./search.js";
import { StatusPane } from "../status/pane.js";
import { TrendsPane } from "./trends.js";

/**
 * @typedef {object} Pane
 * @property {string} name in the URL
 * @property {string} title
 * @property {() => Child} view
 * @property {string} [path] a path of its own instead of a parameter
 * @property {(entity: string) => import("../core/router.js").Parameters} [carry] parameters for an entity that is shown
 */

/** @type {Pane[]} */
export const PANES = [
  { name: "explore", title: "Explore", view: Explore },
  { name: "search", title: "Search", view: Search },
  { name: "path", title: "Path", view: Path, carry: (entity) => ({ from: entity }) },
  { name: "trends", title: "Trends", view: TrendsPane, carry: (entity) => ({ s: entity }) },
  { name: "genres", title: "Genres", view: Genres },
  { name: "months", title: "Months", view: MonthsPane },
  { name: "status", title: "Status", view: StatusPane, path: "/status" },
];

/** The pane that a URL shows. @param {URLSearchParams} query */
export const findPane = (query) =>
  PANES.find((pane) => pane.path === location.pathname) || PANES.find((pane) => pane.name === query.get("pane")) || PANES[0];

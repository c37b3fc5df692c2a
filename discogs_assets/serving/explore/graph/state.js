/** The state of a graph: entities whose categories are shown, and categories that are open. The URL holds all of it. */
import { ask, toProblem } from "../core/api.js";
import { keyOf, parametersOf, parseKey } from "../core/entities.js";
import { describe } from "../parts/states.js";

/** Neighbours that a click loads. */
export const PAGE = 40;

/** Categories of roles. */
export const ROLES = [
  "arrangement", "conducting", "design", "engineering", "management", "mastering", "other", "performance",
  "production", "remix", "spoken", "text", "writing",
];

/**
 * @typedef {object} Wanted
 * @property {Record<string, string | number>} center parameters of the entity at which the graph starts
 * @property {string[]} grown keys of further entities with their categories
 * @property {string[]} open categories with their pages: artist:45467/releases/2
 * @property {number | null} before the last year that is shown
 * @property {number | null} versus an earlier year, compared with it
 * @property {string} role category of roles, of credits that are shown alone
 * @property {{ from: string, to: string | null } | null} path ends of a path; without the second one it is awaited
 *
 * @typedef {object} Category
 * @property {string} key artist:45467/releases
 * @property {string} name
 * @property {string} category
 * @property {Kind} kind
 * @property {number} count all neighbours
 * @property {boolean} open
 * @property {number} total neighbours before the year, of the role
 * @property {Neighbour[]} children the neighbours that are loaded
 * @property {string} problem
 *
 * @typedef {{ entity: Named, categories: Category[] }} Root
 */

/**
 * Read the graph that a URL asks for, null if it names no entity.
 * @param {URLSearchParams} query
 * @returns {Wanted | null}
 */
export function readWanted(query) {
  const type = query.get("type");
  const [id, name] = [query.get("id"), query.get("name")];
  if (!type || !(id || name)) return null;
  const years = ["before", "vs"].flatMap((each) => readYear(query.get(each)) ?? []);
  const role = query.get("role") || "";
  return {
    center: id ? { type, id } : { type, name: String(name) },
    grown: query.getAll("with").filter(parseKey),
    open: query.getAll("open"),
    before: query.has("before") && years.length ? Math.max(...years) : null,
    versus: query.has("before") && years.length > 1 ? Math.min(...years) : null,
    role: ROLES.includes(role) ? role : "",
    path: readPath(query),
  };
}

/** @param {string | null} text */
export function readYear(text) {
  const year = Number(text);
  return Number.isInteger(year) && year >= 1860 && year <= 2100 ? year : null;
}

/** @param {URLSearchParams} query */
function readPath(query) {
  const [from, to] = [query.get("from"), query.get("to")];
  return from && parseKey(from) ? { from, to: parseKey(to) ? to : null } : null;
}

/** Pages of each category that the URL has; 0 closes one that is usually open. @param {string[]} open @returns {Map<string, number>} */
export function readPages(open) {
  return new Map(open.map((each) => {
    const [, key, pages] = /^(.*\/\w+)\/(\d{1,3})$/.exec(each) || [null, each, "1"];
    return [key, Number(pages)];
  }));
}

/** Pages of a category that is not in the URL: one neighbour is shown at once. @param {number} count */
const usualPages = (count) => (count === 1 ? 1 : 0);

/**
 * The categories that the URL has, with one of them changed; without pages it is closed.
 * @param {string[]} open
 * @param {Category} category
 * @param {number} pages
 */
export function changePages(open, { key, count }, pages) {
  const all = readPages(open);
  all.delete(key);
  if (pages !== usualPages(count)) all.set(key, pages);
  return [...all].map(([each, count]) => `${each}/${count}`);
}

/**
 * Load a graph.
 * @param {Wanted} wanted
 * @param {AbortSignal} signal
 * @returns {Promise<Root[]>}
 */
export async function load(wanted, signal) {
  const pages = readPages(wanted.open);
  const others = wanted.grown.flatMap((key) => parseKey(key) || []).map((each) => parametersOf(each));
  return Promise.all([wanted.center, ...others].map((each) => loadRoot(each, pages, wanted, signal)));
}

/**
 * @param {Record<string, string | number>} parameters
 * @param {Map<string, number>} pages
 * @param {Wanted} wanted
 * @param {AbortSignal} signal
 * @returns {Promise<Root>}
 */
async function loadRoot(parameters, pages, wanted, signal) {
  /** @type {Explored} */
  const { center, categories } = await ask("explore", parameters, signal);
  return {
    entity: center,
    categories: await Promise.all(categories.map((each) => {
      const key = `${keyOf(center)}/${each.category}`;
      return loadCategory(center, each, pages.get(key) ?? usualPages(each.count), wanted, signal);
    })),
  };
}

/**
 * @param {Named} owner
 * @param {Neighbours} found
 * @param {number} pages
 * @param {Wanted} wanted
 * @param {AbortSignal} signal
 * @returns {Promise<Category>}
 */
async function loadCategory(owner, found, pages, { before, role }, signal) {
  const { category, name, type: kind, count } = found;
  const closed = { key: `${keyOf(owner)}/${category}`, category, name, kind, count, open: false, total: count, children: [], problem: "" };
  if (!pages) return closed;
  try {
    const filters = { before_year: before, role: category === "credits" ? role : null };
    const offsets = Array.from({ length: pages }, (_, page) => page * PAGE);
    /** @type {Expanded[]} */
    const all = await Promise.all(offsets.map((offset) =>
      ask("expand", { ...parametersOf(owner, "node_id"), category, ...filters, limit: PAGE, offset }, signal)));
    return { ...closed, open: true, total: all[0].total, children: all.flatMap((each) => each.children) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { ...closed, open: true, problem: describe(toProblem(error)) };
  }
}

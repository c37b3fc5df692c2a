/** Snapshots of a graph: its entities with their places, kept by the server behind a link. */
import { Problem } from "../core/api.js";
import { keyOf, parseKey } from "../core/entities.js";
import { readPages } from "./state.js";

/** @typedef {import("./state.js").Root} Root */
/** @typedef {import("./state.js").Wanted} Wanted */
/** @typedef {{ type: Kind, id: number | string }} Key */
/** @typedef {{ x?: number, y?: number, pinned?: boolean }} Placement */
/** @typedef {Placement & { category: string, pages?: number, more?: Placement }} Neighbourhood */
/**
 * @typedef {object} Snapshot
 * @property {(Key & Placement & { categories?: Neighbourhood[] })[]} nodes
 * @property {Key} center
 * @property {Key} [selected]
 * @property {[Key, Key]} [path]
 * @property {number} [before_year]
 * @property {number} [compared_year]
 * @property {string} [role]
 *
 * @typedef {{ token: string, expires_at: string }} Created
 * @typedef {{ parameters: import("../core/router.js").Parameters, places: Map<string, Place> }} Restored
 */

/** Entities that a snapshot may have. */
export const MOST = 100;

/** @param {Named} entity @returns {Key} */
const reduce = ({ type, id }) => ({ type, id });

/** @param {string | null} key @returns {Key | undefined} */
const reduceKey = (key) => {
  const entity = parseKey(key);
  return entity ? reduce(entity) : undefined;
};

/** @param {GraphNode | undefined} node @returns {Placement} */
function placeOf(node) {
  if (!node || Number.isNaN(node.x)) return {};
  const [x, y] = [node.x, node.y].map((each) => Math.round(each * 100) / 100);
  return { x, y, ...(node.pinned && { pinned: true }) };
}

/** Entities that a snapshot keeps, if there are too many: those with categories, then pinned ones. @param {GraphNode[]} nodes */
const choose = (nodes) => nodes.filter((node) => node.entity)
  .sort((a, b) => Number(b.root || false) - Number(a.root || false) || Number(b.pinned) - Number(a.pinned)).slice(0, MOST);

/**
 * Describe a graph as the API takes it.
 * @param {Root[]} roots
 * @param {GraphNode[]} nodes
 * @param {Wanted} wanted
 * @param {string | null} selected
 * @returns {Snapshot}
 */
export function makeSnapshot(roots, nodes, wanted, selected) {
  const known = new Map(nodes.map((node) => [node.key, node]));
  const owners = new Map(roots.map((root) => [keyOf(root.entity), root]));
  const pages = readPages(wanted.open);
  const describe = (/** @type {import("./state.js").Category} */ { key, category, open }) => ({
    category, pages: open ? pages.get(key) || 1 : 0, ...placeOf(known.get(key)),
    ...(known.has(`${key}/more`) && { more: placeOf(known.get(`${key}/more`)) }),
  });
  const ends = [wanted.path?.from, wanted.path?.to].flatMap((each) => reduceKey(each || null) || []);
  return {
    nodes: choose(nodes).map((node) => {
      const categories = owners.get(node.key)?.categories.map(describe);
      return { ...reduce(/** @type {Named} */ (node.entity)), ...placeOf(node), ...(categories && { categories }) };
    }),
    center: reduce(roots[0].entity),
    selected: reduceKey(selected),
    path: ends.length === 2 ? [ends[0], ends[1]] : undefined,
    before_year: wanted.before || undefined,
    compared_year: wanted.versus || undefined,
    role: wanted.role || undefined,
  };
}

/** Read a snapshot: the URL of its graph, and the places of nodes. @param {Snapshot} found @returns {Restored} */
export function readSnapshot({ nodes, center, selected, path, ...filters }) {
  /** @type {Map<string, Place>} */
  const places = new Map();
  const put = (/** @type {string} */ key, /** @type {Placement} */ { x, y, pinned }) => {
    if (x !== undefined && y !== undefined) places.set(key, { x, y, pinned: Boolean(pinned) });
  };
  const keyed = (/** @type {Key | undefined} */ key) => (key ? `${key.type}:${key.id}` : null);
  const open = [];
  for (const node of nodes) {
    put(String(keyed(node)), node);
    for (const { category, pages, more, ...place } of node.categories || []) {
      const key = `${keyed(node)}/${category}`;
      put(key, place);
      if (more) put(`${key}/more`, more);
      open.push(`${key}/${pages || 0}`);
    }
  }
  const grown = nodes.filter((node) => node.categories?.length && keyed(node) !== keyed(center)).map(keyed);
  const name = center.type === "genre" || center.type === "style" ? "name" : "id";
  return {
    places,
    parameters: {
      type: center.type, [name]: center.id, with: grown.map(String), open, sel: keyed(selected),
      from: keyed(path?.[0]), to: keyed(path?.[1]), before: filters.before_year, vs: filters.compared_year, role: filters.role,
    },
  };
}

/** Have the server keep a snapshot. @param {Snapshot} snapshot @returns {Promise<Created>} */
export async function createSnapshot(snapshot) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(snapshot) };
  const found = await fetch("/api/snapshot", options).catch(() => {
    throw new Problem(0, "The server does not answer. Is `discogs serve` running, and this machine connected to it?");
  });
  const body = await found.json().catch(() => ({}));
  if (!found.ok) throw new Problem(found.status, body.detail || `The server answered with the status ${found.status}.`);
  return body;
}

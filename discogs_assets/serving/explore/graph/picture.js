/** Nodes and links of a graph. An entity that several categories lead to is one node. */
import { number } from "../core/dom.js";
import { keyOf, nameOf } from "../core/entities.js";

/** @typedef {import("./state.js").Root} Root */
/** @typedef {import("./state.js").Category} Category */

const FREE = { x: NaN, y: NaN, pinned: false };

/**
 * @param {Root[]} roots
 * @param {number | null} [versus] year after which a neighbour is marked as late
 * @param {Step[]} [steps] of a path, whose nodes are added
 * @returns {Picture}
 */
export function compose(roots, versus = null, steps = []) {
  /** @type {Map<string, GraphNode>} */
  const nodes = new Map();
  /** @type {GraphLink[]} */
  const links = [];
  for (const { entity } of roots) nodes.set(keyOf(entity), makeEntity(entity, true));
  for (const { entity, categories } of roots) {
    for (const category of categories) addCategory(nodes, links, keyOf(entity), category, versus);
  }
  addPath(nodes, links, steps);
  return { nodes: [...nodes.values()], links };
}

/**
 * @param {Map<string, GraphNode>} nodes
 * @param {GraphLink[]} links
 * @param {string} owner
 * @param {Category} category
 * @param {number | null} versus
 */
function addCategory(nodes, links, owner, category, versus) {
  nodes.set(category.key, makeCategory(category));
  links.push({ source: owner, target: category.key });
  for (const child of category.children) {
    const key = keyOf(child);
    const late = isLate(child, versus);
    const node = nodes.get(key);
    if (!node) nodes.set(key, { ...makeEntity(child, false), late });
    else if (!late) node.late = false;
    links.push({ source: category.key, target: key });
  }
  const hidden = category.open ? category.total - category.children.length : 0;
  if (hidden <= 0) return;
  const key = `${category.key}/more`;
  nodes.set(key, {
    ...FREE, key, role: "more", kind: category.kind, category: category.key, text: `${number(hidden)} more`, width: 60, height: 22,
  });
  links.push({ source: category.key, target: key });
}

/** Year in which a neighbour came, if it is known. @param {Neighbour} child */
export const yearOf = (child) => child.year ?? child.first_year ?? null;

/** @param {Neighbour} child @param {number | null} versus */
export const isLate = (child, versus) => versus !== null && (yearOf(child) ?? 0) > versus;

/**
 * @param {Map<string, GraphNode>} nodes
 * @param {GraphLink[]} links
 * @param {Step[]} steps
 */
function addPath(nodes, links, steps) {
  steps.forEach((step, place) => {
    const key = keyOf(step);
    nodes.set(key, { ...(nodes.get(key) || makeEntity(step, false)), path: true });
    if (place) links.push({ source: keyOf(steps[place - 1]), target: key, path: true });
  });
}

/** @param {Named & { year?: number | null }} entity @param {boolean} root @returns {GraphNode} */
function makeEntity(entity, root) {
  const size = root ? 34 : 15;
  const text = entity.year ? `${nameOf(entity)} · ${entity.year}` : nameOf(entity);
  return { ...FREE, key: keyOf(entity), role: "entity", kind: entity.type, entity, root, text, width: size, height: size };
}

/** @param {Category} category @returns {GraphNode} */
function makeCategory({ key, kind, name, count, open, total, children, problem }) {
  const shown = open && children.length < count ? `${number(children.length)} of ${number(count)}` : number(count);
  const note = problem ? "failed" : open && total < count && !children.length ? `0 of ${number(count)}` : shown;
  const text = `${name} ${note}`;
  return { ...FREE, key, role: "category", kind, category: key, text, open, width: 20 + text.length * 7, height: 26 };
}

/** Places of nodes: first guesses here, the layout itself in a worker. */

/** @typedef {{ turn: number, places: Float32Array, still: boolean }} Report */

const DISTANCES = { category: 105, child: 62 };

export class Layout {
  /** @param {(still: boolean) => void} onMove */
  constructor(onMove) {
    /** @type {GraphNode[]} */
    this.nodes = [];
    this.turn = 0;
    this.onMove = onMove;
    this.worker = new Worker("/explore/scripts/layout_worker.js");
    this.worker.onmessage = (/** @type {MessageEvent<Report>} */ { data }) => this.#take(data);
    this.quiet = matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /**
   * Lay out another picture; known nodes start at their old places, and pinned ones stay there.
   * @param {Picture} picture
   */
  show({ nodes, links }) {
    const known = new Map(this.nodes.map((node) => [node.key, node]));
    const fresh = place(nodes, links, known);
    this.nodes = nodes;
    const indexes = new Map(nodes.map((node, index) => [node.key, index]));
    const degrees = new Map();
    for (const { target } of links) degrees.set(target, (degrees.get(target) || 0) + 1);
    this.#send("begin", {
      turn: ++this.turn, heat: fresh ? (known.size ? 0.5 : 0.9) : 0.1, silent: this.quiet,
      nodes: nodes.map(prepare),
      links: links.map(({ source, target }) => ({
        source: indexes.get(source), target: indexes.get(target),
        distance: nodes[indexes.get(target) || 0].role === "category" ? DISTANCES.category : DISTANCES.child,
        strength: 0.7 / (degrees.get(target) || 1),
      })),
    });
  }

  /** @param {GraphNode} node */
  hold(node) {
    this.#send("hold", { index: this.nodes.indexOf(node), x: node.x, y: node.y });
  }

  /** @param {GraphNode} node */
  drop(node) {
    this.#send("drop", { index: this.nodes.indexOf(node), pinned: node.pinned });
  }

  stop() {
    this.worker.terminate();
  }

  /** @param {string} order @param {object} values */
  #send(order, values) {
    this.worker.postMessage({ order, ...values });
  }

  /** @param {Report} report */
  #take({ turn, places, still }) {
    if (turn !== this.turn) return;
    this.nodes.forEach((node, index) => {
      if (!node.pinned) [node.x, node.y] = [places[index * 2], places[index * 2 + 1]];
    });
    this.onMove(still);
  }
}

/** A node as the worker needs it. @param {GraphNode} node */
function prepare({ x, y, pinned, role, root, width }) {
  const charge = root ? -600 : role === "category" ? -260 : -90;
  const room = role === "entity" ? width / 2 + (root ? 20 : 11) : width / 2 + 2;
  return { x, y, charge, room, ...(pinned ? { fx: x, fy: y } : {}) };
}

/**
 * Give nodes their old places, and new ones a place around the node that leads to them. Return the number of new ones.
 * @param {GraphNode[]} nodes
 * @param {GraphLink[]} links
 * @param {Map<string, GraphNode>} known
 */
export function place(nodes, links, known) {
  const all = new Map(nodes.map((node) => [node.key, node]));
  const parents = new Map(links.map(({ source, target }) => [target, source]));
  /** @type {Map<string, number>} */
  const placed = new Map();
  let fresh = 0;
  for (const node of nodes) {
    const old = known.get(node.key);
    if (old) [node.x, node.y, node.pinned] = [old.x, old.y, old.pinned];
    else if (!parents.has(node.key)) [node.x, node.y] = [fresh * 40, fresh * 30];
    if (!old) fresh++;
  }
  for (const node of nodes) if (Number.isNaN(node.x)) placeAround(node, all, parents, placed);
  return fresh;
}

/**
 * @param {GraphNode} node
 * @param {Map<string, GraphNode>} all
 * @param {Map<string, string>} parents
 * @param {Map<string, number>} placed children that each node has already
 */
function placeAround(node, all, parents, placed) {
  const parent = all.get(parents.get(node.key) || "");
  if (!parent) return;
  if (Number.isNaN(parent.x)) placeAround(parent, all, parents, placed);
  const nth = placed.get(parent.key) || 0;
  placed.set(parent.key, nth + 1);
  const origin = all.get(parents.get(parent.key) || "");
  const outward = origin ? Math.atan2(parent.y - origin.y, parent.x - origin.x) : -Math.PI / 2;
  // The golden angle spreads any number of children evenly; a child of a category leans outward.
  const angle = outward + nth * 2.39996;
  const distance = node.role === "category" ? DISTANCES.category : 26 + 9 * Math.sqrt(nth);
  const lean = origin ? 55 : 0;
  node.x = parent.x + Math.cos(angle) * distance + Math.cos(outward) * lean;
  node.y = parent.y + Math.sin(angle) * distance + Math.sin(outward) * lean;
}

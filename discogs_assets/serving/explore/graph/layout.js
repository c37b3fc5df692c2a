/** Places of nodes: first guesses here, the layout itself in a worker. */

/** @typedef {{ turn: number, places: Float32Array, still: boolean }} Report */

const DISTANCES = { category: 105, child: 74 };

export class Layout {
  /** @param {(still: boolean) => void} onMove */
  constructor(onMove) {
    /** @type {GraphNode[]} */
    this.nodes = [];
    this.turn = 0;
    this.onMove = onMove;
    this.worker = new Worker(new URL("../scripts/layout_worker.js", import.meta.url));
    this.worker.onmessage = (/** @type {MessageEvent<Report>} */ { data }) => this.#take(data);
    this.quiet = matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /**
   * Lay out another picture; known nodes start at their old places, and pinned ones stay there. Nodes that are all given
   * places stay there, too.
   * @param {Picture} picture
   * @param {Map<string, Place>} places
   */
  show({ nodes, links }, places) {
    const known = new Map([...places, ...this.nodes.map((node) => /** @type {[string, Place]} */ ([node.key, node]))]);
    const restored = !this.nodes.length && places.size > 0;
    const fresh = place(nodes, links, known);
    this.nodes = nodes;
    const indexes = new Map(nodes.map((node, index) => [node.key, index]));
    const degrees = new Map();
    for (const { target } of links) degrees.set(target, (degrees.get(target) || 0) + 1);
    this.#send("begin", {
      turn: ++this.turn, heat: fresh ? (known.size ? 0.5 : 0.9) : restored ? 0 : 0.1, silent: this.quiet,
      nodes: nodes.map((node) => prepare(node, node.pinned || (restored && places.has(node.key)))),
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

/** A node as the worker needs it. @param {GraphNode} node @param {boolean} fixed */
function prepare({ x, y, role, root, width }, fixed) {
  const charge = root ? -600 : role === "category" ? -260 : -90;
  const room = role === "entity" ? width / 2 + (root ? 22 : 15) : width / 2 + 2;
  return { x, y, charge, room, ...(fixed ? { fx: x, fy: y } : {}) };
}

/**
 * Give nodes their old places, and new ones a place around the node that leads to them. Return the number of new ones.
 * @param {GraphNode[]} nodes
 * @param {GraphLink[]} links
 * @param {Map<string, Place>} known
 */
export function place(nodes, links, known) {
  const all = new Map(nodes.map((node) => [node.key, node]));
  let fresh = 0;
  for (const node of nodes) {
    const old = known.get(node.key);
    if (old) [node.x, node.y, node.pinned] = [old.x, old.y, old.pinned];
    else fresh++;
  }
  /** @type {Map<string, GraphNode[]>} */
  const children = new Map();
  for (const { source, target } of links) {
    const [parent, child] = [all.get(source), all.get(target)];
    if (parent && child) children.set(source, children.get(source) || []).get(source)?.push(child);
  }
  // Nodes that are placed, each with the direction that leads away from its own parent.
  const placed = nodes.filter((node) => !Number.isNaN(node.x)).map((node) => ({ node, outward: NaN }));
  for (const node of nodes) {
    if (Number.isNaN(node.x)) {
      [node.x, node.y] = [placed.length * 40, 0];
      placed.push({ node, outward: NaN });
    }
    for (let each = placed.pop(); each; each = placed.pop()) placed.push(...placeAround(each, children));
  }
  return fresh;
}

/**
 * Place the children of a node that have no place yet, and return them.
 * @param {{ node: GraphNode, outward: number }} parent
 * @param {Map<string, GraphNode[]>} children
 */
function placeAround({ node, outward }, children) {
  const fresh = (children.get(node.key) || []).filter((child) => Number.isNaN(child.x));
  return fresh.map((child, nth) => {
    const inner = child.role === "category" || Number.isNaN(outward);
    // Categories stand in a circle; the golden angle spreads any number of others evenly, leaning outward.
    const angle = inner ? -Math.PI / 2 + (nth / fresh.length) * 2 * Math.PI : outward + nth * 2.39996;
    const distance = inner ? DISTANCES.category : 30 + 11 * Math.sqrt(nth);
    const lean = inner ? 0 : 55;
    child.x = node.x + Math.cos(angle) * distance + Math.cos(outward || 0) * lean;
    child.y = node.y + Math.sin(angle) * distance + Math.sin(outward || 0) * lean;
    return { node: child, outward: inner ? angle : outward };
  });
}

/** A graph on a canvas: camera, pictures, selection. Gestures are in `gestures.js`, drawing in `draw.js`. */
import { readColours } from "./colours.js";
import { CROWD, draw } from "./draw.js";
import { listen } from "./gestures.js";
import { frame } from "./frame.js";
import { project, scaleOf, sizeAt } from "./labels.js";
import { Layout } from "./layout.js";

const ZOOMS = [0.05, 4];

/**
 * @typedef {object} Events
 * @property {(node: GraphNode, shift: boolean) => void} onActivate a click, or Enter
 * @property {(node: GraphNode) => void} onOpen a double click
 * @property {(undo: () => void) => void} onPlace a node was dragged, pinned or released
 * @property {(node: GraphNode | null) => void} onHover
 */

/** @typedef {{ others: HTMLCanvasElement, nodes: GraphNode[], links: [GraphNode, GraphNode][], path: [GraphNode, GraphNode][] }} Picked */

export class GraphView {
  /** @param {HTMLCanvasElement} canvas @param {Events} events */
  constructor(canvas, events) {
    this.canvas = canvas;
    /** The view is found from its element, for scripts of other pages and of tests. */
    Object.assign(canvas, { graph: this });
    this.events = events;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.camera = { k: 1, x: 0, y: 0 };
    /** @type {GraphNode[]} */
    this.nodes = [];
    /** @type {[GraphNode, GraphNode][]} */
    this.links = [];
    /** Links of a path. @type {[GraphNode, GraphNode][]} */
    this.path = [];
    this.selected = "";
    this.hovered = "";
    this.follows = true;
    this.frame = 0;
    /** A node that is dragged over a crowd, and the picture of all others. @type {Picked | null} */
    this.lifted = null;
    this.colours = readColours();
    /** Whether the layout has come to rest. */
    this.still = false;
    this.layout = new Layout((still) => { this.still = still; this.#moved(); });
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(canvas);
    this.deafen = listen(this);
  }

  /**
   * Show a picture; nodes that were there keep their places, others may be given theirs.
   * @param {Picture} picture
   * @param {Map<string, Place>} [places]
   */
  show(picture, places = new Map()) {
    this.still = false;
    this.layout.show(picture, places);
    const known = new Map(picture.nodes.map((node) => [node.key, node]));
    this.nodes = picture.nodes;
    const join = (/** @type {GraphLink[]} */ links) => links.flatMap(({ source, target }) => {
      const [a, b] = [known.get(source), known.get(target)];
      return a && b ? [/** @type {[GraphNode, GraphNode]} */ ([a, b])] : [];
    });
    this.links = join(picture.links.filter((link) => !link.path));
    this.path = join(picture.links.filter((link) => link.path));
    if (this.follows) this.fit();
    this.paint();
  }

  /** @param {string} key */
  select(key) {
    this.selected = key;
    this.paint();
  }

  /** @param {GraphNode | null} node */
  hover(node) {
    if (this.hovered === (node?.key || "")) return;
    this.hovered = node?.key || "";
    this.canvas.style.cursor = node ? "pointer" : "grab";
    this.events.onHover(node);
    this.paint();
  }

  /** Read the colours again, after the theme has changed. */
  recolour() {
    this.colours = readColours();
    this.paint();
  }

  /** Bring all nodes into view. */
  fit() {
    if (!this.nodes.length || !this.canvas.clientWidth) return;
    this.camera = frame(this.nodes, this.canvas.clientWidth, this.canvas.clientHeight);
    this.paint();
  }

  /** Fit, and stay fitted until the camera is moved. */
  follow() {
    this.follows = true;
    this.fit();
  }

  /**
   * @param {number} factor
   * @param {{ x: number, y: number }} [at] default: the middle
   */
  zoom(factor, at = { x: this.canvas.clientWidth / 2, y: this.canvas.clientHeight / 2 }) {
    this.follows = false;
    const k = Math.min(ZOOMS[1], Math.max(ZOOMS[0], this.camera.k * factor));
    this.camera.x = at.x - ((at.x - this.camera.x) / this.camera.k) * k;
    this.camera.y = at.y - ((at.y - this.camera.y) / this.camera.k) * k;
    this.camera.k = k;
    this.paint();
  }

  /** @param {number} x @param {number} y */
  pan(x, y) {
    this.follows = false;
    this.camera.x += x;
    this.camera.y += y;
    this.paint();
  }

  /** The node at a point of the canvas. @param {{ x: number, y: number }} point */
  find(point) {
    const size = sizeAt(this.camera.k);
    for (let index = this.nodes.length - 1; index >= 0; index--) {
      const node = this.nodes[index];
      const { x, y } = project(node, this.camera);
      const scale = scaleOf(node, size);
      const [across, down] = [(node.width / 2) * scale + 3, (node.height / 2) * scale + 3];
      if (Math.abs(point.x - x) <= across && Math.abs(point.y - y) <= down) return node;
    }
    return null;
  }

  /** Move a node that is dragged. @param {GraphNode} node @param {{ x: number, y: number }} point */
  drag(node, point) {
    node.x = (point.x - this.camera.x) / this.camera.k;
    node.y = (point.y - this.camera.y) / this.camera.k;
    node.pinned = true;
    this.follows = false;
    if (this.nodes.length <= CROWD) this.layout.hold(node);
    else if (this.lifted?.nodes[0] !== node) this.#lift(node);
    this.paint();
  }

  /** Leave a node where it was dragged to; its neighbours follow. @param {GraphNode} node */
  drop(node) {
    this.lifted = null;
    this.layout.hold(node);
    this.layout.drop(node);
    this.paint();
  }

  /** Draw all but a node and its links once: a crowd takes too long for each frame. @param {GraphNode} node */
  #lift(node) {
    const others = document.createElement("canvas");
    [others.width, others.height] = [this.canvas.width, this.canvas.height];
    const context = /** @type {CanvasRenderingContext2D} */ (others.getContext("2d"));
    context.setTransform(this.context.getTransform());
    const split = (/** @type {[GraphNode, GraphNode][]} */ links, /** @type {boolean} */ own) => links.filter((link) => link.includes(node) === own);
    const [nodes, links, path] = [this.nodes.filter((each) => each !== node), split(this.links, false), split(this.path, false)];
    draw(context, { ...this.#scene(), nodes, links, path });
    this.lifted = { others, nodes: [node], links: split(this.links, true), path: split(this.path, true) };
  }

  /** Pin a node, or release it. @param {GraphNode} node @param {boolean} pinned */
  pin(node, pinned) {
    const before = { x: node.x, y: node.y, pinned: node.pinned };
    this.#place(node, { ...before, pinned });
    this.record(node, before);
  }

  /**
   * Offer to undo what happened to a node's place.
   * @param {GraphNode} node
   * @param {{ x: number, y: number, pinned: boolean }} before
   */
  record(node, before) {
    this.events.onPlace(() => {
      const now = this.nodes.find((each) => each.key === node.key);
      if (now) this.#place(now, before);
    });
  }

  /** @param {GraphNode} node @param {{ x: number, y: number, pinned: boolean }} place */
  #place(node, place) {
    Object.assign(node, place);
    this.drop(node);
  }

  /** Draw before the next frame. */
  paint() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      const scene = this.#scene();
      this.context.clearRect(0, 0, scene.width, scene.height);
      if (!this.lifted) return draw(this.context, scene);
      const { others, ...own } = this.lifted;
      this.context.drawImage(others, 0, 0, scene.width, scene.height);
      return draw(this.context, { ...scene, ...own });
    });
  }

  /** @returns {import("./draw.js").Scene} */
  #scene() {
    const { camera, nodes, links, path, selected, hovered, colours } = this;
    return { camera, nodes, links, path, selected, hovered, colours, width: this.canvas.clientWidth, height: this.canvas.clientHeight };
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.layout.stop();
    this.deafen();
  }

  #moved() {
    if (this.follows) this.fit();
    this.paint();
  }

  #resize() {
    const scale = Math.min(2, devicePixelRatio || 1);
    this.canvas.width = Math.round(this.canvas.clientWidth * scale);
    this.canvas.height = Math.round(this.canvas.clientHeight * scale);
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#moved();
  }
}

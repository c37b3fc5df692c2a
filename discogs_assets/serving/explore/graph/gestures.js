/** Gestures of a graph: mouse, touch, wheel and keyboard. */

/** @typedef {import("./view.js").GraphView} GraphView */
/** @typedef {{ x: number, y: number }} Point */

const CLICK_PIXELS = 5;
const STEP_PIXELS = 60;

/** A second click on a node within this time belongs to a double click. */
const DOUBLE_MS = 350;

/** Listen to the canvas of a view. Return a function that ends it. @param {GraphView} view */
export function listen(view) {
  const control = new AbortController();
  const pointers = new Pointers(view);
  /** @type {[string, (event: any) => void][]} */
  const handlers = [
    ["pointerdown", (event) => pointers.press(event)],
    ["pointermove", (event) => pointers.move(event)],
    ["pointerup", (event) => pointers.release(event)],
    ["pointercancel", (event) => pointers.release(event)],
    ["pointerleave", () => view.hover(null)],
    ["dblclick", (event) => openAt(view, event)],
    ["wheel", (event) => wheel(view, event)],
    ["keydown", (event) => press(view, event)],
  ];
  for (const [name, handler] of handlers) {
    view.canvas.addEventListener(name, handler, { signal: control.signal, passive: false });
  }
  return () => control.abort();
}

/** @param {GraphView} view @param {MouseEvent} event @returns {Point} */
function pointOf(view, event) {
  const box = view.canvas.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

/** @param {GraphView} view @param {MouseEvent} event */
function openAt(view, event) {
  const node = view.find(pointOf(view, event));
  if (node) view.events.onOpen(node);
}

/** @param {GraphView} view @param {WheelEvent} event */
function wheel(view, event) {
  event.preventDefault();
  const pixels = event.deltaY * (event.deltaMode ? 20 : 1);
  view.zoom(Math.exp(-Math.max(-200, Math.min(200, pixels)) * 0.002), pointOf(view, event));
}

/** Fingers and buttons that are down: one drags a node or pans, two zoom. */
class Pointers {
  /** @param {GraphView} view */
  constructor(view) {
    this.view = view;
    /** @type {Map<number, Point>} */
    this.down = new Map();
    /** @type {GraphNode | null} */
    this.node = null;
    this.moved = false;
    this.start = { x: 0, y: 0 };
    this.before = { x: 0, y: 0, pinned: false };
    this.clicked = { key: "", time: 0 };
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button) return;
    const point = pointOf(this.view, event);
    this.view.canvas.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, point);
    this.moved = this.down.size > 1;
    this.start = point;
    this.node = this.down.size > 1 ? null : this.view.find(point);
    if (this.node) this.before = { x: this.node.x, y: this.node.y, pinned: this.node.pinned };
  }

  /** @param {PointerEvent} event */
  move(event) {
    const point = pointOf(this.view, event);
    const last = this.down.get(event.pointerId);
    if (!last) return this.view.hover(this.view.find(point));
    if (!this.moved && Math.hypot(point.x - this.start.x, point.y - this.start.y) < CLICK_PIXELS) return undefined;
    if (this.down.size > 1) this.#pinch(event.pointerId, last, point);
    else if (this.node) this.view.drag(this.node, point);
    else this.view.pan(point.x - last.x, point.y - last.y);
    this.moved = true;
    this.down.set(event.pointerId, point);
    return undefined;
  }

  /** @param {PointerEvent} event */
  release(event) {
    if (!this.down.delete(event.pointerId)) return;
    const node = this.node;
    this.node = null;
    if (!node) return;
    if (this.moved) {
      this.view.drop(node);
      this.view.record(node, this.before);
    } else if (event.type === "pointerup") {
      const again = this.clicked.key === node.key && event.timeStamp - this.clicked.time < DOUBLE_MS;
      this.clicked = { key: node.key, time: event.timeStamp };
      if (!again) this.view.events.onActivate(node, event.shiftKey);
    }
  }

  /** @param {number} id @param {Point} last @param {Point} point */
  #pinch(id, last, point) {
    const other = [...this.down].find(([each]) => each !== id)?.[1];
    if (!other) return;
    const [was, is] = [last, point].map((each) => Math.hypot(each.x - other.x, each.y - other.y));
    this.view.zoom(is / (was || 1), { x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 });
  }
}

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {GraphView} view @param {KeyboardEvent} event */
function press(view, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const node = view.nodes.find((each) => each.key === (view.hovered || view.selected)) || view.nodes[0];
  const arrow = ARROWS[event.key];
  /** @type {Record<string, () => void>} */
  const keys = {
    Enter: () => node && view.events.onActivate(node, event.shiftKey),
    " ": () => node && view.events.onOpen(node),
    p: () => node && view.pin(node, !node.pinned),
    "+": () => view.zoom(1.25),
    "-": () => view.zoom(0.8),
    0: () => view.follow(),
  };
  const step = arrow ? () => walk(view, node, arrow, event.shiftKey) : keys[event.key];
  if (!step) return;
  event.preventDefault();
  step();
}

/**
 * Go to the nearest node in a direction; with shift the camera moves instead.
 * @param {GraphView} view
 * @param {GraphNode | undefined} from
 * @param {[number, number]} direction
 * @param {boolean} camera
 */
function walk(view, from, [right, down], camera) {
  if (camera || !from) return view.pan(-right * STEP_PIXELS, -down * STEP_PIXELS);
  let [best, least] = [from, Infinity];
  for (const node of view.nodes) {
    const [x, y] = [node.x - from.x, node.y - from.y];
    const along = x * right + y * down;
    const cost = along + 2.5 * Math.abs(x * down - y * right);
    if (node !== from && along > 1 && cost < least) [best, least] = [node, cost];
  }
  return view.hover(best);
}

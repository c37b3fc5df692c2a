/** Names of nodes on a canvas: sizes, widths, and places where none covers another. */

/** @typedef {import("./draw.js").Scene} Scene */
/** @typedef {import("./draw.js").Camera} Camera */

const LABELS = 160;
const CHARACTERS = 30;
const CELL = 7;

/** Height of a name, without the room above and below its letters. */
const HEIGHT = 11;

/** Scale of nodes and texts: they grow and shrink less than distances do. @param {number} zoom */
export const sizeAt = (zoom) => Math.min(1.3, Math.max(0.55, zoom));

/** Least scale of nodes with a text of their own: 11 pixels. */
const LEGIBLE = 0.92;

/** Scale of a node: one with a text stays legible. @param {GraphNode} node @param {number} size */
export const scaleOf = (node, size) => (node.role === "entity" ? size : Math.max(size, LEGIBLE));

/** @param {GraphNode} node @param {Camera} camera */
export const project = ({ x, y }, camera) => ({ x: x * camera.k + camera.x, y: y * camera.k + camera.y });

/** @type {Map<string, number>} */
const widths = new Map();

/** @param {CanvasRenderingContext2D} context @param {string} text */
export function widthOf(context, text) {
  const key = context.font + text;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 5000) widths.clear();
    widths.set(key, width = context.measureText(text).width);
  }
  return width;
}

/** @param {GraphNode} node @param {Scene} scene */
export const rank = (node, { selected, hovered }) =>
  node.key === hovered ? 0 : node.key === selected ? 1 : node.root || node.path ? 2 : 3;

/** @typedef {{ node: GraphNode, text: string, font: string, first: boolean, x: number, top: number }} Label */

/**
 * Place names, important ones first: below the node if there is room, otherwise above it or at its side. A name that
 * would overlap another one in every position is not drawn.
 * @param {CanvasRenderingContext2D} context
 * @param {GraphNode[]} seen
 * @param {Scene} scene
 * @param {number} size
 * @returns {{ labels: Label[], missing: number }}
 */
export function placeLabels(context, seen, scene, size) {
  const taken = new Set(seen.flatMap((node) => cellsOf(node, scene.camera, size)));
  const wanted = seen.filter((node) => node.role === "entity").sort((a, b) => rank(a, scene) - rank(b, scene)).slice(0, scene.labels || LABELS);
  /** @type {Label[]} */
  const labels = [];
  for (const node of wanted) {
    const first = rank(node, scene) < 3;
    const font = `${node.root ? 600 : 400} ${(node.root ? 14 : 11.5) * Math.max(size, first ? 1 : 0.96)}px ${scene.colours.font}`;
    const text = first ? cutText(node.text, 60) : cutText(node.text, CHARACTERS);
    context.font = font;
    const width = widthOf(context, text);
    const spots = findSpots(project(node, scene.camera), (node.width / 2) * size, width, scene);
    const free = spots.find(({ x, top }) => !cells(x, top + 2, width, HEIGHT).some((cell) => taken.has(cell))) || (first ? spots[0] : null);
    if (!free) continue;
    cells(free.x, free.top + 2, width, HEIGHT).forEach((cell) => taken.add(cell));
    labels.push({ node, text, font, first, ...free });
  }
  return { labels, missing: wanted.length - labels.length };
}

/**
 * Places for a name around its node, the best one first; each is inside the canvas.
 * @param {{ x: number, y: number }} node
 * @param {number} radius
 * @param {number} width of the name
 * @param {{ width: number, height: number }} canvas
 */
function findSpots({ x, y }, radius, width, canvas) {
  const inside = (/** @type {number} */ middle) => Math.max(width / 2 + 4, Math.min(canvas.width - width / 2 - 4, middle));
  const [below, above, aside] = [y + radius + 4, y - radius - HEIGHT - 8, radius + 9 + width / 2];
  const slant = aside * 0.6;
  const spots = [
    [x, below], [x, above], [x + aside, y - 7], [x - aside, y - 7], [x + slant, below], [x - slant, below], [x + slant, above], [x - slant, above],
  ].map(([middle, top]) => ({ x: inside(middle), top }));
  // A name stays inside the canvas, and does not cover its own node at the edge.
  const fits = spots.filter((spot) => spot.top > 2 && spot.top + HEIGHT + 3 < canvas.height && (spot.top !== y - 7 || Math.abs(spot.x - x) >= aside - 1));
  return fits.length ? fits : [spots[0]];
}

/** Cells that a node itself covers. @param {GraphNode} node @param {Camera} camera @param {number} size */
function cellsOf(node, camera, size) {
  const { x, y } = project(node, camera);
  const scale = scaleOf(node, size);
  const height = (node.role === "entity" ? node.height - 4 : node.height - 6) * scale;
  return cells(x, y - height / 2, (node.width - 4) * scale, height);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {GraphNode[]} seen
 * @param {Scene} scene
 * @param {number} size
 */
export function drawLabels(context, seen, scene, size) {
  const { colours } = scene;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.lineJoin = "round";
  for (const { text, font, first, x, top } of placeLabels(context, seen, scene, size).labels) {
    context.font = font;
    context.lineWidth = 3.5;
    context.strokeStyle = colours.paper;
    context.strokeText(text, x, top);
    context.fillStyle = first ? colours.ink : colours.muted;
    context.fillText(text, x, top);
  }
}

/** @param {string} text @param {number} length */
const cutText = (text, length) => (text.length > length ? `${[...text].slice(0, length - 1).join("")}…` : text);

/**
 * Cells of a coarse grid that a box around x and below y covers.
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
function cells(x, y, width, height) {
  const found = [];
  for (let row = Math.floor(y / CELL); row <= Math.floor((y + height - 1) / CELL); row++) {
    for (let column = Math.floor((x - width / 2) / CELL); column <= Math.floor((x + width / 2) / CELL); column++) {
      found.push(row * 100_000 + column);
    }
  }
  return found;
}

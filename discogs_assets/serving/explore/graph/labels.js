/** Names of nodes on a canvas: sizes, widths, and places where none covers another. */

/** @typedef {import("./draw.js").Scene} Scene */
/** @typedef {import("./draw.js").Camera} Camera */

const LABELS = 160;
const CHARACTERS = 30;
const CELL = 7;

/** Scale of nodes and texts: they grow and shrink less than distances do. @param {number} zoom */
export const sizeAt = (zoom) => Math.min(1.3, Math.max(0.55, zoom));

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

/**
 * Labels, the important ones first; one that would cover another is left out.
 * @param {CanvasRenderingContext2D} context
 * @param {GraphNode[]} seen
 * @param {Scene} scene
 * @param {number} size
 */
export function drawLabels(context, seen, scene, size) {
  const { colours, camera } = scene;
  const taken = new Set(seen.flatMap((node) => {
    const { x, y } = project(node, camera);
    const height = (node.role === "entity" ? node.height - 4 : node.height - 6) * size;
    return cells(x, y - height / 2, (node.width - 4) * size, height);
  }));
  const wanted = seen.filter((node) => node.role === "entity").sort((a, b) => rank(a, scene) - rank(b, scene));
  context.textAlign = "center";
  context.textBaseline = "top";
  context.lineJoin = "round";
  let placed = 0;
  for (const node of wanted) {
    if (placed >= LABELS) break;
    const first = rank(node, scene) < 3;
    context.font = `${node.root ? 600 : 400} ${(node.root ? 14 : 11.5) * Math.max(size, first ? 1 : 0.8)}px ${colours.font}`;
    const text = first ? cutText(node.text, 60) : cutText(node.text, CHARACTERS);
    const { x, y } = project(node, camera);
    const top = y + (node.width / 2) * size + 4;
    const covered = cells(x, top + 2, widthOf(context, text), 11);
    if (!first && covered.some((cell) => taken.has(cell))) continue;
    covered.forEach((cell) => taken.add(cell));
    context.lineWidth = 3.5;
    context.strokeStyle = colours.paper;
    context.strokeText(text, x, top);
    context.fillStyle = first ? colours.ink : colours.muted;
    context.fillText(text, x, top);
    placed++;
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

/** Drawing of a graph on a canvas. */

/** @typedef {import("./colours.js").Colours} Colours */
/** @typedef {{ k: number, x: number, y: number }} Camera */
/**
 * @typedef {object} Scene
 * @property {GraphNode[]} nodes
 * @property {[GraphNode, GraphNode][]} links
 * @property {Camera} camera
 * @property {number} width
 * @property {number} height
 * @property {string} selected
 * @property {string} hovered
 * @property {Colours} colours
 */

const LABELS = 160;
const CHARACTERS = 30;
const CELL = 7;

/** Number of nodes beyond which they are plain shapes without names, drawn by type at once. */
export const CROWD = 500;

/** Scale of nodes and texts: they grow and shrink less than distances do. @param {number} zoom */
export const sizeAt = (zoom) => Math.min(1.3, Math.max(0.55, zoom));

/** @type {Map<string, number>} */
const widths = new Map();

/** @param {CanvasRenderingContext2D} context @param {string} text */
function widthOf(context, text) {
  const key = context.font + text;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 5000) widths.clear();
    widths.set(key, width = context.measureText(text).width);
  }
  return width;
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene */
export function draw(context, scene) {
  drawLinks(context, scene);
  const size = sizeAt(scene.camera.k);
  const seen = scene.nodes.filter((node) => isSeen(node, scene));
  const entities = seen.filter((node) => node.role === "entity");
  const crowd = entities.length > CROWD ? entities.filter((node) => rank(node, scene) > 2 && !node.pinned) : [];
  drawCrowd(context, crowd, scene, size);
  const apart = new Set(crowd);
  for (const node of entities) if (!apart.has(node)) drawEntity(context, node, scene, size);
  for (const node of seen) if (node.role !== "entity") drawPill(context, node, scene, size);
  drawLabels(context, crowd.length ? seen.filter((node) => !apart.has(node)) : seen, scene, size);
}

/** @param {GraphNode} node @param {Camera} camera */
export const project = ({ x, y }, camera) => ({ x: x * camera.k + camera.x, y: y * camera.k + camera.y });

/** @param {GraphNode} node @param {Scene} scene */
function isSeen(node, { camera, width, height }) {
  const { x, y } = project(node, camera);
  return x > -120 && y > -60 && x < width + 120 && y < height + 60;
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene */
function drawLinks(context, scene) {
  const { links, camera, colours, hovered, selected } = scene;
  const strong = [];
  context.lineWidth = links.length > 1500 ? 0.5 : 1;
  context.strokeStyle = colours.link;
  context.beginPath();
  for (const link of links) {
    const [a, b] = link;
    if ([hovered, selected].some((key) => key && (a.key === key || b.key === key))) strong.push(link);
    context.moveTo(a.x * camera.k + camera.x, a.y * camera.k + camera.y);
    context.lineTo(b.x * camera.k + camera.x, b.y * camera.k + camera.y);
  }
  context.stroke();
  context.lineWidth = 1.5;
  context.strokeStyle = colours.muted;
  context.beginPath();
  for (const [a, b] of strong) {
    context.moveTo(a.x * camera.k + camera.x, a.y * camera.k + camera.y);
    context.lineTo(b.x * camera.k + camera.x, b.y * camera.k + camera.y);
  }
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {GraphNode[]} nodes
 * @param {Scene} scene
 * @param {number} size
 */
function drawCrowd(context, nodes, { camera, colours }, size) {
  for (const kind of new Set(nodes.map((node) => node.kind))) {
    context.fillStyle = colours.kinds[kind];
    context.beginPath();
    for (const node of nodes) {
      if (node.kind !== kind) continue;
      const { x, y } = project(node, camera);
      trace(context, kind, x, y, (node.width / 2) * size);
    }
    context.fill();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {GraphNode} node
 * @param {Scene} scene
 * @param {number} size
 */
function drawEntity(context, node, scene, size) {
  const { colours, selected, hovered } = scene;
  const { x, y } = project(node, scene.camera);
  const radius = (node.width / 2) * size;
  context.fillStyle = colours.kinds[node.kind];
  context.beginPath();
  trace(context, node.kind, x, y, radius);
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = colours.paper;
  context.stroke();
  if (node.kind === "release" || node.kind === "master") drawHole(context, node.kind, x, y, radius, colours.paper);
  if (node.key === selected || node.key === hovered) {
    context.lineWidth = 2.5;
    context.strokeStyle = node.key === selected ? colours.ink : colours.muted;
    context.beginPath();
    context.arc(x, y, radius + 4, 0, 7);
    context.stroke();
  }
  if (node.pinned) drawPin(context, x + radius * 0.8, y - radius * 0.8, colours);
}

/** Shapes differ, so that colours alone need not tell the types. @type {Partial<Record<Kind, number>>} */
const CORNERS = { label: 4, genre: 6, style: 3 };

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Kind} kind
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
function trace(context, kind, x, y, radius) {
  const corners = CORNERS[kind];
  context.moveTo(x + radius, y);
  if (!corners) {
    context.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  const turn = corners === 4 ? Math.PI / 4 : -Math.PI / 2;
  for (let corner = 0; corner < corners; corner++) {
    const angle = turn + (corner / corners) * 2 * Math.PI;
    const [across, down] = [x + Math.cos(angle) * radius * 1.15, y + Math.sin(angle) * radius * 1.15];
    if (corner) context.lineTo(across, down);
    else context.moveTo(across, down);
  }
  context.closePath();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Kind} kind
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {string} colour
 */
function drawHole(context, kind, x, y, radius, colour) {
  context.beginPath();
  if (kind === "release") {
    context.fillStyle = colour;
    context.arc(x, y, radius * 0.28, 0, 7);
    context.fill();
    return;
  }
  context.strokeStyle = colour;
  context.lineWidth = Math.max(1, radius * 0.16);
  context.arc(x, y, radius * 0.55, 0, 7);
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {Colours} colours */
function drawPin(context, x, y, colours) {
  context.beginPath();
  context.arc(x, y, 4, 0, 7);
  context.fillStyle = colours.ink;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = colours.paper;
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {GraphNode} node
 * @param {Scene} scene
 * @param {number} size
 */
function drawPill(context, node, { camera, colours, selected, hovered }, size) {
  const { x, y } = project(node, camera);
  context.font = `${node.role === "category" ? 600 : 400} ${12 * size}px ${colours.font}`;
  const width = widthOf(context, node.text) + 22 * size;
  const height = node.height * size;
  node.width = width / size;
  const filled = node.role === "category" && !node.open;
  context.beginPath();
  context.roundRect(x - width / 2, y - height / 2, width, height, height / 2);
  context.fillStyle = filled ? colours.kinds[node.kind] : colours.paper;
  context.fill();
  const marked = node.key === selected || node.key === hovered;
  context.strokeStyle = marked ? colours.ink : colours.kinds[node.kind];
  context.lineWidth = marked ? 2.5 : 1.5;
  context.setLineDash(node.role === "more" ? [4, 3] : []);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = filled ? colours.paper : colours.ink;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(node.text, x, y + 0.5);
  if (node.pinned) drawPin(context, x + width / 2 - 3, y - height / 2 + 2, colours);
}

/** @param {GraphNode} node @param {Scene} scene */
const rank = (node, { selected, hovered }) =>
  node.key === hovered ? 0 : node.key === selected ? 1 : node.root ? 2 : 3;

/**
 * Labels, the important ones first; one that would cover another is left out.
 * @param {CanvasRenderingContext2D} context
 * @param {GraphNode[]} seen
 * @param {Scene} scene
 * @param {number} size
 */
function drawLabels(context, seen, scene, size) {
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

/** Drawing of a graph on a canvas. */
import { drawLabels, project, rank, scaleOf, sizeAt, widthOf } from "./labels.js";

/** @typedef {import("./colours.js").Colours} Colours */
/** @typedef {{ k: number, x: number, y: number }} Camera */
/**
 * @typedef {object} Scene
 * @property {GraphNode[]} nodes
 * @property {[GraphNode, GraphNode][]} links
 * @property {[GraphNode, GraphNode][]} path
 * @property {Camera} camera
 * @property {number} width
 * @property {number} height
 * @property {string} selected
 * @property {string} hovered
 * @property {Colours} colours
 * @property {number} [labels] most names; default: as many as are drawn in time for a frame
 */

/** Number of nodes beyond which they are plain shapes without names, drawn by type at once. */
export const CROWD = 500;

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
  drawLines(context, strong, camera, colours.muted, 1.5);
  drawLines(context, scene.path, camera, colours.accent, 4);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[GraphNode, GraphNode][]} links
 * @param {Camera} camera
 * @param {string} colour
 * @param {number} width
 */
function drawLines(context, links, camera, colour, width) {
  if (!links.length) return;
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.beginPath();
  for (const [a, b] of links) {
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
  if (node.late) {
    context.lineWidth = 2;
    context.strokeStyle = colours.accent;
    context.setLineDash([3, 2]);
    context.beginPath();
    context.arc(x, y, radius + 3, 0, 7);
    context.stroke();
    context.setLineDash([]);
  }
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
  const scale = scaleOf(node, size);
  context.font = `${node.role === "category" ? 600 : 400} ${12 * scale}px ${colours.font}`;
  const width = widthOf(context, node.text) + 22 * scale;
  const height = node.height * scale;
  node.width = width / scale;
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

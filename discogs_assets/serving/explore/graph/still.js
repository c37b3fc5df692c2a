/** A graph as a picture of its own: as large as its names need, with a title above and notes below. */
import { edition } from "../core/api.js";
import { fontOf, wrapText } from "../parts/fit.js";
import { readColours } from "./colours.js";
import { CROWD, draw } from "./draw.js";
import { findExtent } from "./frame.js";
import { placeLabels, sizeAt } from "./labels.js";

/** @typedef {import("./draw.js").Scene} Scene */
/** @typedef {{ scene: Scene, title: string[], notes: string[], head: number, width: number, height: number }} Plan */

const EDGE = 32;
const TITLE = { size: 22, line: 28, weight: 600 };
const NOTE = { size: 13, line: 20 };

/** Room for names beyond the outermost nodes. */
const NAMES = { across: 80, down: 26 };

/** Least width of a picture, for its title and notes; and the largest side, which browsers still draw. */
const SIDES = { least: 640, most: 3000 };

/** Zooms at which names are tried: the first one that has a place for each is taken. */
const ZOOMS = [1.2, 1.5, 1.9, 2.4, 3];


/** @param {Picture} picture @returns {Pick<Scene, "nodes" | "links" | "path" | "selected" | "hovered" | "colours" | "labels">} */
function readScene({ nodes, links }) {
  const known = new Map(nodes.map((node) => [node.key, node]));
  const join = (/** @type {boolean} */ path) => links.filter((link) => Boolean(link.path) === path).map(({ source, target }) =>
    /** @type {[GraphNode, GraphNode]} */ ([known.get(source), known.get(target)]));
  const colours = readColours();
  return { nodes, links: join(false), path: join(true), selected: "", hovered: "", colours: { ...colours, link: colours.muted }, labels: nodes.length };
}

/**
 * Plan a picture that is cropped to its graph.
 * @param {CanvasRenderingContext2D} context measures texts
 * @param {Picture} picture
 * @param {string} title
 * @param {string[]} notes
 * @returns {Plan}
 */
export function plan(context, picture, title, notes) {
  const found = readScene(picture);
  let scene = crop(found, ZOOMS[0]);
  for (const zoom of found.nodes.length > CROWD ? [] : ZOOMS.slice(1)) {
    if (!placeLabels(context, scene.nodes, scene, sizeAt(scene.camera.k)).missing) break;
    scene = crop(found, zoom);
  }
  const room = scene.width - 2 * EDGE;
  const lines = wrapText(title, room, fontOf(TITLE.size, TITLE.weight));
  const said = [...notes, `Discogs, ${edition.month}`].flatMap((note) => wrapText(note, room, fontOf(NOTE.size)));
  const head = EDGE + lines.length * TITLE.line;
  return { scene, title: lines, notes: said, head, width: scene.width, height: head + scene.height + said.length * NOTE.line + EDGE };
}

/** @param {ReturnType<typeof readScene>} found @param {number} zoom @returns {Scene} */
function crop(found, zoom) {
  const whole = findExtent(found.nodes, { k: 1, x: 0, y: 0 });
  const k = Math.min(zoom, SIDES.most / (whole.right - whole.left), SIDES.most / (whole.bottom - whole.top));
  const { left, right, top, bottom } = findExtent(found.nodes, { k, x: 0, y: 0 });
  const width = Math.max(SIDES.least, right - left + 2 * (EDGE + NAMES.across));
  return { ...found, camera: { k, x: (width - left - right) / 2, y: NAMES.down - top }, width, height: bottom - top + 2 * NAMES.down };
}

/** @param {CanvasRenderingContext2D} context @param {Plan} plan */
export function drawPlan(context, { scene, title, notes, head, width, height }) {
  const { colours, camera } = scene;
  context.fillStyle = colours.paper;
  context.beginPath();
  context.roundRect(0, 0, width, height, 0);
  context.fill();
  draw(context, { ...scene, camera: { ...camera, y: camera.y + head }, height });
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillStyle = colours.ink;
  context.font = fontOf(TITLE.size, TITLE.weight);
  title.forEach((line, place) => context.fillText(line, EDGE, EDGE + TITLE.size - 4 + place * TITLE.line));
  context.font = fontOf(NOTE.size);
  const foot = head + scene.height;
  notes.forEach((line, place) => context.fillText(line, EDGE, foot + NOTE.line * (place + 1)));
}

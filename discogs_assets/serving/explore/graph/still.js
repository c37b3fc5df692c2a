/** A graph as a picture of its own: as large as its names need, with a title above and notes below. */
import { edition } from "../core/api.js";
import { fontOf, wrapText } from "../parts/fit.js";
import { readColours } from "./colours.js";
import { CROWD, draw } from "./draw.js";
import { findExtent } from "./frame.js";
import { placeLabels, sizeAt } from "./labels.js";

/** @typedef {import("./draw.js").Scene} Scene */
/** @typedef {{ scene: Scene, title: string[], notes: string[], width: number, height: number }} Plan */

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
  let cropped = crop(found, ZOOMS[0], title);
  for (const zoom of found.nodes.length > CROWD ? [] : ZOOMS.slice(1)) {
    if (!placeLabels(context, cropped.scene.nodes, cropped.scene, sizeAt(cropped.scene.camera.k)).missing) break;
    cropped = crop(found, zoom, title);
  }
  const { width, height } = cropped.scene;
  const said = [...notes, `Discogs, ${edition.month}`].flatMap((note) => wrapText(note, width - 2 * EDGE, fontOf(NOTE.size)));
  return { ...cropped, notes: said, width, height: height + said.length * NOTE.line + EDGE };
}

/**
 * The graph at a zoom, below the lines of its title.
 * @param {ReturnType<typeof readScene>} found
 * @param {number} zoom
 * @param {string} title
 */
function crop(found, zoom, title) {
  const whole = findExtent(found.nodes, { k: 1, x: 0, y: 0 });
  const k = Math.min(zoom, SIDES.most / (whole.right - whole.left), SIDES.most / (whole.bottom - whole.top));
  const { left, right, top, bottom } = findExtent(found.nodes, { k, x: 0, y: 0 });
  const width = Math.ceil(Math.max(SIDES.least, right - left + 2 * (EDGE + NAMES.across)));
  const lines = wrapText(title, width - 2 * EDGE, fontOf(TITLE.size, TITLE.weight));
  const begin = EDGE + lines.length * TITLE.line + NAMES.down;
  const camera = { k, x: (width - left - right) / 2, y: begin - top };
  return { title: lines, scene: { ...found, camera, width, height: Math.ceil(begin + bottom - top + NAMES.down) } };
}

/** @param {CanvasRenderingContext2D} context @param {Plan} plan */
export function drawPlan(context, { scene, title, notes, width, height }) {
  const { colours } = scene;
  context.fillStyle = colours.paper;
  context.beginPath();
  context.roundRect(0, 0, width, height, 0);
  context.fill();
  draw(context, scene);
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillStyle = colours.ink;
  context.font = fontOf(TITLE.size, TITLE.weight);
  title.forEach((line, place) => context.fillText(line, EDGE, EDGE + TITLE.size - 4 + place * TITLE.line));
  context.font = fontOf(NOTE.size);
  notes.forEach((line, place) => context.fillText(line, EDGE, scene.height + NOTE.line * (place + 1)));
}

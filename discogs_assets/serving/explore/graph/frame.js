/** Cameras that show all nodes with their names, and the extent of what they show. */
import { project, scaleOf, sizeAt } from "./labels.js";

/** @typedef {import("./draw.js").Camera} Camera */

/** Pixels around the nodes; a name is below its node. */
const EDGE = 14;
const NAME = 22;

/** Largest and least zoom of a graph that is fitted. */
const ZOOMS = [0.05, 1.5];

/** Borders of all nodes on a canvas, without their names. @param {GraphNode[]} nodes @param {Camera} camera */
export function findExtent(nodes, camera) {
  const size = sizeAt(camera.k);
  const extent = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (const node of nodes) {
    const { x, y } = project(node, camera);
    const scale = scaleOf(node, size);
    const [across, down] = [(node.width / 2) * scale, (node.height / 2) * scale];
    extent.left = Math.min(extent.left, x - across);
    extent.right = Math.max(extent.right, x + across);
    extent.top = Math.min(extent.top, y - down);
    extent.bottom = Math.max(extent.bottom, y + down);
  }
  return extent;
}

/**
 * Return the camera that shows all nodes on a canvas as large as they may be.
 * @param {GraphNode[]} nodes
 * @param {number} width
 * @param {number} height
 * @returns {Camera}
 */
export function frame(nodes, width, height) {
  const room = [width - 2 * EDGE, height - 2 * EDGE - NAME];
  let k = ZOOMS[1];
  // Nodes shrink less than distances do, so that the zoom is approached in steps.
  for (let step = 0; step < 6; step++) {
    const { left, right, top, bottom } = findExtent(nodes, { k, x: 0, y: 0 });
    const fits = Math.min(room[0] / (right - left), room[1] / (bottom - top));
    if (fits >= 1) break;
    k = Math.max(ZOOMS[0], k * fits);
  }
  const { left, right, top, bottom } = findExtent(nodes, { k, x: 0, y: 0 });
  return { k, x: (width - left - right) / 2, y: (height - NAME - top - bottom) / 2 };
}

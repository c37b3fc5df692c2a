/** Files of a graph: its picture as PNG or SVG, its data as CSV or JSON. */
import { h, useState } from "../core/dom.js";
import { edition } from "../core/api.js";
import { nameOf } from "../core/entities.js";
import { nameFile, save, toObjects, toPng, writeCsv } from "../parts/files.js";
import { Menu } from "../parts/menu.js";
import { EDITION } from "./edition.js";
import { yearOf } from "./picture.js";
import { drawPlan, plan } from "./still.js";
import { SvgContext } from "./svg.js";

/** @typedef {import("./state.js").Root} Root */
/** @typedef {{ from: Named, category: string, to: Neighbour }} Link */

/** Pixels a unit in a PNG. */
const SCALE = 2;

/** @param {{ roots: Root[], picture: Picture, notes: string[], drawn: boolean }} props `notes` say what is missing */
export function Save({ roots, picture, notes, drawn }) {
  const [failed, setFailed] = useState("");
  const title = nameOf(roots[0].entity);
  /** @type {Record<string, () => Blob | Promise<Blob>>} */
  const files = {
    ...(drawn && { PNG: () => writePng(picture, title, notes), SVG: () => writeSvg(picture, title, notes) }),
    CSV: () => new Blob([writeCsv(COLUMNS, findLinks(roots))], { type: "text/csv;charset=utf-8" }),
    JSON: () => new Blob([writeJson(roots, picture, notes)], { type: "application/json" }),
  };
  const download = async (/** @type {string} */ kind) => {
    try {
      save(nameFile(`graph ${title}`, kind.toLowerCase()), await files[kind]());
      setFailed("");
    } catch (error) {
      setFailed(`The ${kind} could not be written: ${error instanceof Error ? error.message : error}`);
    }
  };
  return h(Menu, { icon: "save", label: "Save" },
    h("p", { class: "hint" }, drawn ? "The picture, or all links that it shows." : "All links that the table shows."),
    h("div", { class: "actions" }, Object.keys(files).map((kind) =>
      h("button", { key: kind, type: "button", onClick: () => download(kind) }, kind))),
    failed && h("p", { role: "alert" }, failed));
}

/** @param {Root[]} roots @returns {Link[]} */
const findLinks = (roots) => roots.flatMap(({ entity, categories }) =>
  categories.flatMap(({ category, children }) => children.map((to) => ({ from: entity, category, to }))));

/** @type {import("../parts/files.js").Column<Link>[]} */
const COLUMNS = [
  { name: "from_type", title: "From", value: ({ from }) => from.type },
  { name: "from_id", title: "Id", value: ({ from }) => from.id },
  { name: "from_name", title: "Name", value: ({ from }) => from.name },
  { name: "category", title: "Category", value: ({ category }) => category },
  { name: "to_type", title: "To", value: ({ to }) => to.type },
  { name: "to_id", title: "Id", value: ({ to }) => to.id },
  { name: "to_name", title: "Name", value: ({ to }) => to.name },
  { name: "year", title: "Year", value: ({ to }) => yearOf(to) },
  ...EDITION.map(({ name, title, value }) => ({ name, title, value: (/** @type {Link} */ { to }) => value(to) })),
  { name: "releases", title: "Shared releases", value: ({ to }) => to.release_count },
];

/** @param {Root[]} roots @param {Picture} picture @param {string[]} notes */
function writeJson(roots, { nodes, links }, notes) {
  const entities = nodes.flatMap(({ entity, x, y, pinned }) =>
    entity ? [{ type: entity.type, id: entity.id, name: entity.name, x, y, pinned }] : []);
  const step = (/** @type {string} */ key) => /** @type {Named} */ (nodes.find((node) => node.key === key)?.entity);
  const path = links.filter((link) => link.path).map(({ source, target }) => ({ from: step(source), to: step(target) }));
  const found = toObjects(COLUMNS, findLinks(roots));
  return `${JSON.stringify({ month: edition.month, center: roots[0].entity, notes, nodes: entities, links: found, path }, null, 2)}\n`;
}

/** @param {HTMLCanvasElement} canvas */
const contextOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/** @param {Picture} picture @param {string} title @param {string[]} notes */
function writeSvg(picture, title, notes) {
  const context = new SvgContext(contextOf(document.createElement("canvas")));
  const planned = plan(contextOf(document.createElement("canvas")), picture, title, notes);
  drawPlan(/** @type {any} */ (context), planned);
  return new Blob([context.write(planned.width, planned.height, title)], { type: "image/svg+xml" });
}

/** @param {Picture} picture @param {string} title @param {string[]} notes @returns {Promise<Blob>} */
function writePng(picture, title, notes) {
  const canvas = document.createElement("canvas");
  const planned = plan(contextOf(canvas), picture, title, notes);
  [canvas.width, canvas.height] = [planned.width * SCALE, planned.height * SCALE];
  const context = contextOf(canvas);
  context.scale(SCALE, SCALE);
  drawPlan(context, planned);
  return toPng(canvas);
}

/** Tables, with their rows as files; and drawings, with the same figures as a table. */
import { h, number, useRef } from "../core/dom.js";
import { Downloads } from "./downloads.js";
import { Scroll } from "./scroll.js";

/** @typedef {import("./files.js").Column<any>} Column */

/**
 * @typedef {object} TableProps
 * @property {string} title
 * @property {Column[]} columns the first one is the heading of its row
 * @property {any[]} rows
 */

/** @param {TableProps & { said?: boolean }} props `said`: the title is a heading already */
export function Table({ title, columns, rows, said = false }) {
  return h("div", { class: "table-part" },
    h(Rows, { title, columns, rows, said }),
    h(Downloads, { title, columns, rows }));
}

/**
 * A drawing, files of it and of its figures, and the figures as a table.
 * @param {TableProps & { open?: boolean, children?: Child }} props `open`: the table is seen at once
 */
export function Plot({ title, columns, rows, open = false, children }) {
  const part = useRef(/** @type {HTMLDivElement | null} */ (null));
  return h("div", { class: "plot" },
    h("div", { ref: part }, children),
    h(Downloads, { title, columns, rows, drawing: part }),
    h("details", { open }, h("summary", null, "The same as a table"), h(Rows, { title, columns, rows, said: true })));
}

/** @param {TableProps & { said: boolean }} props */
function Rows({ title, columns, rows, said }) {
  // Numbers stand one below the other.
  const styles = columns.map(({ value }) => (rows.some((row) => typeof value(row) === "number") ? "figure" : undefined));
  return h(Scroll, { label: title }, h("table", null,
    h("caption", { class: said ? "unseen" : undefined }, title),
    h("thead", null, h("tr", null, columns.map(({ name, title }, at) =>
      h("th", { key: name, scope: "col", class: styles[at] }, h("bdi", null, title))))),
    h("tbody", null, rows.map((row, place) => h("tr", { key: place }, columns.map((column, at) =>
      h(at ? "td" : "th", { key: column.name, scope: at ? undefined : "row", class: styles[at] }, present(column, row))))))));
}

/** @param {Column} column @param {any} row @returns {Child} */
function present({ value, show }, row) {
  if (show) return show(row);
  const cell = value(row);
  if (typeof cell === "number") return number(cell);
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return h("bdi", null, Array.isArray(cell) ? cell.join(", ") : cell ?? "–");
}

/** Files of rows that a pane shows, as CSV or JSON. */
import { edition } from "../core/api.js";

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} name in files
 * @property {string} title
 * @property {(row: Row) => Cell} value
 * @property {(row: Row) => Child} [show] default: the value as text
 */

/** @typedef {string | number | boolean | null | undefined | string[]} Cell */

/** Beginnings that a spreadsheet may take for a formula, behind blanks and control characters, too. */
const FORMULA = /^[\s\p{C}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** @param {Cell} cell */
function quote(cell) {
  const text = Array.isArray(cell) ? cell.join("; ") : String(cell ?? "");
  const safe = typeof cell !== "number" && FORMULA.test(text) ? `'${text}` : text;
  return /[",;\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Rows as CSV of RFC 4180 in UTF-8. Lists are separated by "; "; text that would be a formula begins with an apostrophe.
 * @template Row
 * @param {Column<Row>[]} columns
 * @param {Row[]} rows
 */
export const writeCsv = (columns, rows) =>
  [columns.map(({ name }) => name), ...rows.map((row) => columns.map(({ value }) => value(row)))]
    .map((cells) => `${cells.map(quote).join(",")}\r\n`).join("");

/**
 * Rows as a JSON list of objects.
 * @template Row
 * @param {Column<Row>[]} columns
 * @param {Row[]} rows
 */
export const writeJson = (columns, rows) => `${JSON.stringify(toObjects(columns, rows), null, 2)}\n`;

/**
 * Return the rows as objects with the names of the columns.
 * @template Row
 * @param {Column<Row>[]} columns
 * @param {Row[]} rows
 */
export const toObjects = (columns, rows) =>
  rows.map((row) => Object.fromEntries(columns.map(({ name, value }) => [name, value(row) ?? null])));

/** A file name of letters, digits and underscores: nothing in it can turn the reading direction or leave a folder. @param {string} title @param {string} ending */
export function nameFile(title, ending) {
  const words = `discogs ${title}`.normalize("NFKC").replace(/[^\p{L}\p{M}\p{N}]+/gu, "_");
  return `${[...words].slice(0, 80).join("").replace(/_$/, "")}${edition.month && `_${edition.month}`}.${ending}`;
}

/** @param {string} name @param {Blob} blob */
export function save(name, blob) {
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Return the picture of a canvas as PNG. @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
export const toPng = (canvas) => new Promise((done, fail) =>
  canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("The picture is too large for this browser.")))));

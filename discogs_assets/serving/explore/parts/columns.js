/** Columns of tables. */
import { h, number } from "../core/dom.js";
import { EntityLink } from "./entity.js";
import { Reference } from "./reference.js";

/** @template Row @typedef {import("./files.js").Column<Row>} Column */

/**
 * @template Row
 * @param {string} name
 * @param {string} title
 * @param {Column<Row>["value"]} value
 * @param {Column<Row>["show"]} [show]
 * @returns {Column<Row>}
 */
export const column = (name, title, value, show) => ({ name, title, value, show });

/**
 * A column of links to entities, which are artists or labels of a record.
 * @template Row
 * @param {string} name
 * @param {string} title
 * @param {Kind} type
 * @param {(row: Row) => Reference[]} find
 * @returns {Column<Row>}
 */
export const references = (name, title, type, find) => ({
  name, title, value: (row) => unite(find(row)).map((each) => each.name || ""),
  show: (row) => unite(find(row)).map((each, place) => h("span", { key: place }, place > 0 && ", ",
    h(Reference, { kind: type, value: each }))),
});

/** Each of the references once: a label is there for each of its catalogue numbers. @param {Reference[]} all */
const unite = (all) => [...new Map(all.map((each) => [each.id || each.name, each])).values()];

/**
 * A column of links to an entity each.
 * @template Row
 * @param {string} name
 * @param {string} title
 * @param {Kind} type
 * @param {(row: Row) => { id: number, name: string | null }} find
 * @returns {Column<Row>}
 */
export const entity = (name, title, type, find) => ({
  name, title, value: (row) => find(row).name, show: (row) => h(EntityLink, { entity: { type, ...find(row) } }),
});

/**
 * A column of numbers without separators: years and ids.
 * @template Row
 * @param {string} name
 * @param {string} title
 * @param {(row: Row) => number | null | undefined} value
 * @returns {Column<Row>}
 */
export const digits = (name, title, value) => ({ name, title, value, show: (row) => String(value(row) ?? "–") });

/** A share as people read it: 12.5 %. @param {number} value from 0 to 100 */
export const percent = (value) => `${number(Math.round(value * 10) / 10)} %`;

/** A score with one decimal. @param {number} value */
export const score = (value) => value.toFixed(1);

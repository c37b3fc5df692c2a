/** The stores: health, rows and bytes of the published month. */
import { classes, h } from "../core/dom.js";
import { Scroll } from "../parts/scroll.js";
import { COUNTED, STORES, count, size } from "./words.js";

/** @param {{ stores: StatusStore[] }} props */
export function Stores({ stores }) {
  return h("section", null,
    h(Table, { name: "Stores of the published month", columns: ["Store", "State", "Contents", "Size"] },
      stores.map((each) => h("tr", { key: each.name },
        h("th", { scope: "row" }, STORES[each.name]),
        h("td", null, h(State, { store: each })),
        h("td", { class: "figure" }, each.rows === null ? "–" : h("span", null, count(each.rows), " ", h("span", { class: "count" }, COUNTED[each.name]))),
        h("td", { class: "figure" }, size(each.bytes))))));
}

const STATES = { ok: "✓ works", away: "✕ does not answer", switching: "⟳ switches to a new month", none: "– not loaded" };

/** @param {{ store: StatusStore }} props */
const State = ({ store }) => h("span", null,
  h("span", { class: classes("badge", `is-${store.state}`) }, STATES[store.state]),
  store.fault && h("span", { class: "said", dir: "auto" }, store.fault));

/** A table that scrolls by itself. @param {{ name: string, columns: string[], children?: Child }} props */
export function Table({ name, columns, children }) {
  return h(Scroll, { label: name }, h("table", null,
    h("caption", null, name),
    h("thead", null, h("tr", null, columns.map((column) => h("th", { key: column, scope: "col" }, column)))),
    h("tbody", null, children)));
}

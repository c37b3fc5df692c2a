/** The same graph as tables: for each entity its categories, for each open category its neighbours. */
import { classes, h, number } from "../core/dom.js";
import { keyOf, MEANINGS, nameOf, selectLink } from "../core/entities.js";
import { EntityLink, KindBadge } from "../parts/entity.js";
import { Scroll } from "../parts/scroll.js";
import { EDITION } from "./edition.js";
import { isLate, yearOf } from "./picture.js";

/** @typedef {import("./state.js").Category} Category */
/** @typedef {import("./state.js").Root} Root */
/** @typedef {{ onToggle: (key: string) => void, onMore: (key: string) => void, onGrow: (entity: Named) => void, grown: Set<string> }} Actions */

/** @param {{ roots: Root[], versus: number | null, actions: Actions }} props */
export function GraphTable({ roots, versus, actions }) {
  return h("div", { class: "graph-table" }, roots.map(({ entity, categories }) =>
    h("section", { key: keyOf(entity) },
      h("h2", null, h(EntityLink, { entity, href: selectLink(entity) }), " ", h(KindBadge, { kind: entity.type })),
      !categories.length && h("p", { class: "hint" }, "It has no neighbours in this month."),
      categories.map((category) => h(CategoryPart, { key: category.key, category, versus, actions })))));
}

/** @param {{ category: Category, versus: number | null, actions: Actions }} props */
function CategoryPart({ category, versus, actions }) {
  const { key, name, kind, count, open, total, children, problem } = category;
  const left = total - children.length;
  return h("div", { class: "category" },
    h("button", {
      type: "button", class: classes("disclosure", open && "open"), "aria-expanded": open, title: MEANINGS[kind],
      onClick: () => actions.onToggle(key),
    }, h("span", null, name), h("span", { class: "count" }, number(count))),
    open && problem && h("p", { role: "alert" }, problem),
    open && !problem && total < count && h("p", { class: "hint" }, `${number(total)} of ${number(count)} with these years and roles`),
    open && children.length > 0 && h(Neighbourhood, { category, versus, actions }),
    open && left > 0 && h("button", { type: "button", onClick: () => actions.onMore(key) },
      `Load more: ${number(left)} are left`));
}

/** @param {{ category: Category, versus: number | null, actions: Actions }} props */
function Neighbourhood({ category, versus, actions }) {
  const works = category.kind === "release" || category.kind === "master";
  const edition = EDITION.filter(({ value }) => works && category.children.some((each) => String(value(each) ?? "")));
  const shared = !works && category.children.some((each) => each.release_count);
  return h(Scroll, { label: `${category.name}: neighbours` }, h("table", null,
    h("caption", { class: "unseen" }, category.name),
    h("thead", null, h("tr", null,
      h("th", { scope: "col" }, "Name"),
      works && h("th", { scope: "col", class: "figure" }, "Year"),
      edition.map(({ name, title }) => h("th", { key: name, scope: "col" }, title)),
      shared && h("th", { scope: "col", class: "figure" }, "Shared releases"),
      versus !== null && h("th", { scope: "col" }, "Came"),
      h("th", { scope: "col" }, h("span", { class: "unseen" }, "Actions")))),
    h("tbody", null, category.children.map((child) => h("tr", { key: keyOf(child) },
      h("td", null, h(EntityLink, { entity: child, href: selectLink(child) })),
      works && h("td", { class: "figure" }, child.year || "–"),
      edition.map(({ name, value }) => h("td", { key: name }, h("bdi", null, [value(child) ?? []].flat().join(", ") || "–"))),
      shared && h("td", { class: "figure" }, child.release_count ? number(child.release_count) : "–"),
      versus !== null && h("td", null, !yearOf(child) ? "no year" : isLate(child, versus) ? `after ${versus}` : `until ${versus}`),
      h("td", { class: "action" }, !actions.grown.has(keyOf(child)) && h("button", {
        type: "button", class: "quiet", "aria-label": `Show neighbours of ${nameOf(child)}`,
        onClick: () => actions.onGrow(child),
      }, "neighbours")))))));
}

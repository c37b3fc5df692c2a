/** The way from pane to pane: tabs, or a menu that has them all where they would not fit. */
import { h, useRef } from "../core/dom.js";
import { link } from "../core/router.js";
import { Menu } from "../parts/menu.js";
import { useMedia } from "../parts/size.js";
import { PANES } from "./panes.js";

/** @typedef {import("./panes.js").Pane} Pane */

/** @param {{ pane: Pane, query: URLSearchParams }} props */
export function Navigation({ pane, query }) {
  const narrow = useMedia("(max-width: 1100px)");
  const links = h(Links, { pane, query });
  if (!narrow) return h("nav", { class: "tabs", "aria-label": "Panes" }, links);
  return h("nav", { class: "pane-menu", "aria-label": "Panes" }, h(Menu, { icon: "menu", label: pane.title, name: `Menu, now ${pane.title}`, children: links }));
}

/** @param {{ pane: Pane, query: URLSearchParams }} props */
function Links({ pane, query }) {
  const graph = useRef("/");
  if (pane.name === "explore") graph.current = query.size ? `/?${query}` : "/";
  const shown = query.get("sel") || (query.get("type") && query.get("id") ? `${query.get("type")}:${query.get("id")}` : "");
  return PANES.map(({ name, title, path, carry }) => h("a", {
    key: name, "aria-current": pane.name === name ? "page" : undefined,
    href: path || (name === "explore" ? (pane.name === name ? "/" : graph.current) : link({ pane: name, ...(shown && carry ? carry(shown) : {}) })),
  }, title));
}

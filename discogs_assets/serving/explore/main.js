/** The page: header with search, tabs, and the pane that the URL names. */
import { Ask } from "./ask/ask.js";
import { h, render, useEffect } from "./core/dom.js";
import { useMonth } from "./core/api.js";
import { exploreLink } from "./core/entities.js";
import { focusMain, watchFocus } from "./core/focus.js";
import { go, link, start, useQuery } from "./core/router.js";
import { chooseTheme, useTheme } from "./core/theme.js";
import { nameMonth } from "./panes/months.js";
import { Navigation } from "./panes/navigation.js";
import { findPane } from "./panes/panes.js";
import { completeEverything } from "./panes/person.js";
import { Icon } from "./parts/icons.js";
import { Picker } from "./parts/picker.js";
import { useMedia } from "./parts/size.js";

function Page() {
  const query = useQuery();
  const pane = findPane(query);
  useEffect(focusOnSlash, []);
  return h("div", { class: `page pane-${pane.name}` },
    h("a", { class: "skip", href: "#main" }, "Skip to the content"),
    h(Header, { query }),
    h(Navigation, { pane, query }),
    h(Ask, null),
    h("main", { id: "main", tabIndex: -1 }, h(pane.view, { key: pane.name })));
}

/** @param {{ query: URLSearchParams }} props */
function Header({ query }) {
  const month = useMonth();
  const narrow = useMedia("(max-width: 640px)");
  const leave = (/** @type {string} */ url) => { go(url); focusMain(); };
  return h("header", { class: "top" },
    h("a", { class: "brand", href: "/" }, h("img", { src: new URL("icon.svg", import.meta.url).pathname, alt: "", width: 28, height: 28 }), h("span", null, "discogs", h("span", { class: "second" }, " explorer"))),
    h("div", { role: "search", class: "search-box" },
      h(Icon, { name: "search" }),
      h(Picker, {
        id: "search", label: "Search everything", placeholder: narrow ? "Artist, label, record, number…" : "Artist, label, record, catalogue number…", text: query.get("pane") === "search" ? query.get("q") || "" : "",
        clears: true, complete: completeEverything, none: "No name starts like this. Press Enter to search all words.",
        onPick: (entity) => leave(entity.href || exploreLink(entity)), onSubmit: (text) => leave(link({ pane: "search", q: text })),
      }),
      h("kbd", { "aria-hidden": "true", title: "Press / to search" }, "/")),
    h("a", { class: "month", href: link({ pane: "months" }), title: "The month of all data shown here" }, month && nameMonth(month, narrow ? "short" : "long")),
    h(ThemeSwitch, null));
}

function ThemeSwitch() {
  const theme = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return h("button", { type: "button", class: "tool", "aria-label": `Switch to ${other}`, title: `Switch to ${other}`, onClick: () => chooseTheme(other) },
    h(Icon, { name: theme === "dark" ? "sun" : "moon" }));
}

/** Let the key / focus the search box. */
function focusOnSlash() {
  const listener = (/** @type {KeyboardEvent} */ event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    document.getElementById("search")?.focus();
  };
  addEventListener("keydown", listener);
  return () => removeEventListener("keydown", listener);
}

start();
watchFocus();
const place = /** @type {HTMLElement} */ (document.getElementById("page"));
place.replaceChildren();
render(h(Page, null), place);

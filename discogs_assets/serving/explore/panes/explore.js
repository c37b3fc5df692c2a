/** Explore: the graph around an entity, or where to begin. */
import { h, useEffect, useMemo, useState } from "../core/dom.js";
import { usePromise } from "../core/api.js";
import { keyOf, nameOf, parseKey } from "../core/entities.js";
import { change, go, useQuery } from "../core/router.js";
import { GraphCanvas } from "../graph/canvas.js";
import { compose } from "../graph/picture.js";
import { changePages, load, readPages, readWanted } from "../graph/state.js";
import { GraphTable } from "../graph/table.js";
import { Icon } from "../parts/icons.js";
import { Panel } from "../parts/panel.js";
import { Failure, Loading } from "../parts/states.js";
import { Welcome } from "./welcome.js";
import { YearFilter } from "./year_filter.js";

/** @typedef {import("../graph/state.js").Wanted} Wanted */
/** @typedef {import("../graph/state.js").Root} Root */

export function Explore() {
  const wanted = readWanted(useQuery());
  return wanted ? h(Graph, { key: JSON.stringify(wanted.center), wanted }) : h(Welcome, null);
}

/** @param {{ wanted: Wanted }} props */
function Graph({ wanted }) {
  const { answer: roots, problem, loading, retry } = usePromise(JSON.stringify(wanted), (signal) => load(wanted, signal));
  const undo = useUndo();
  const actions = makeActions(wanted, roots || [], undo.record);
  if (problem) return h("div", { class: "explore" }, h(Failure, { problem, retry }));
  if (!roots) return h("div", { class: "explore" }, h(Loading, { lines: 10, text: "Loading the graph" }));
  return h(Shown, { wanted, roots, loading, undo, actions });
}

/** @param {{ wanted: Wanted, roots: Root[], loading: boolean, undo: ReturnType<typeof useUndo>, actions: ReturnType<typeof makeActions> }} props */
function Shown({ wanted, roots, loading, undo, actions }) {
  const query = useQuery();
  const center = roots[0].entity;
  const entity = findEntity(query.get("sel"), roots) || center;
  const grown = new Set(roots.map((root) => keyOf(root.entity)));
  const table = query.get("view") === "table";
  const picture = useMemo(() => compose(roots), [roots]);
  useEffect(() => { document.title = `${nameOf(center)} – discogs explorer`; }, [center]);
  return h("div", { class: "explore", "aria-busy": loading },
    h("div", { class: "stage" },
      h(Toolbar, { wanted, center, undo, table }),
      table
        ? h(GraphTable, { roots, actions: { ...actions, onGrow: actions.grow, grown } })
        : h(GraphCanvas, {
          picture, selected: keyOf(entity), label: `Graph of ${nameOf(center)}`, onPlace: undo.record,
          onActivate: actions.activate, onOpen: (node) => node.entity && !node.root && actions.grow(node.entity),
        })),
    h(Panel, { entity, center: entity === center, grown: grown.has(keyOf(entity)), onGrow: () => actions.grow(entity) }));
}

/** @param {{ wanted: Wanted, center: Named, undo: ReturnType<typeof useUndo>, table: boolean }} props */
function Toolbar({ wanted, center, undo, table }) {
  return h("div", { class: "toolbar" },
    h("div", { class: "segments", role: "group", "aria-label": "Show as" },
      h("a", { href: change({ view: null }), "aria-current": table ? undefined : "true" }, "Graph"),
      h("a", { href: change({ view: "table" }), "aria-current": table ? "true" : undefined }, "Table")),
    h("button", { type: "button", class: "quiet", disabled: !undo.available, onClick: undo.run }, h(Icon, { name: "undo" }), "Undo"),
    h(YearFilter, { center, before: wanted.before }));
}

/** Steps that can be undone, the newest last. */
function useUndo() {
  const [steps, setSteps] = useState(/** @type {(() => void)[]} */ ([]));
  return {
    available: steps.length > 0,
    record: (/** @type {() => void} */ step) => setSteps((all) => [...all.slice(-99), step]),
    run: () => {
      steps[steps.length - 1]?.();
      setSteps(steps.slice(0, -1));
    },
  };
}

/**
 * What a visitor can do with the graph; each change is one of the URL.
 * @param {Wanted} wanted
 * @param {Root[]} roots
 * @param {(undo: () => void) => void} record
 */
function makeActions(wanted, roots, record) {
  const apply = (/** @type {import("../core/router.js").Parameters} */ changes) => {
    const before = change({});
    go(change(changes), true);
    record(() => go(before, true));
  };
  const pages = readPages(wanted.open);
  const set = (/** @type {string} */ key, /** @type {number} */ count) => apply({ open: changePages(wanted.open, key, count) });
  const onToggle = (/** @type {string} */ key) => set(key, pages.has(key) ? 0 : 1);
  const onMore = (/** @type {string} */ key) => set(key, (pages.get(key) || 0) + 1);
  const grow = (/** @type {Named} */ entity) => {
    const key = keyOf(entity);
    const known = roots.some((root) => keyOf(root.entity) === key);
    if (!known) apply({ with: [...wanted.grown, key], sel: key });
  };
  const activate = (/** @type {GraphNode} */ node) => {
    if (node.role === "entity") go(change({ sel: node.key }), true);
    else if (node.role === "more") onMore(String(node.category));
    else onToggle(String(node.category));
  };
  return { onToggle, onMore, grow, activate };
}

/** The entity that is selected, with its name if the graph knows it. @param {string | null} key @param {Root[]} roots */
function findEntity(key, roots) {
  const all = roots.flatMap(({ entity, categories }) => [entity, ...categories.flatMap((each) => each.children)]);
  return all.find((each) => keyOf(each) === key) || parseKey(key);
}

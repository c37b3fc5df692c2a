/** Explore: the graph around an entity, or where to begin. */
import { h, plural, useEffect, useMemo, useState } from "../core/dom.js";
import { ask, useAnswer, usePromise } from "../core/api.js";
import { keyOf, nameOf, parametersOf, parseKey, selectLink } from "../core/entities.js";
import { change, go, link, query, useQuery } from "../core/router.js";
import { GraphCanvas } from "../graph/canvas.js";
import { compose } from "../graph/picture.js";
import { Save } from "../graph/save.js";
import { Share } from "../graph/share.js";
import { readSnapshot } from "../graph/snapshot.js";
import { changePages, load, readPages, readWanted, ROLES } from "../graph/state.js";
import { summarise, Summary } from "../graph/summary.js";
import { GraphTable } from "../graph/table.js";
import { Chain, pathParameters } from "../parts/chain.js";
import { Icon } from "../parts/icons.js";
import { Panel } from "../parts/panel.js";
import { useMedia } from "../parts/size.js";
import { Failure, Loading, NoRecord } from "../parts/states.js";
import { Timeline } from "../parts/timeline.js";
import { Welcome } from "./welcome.js";

/** @typedef {import("../graph/state.js").Wanted} Wanted */
/** @typedef {import("../graph/state.js").Root} Root */
/** @typedef {ReturnType<typeof makeActions>} Actions */
/** @typedef {ReturnType<typeof useUndo>} Undo */

export function Explore() {
  const parameters = useQuery();
  const token = parameters.get("snapshot");
  const wanted = readWanted(parameters);
  const { answer: restored, problem, retry } = usePromise(token, async (signal) =>
    readSnapshot(await ask(`snapshot/${encodeURIComponent(String(token))}`, {}, signal)));
  useEffect(() => {
    if (restored && !wanted) go(link({ ...restored.parameters, snapshot: token }), true);
  }, [restored]);
  if (problem && !wanted) return h("div", { class: "explore" }, h(Failure, { problem, alone: true, retry, missing: problem.message }));
  if (token && !restored && !problem) return h(Awaited, null);
  if (!wanted) return token ? h(Awaited, null) : h(Welcome, null);
  const places = restored?.places || NO_PLACES;
  return h(Graph, { key: JSON.stringify([wanted.center, token]), wanted, places, lost: problem?.message || "" });
}

/** @type {Map<string, Place>} */
const NO_PLACES = new Map();

const Awaited = () => h("div", { class: "explore" }, h(Loading, { lines: 10, text: "Loading the graph" }));

/** @typedef {{ wanted: Wanted, places: Map<string, Place>, lost: string }} GraphProps `lost` says why a snapshot is not there */

/** @param {GraphProps} props */
function Graph({ wanted, places, lost }) {
  const { path, ...content } = wanted;
  const { answer: roots, problem, loading, retry } = usePromise(JSON.stringify(content), (signal) => load(wanted, signal));
  const undo = useUndo();
  const actions = makeActions(wanted, roots || [], undo.record);
  const { type, id } = wanted.center;
  if (problem) return h("div", { class: "explore" }, h(Failure, { problem, alone: true, retry, missing: id && h(NoRecord, { kind: /** @type {Kind} */ (type), id }) }));
  if (!roots) return h(Awaited, null);
  return h(Shown, { wanted, places, lost, roots, loading, undo, actions });
}

/** @param {GraphProps & { roots: Root[], loading: boolean, undo: Undo, actions: Actions }} props */
function Shown({ wanted, places, lost, roots, loading, undo, actions }) {
  const selected = useQuery().get("sel");
  const center = roots[0].entity;
  const entity = findEntity(selected, roots) || center;
  const grown = new Set(roots.map((root) => keyOf(root.entity)));
  const table = useQuery().get("view") === "table";
  const found = usePath(wanted.path);
  const steps = found.answer?.path;
  const picture = useMemo(() => compose(roots, wanted.versus, steps), [roots, wanted.versus, steps]);
  const notes = summarise(roots, wanted);
  useEffect(() => { document.title = `${nameOf(center)} – discogs explorer`; }, [center]);
  return h("div", { class: "explore", "aria-busy": loading },
    h("div", { class: "stage" },
      h("div", { class: "toolbar" },
        h(Toolbar, { wanted, undo, table, entity, actions }),
        h(Share, { roots, picture, wanted, selected }),
        h(Save, { roots, picture, notes: summarise(roots, wanted, true), drawn: !table }),
        h(Filters, { wanted, roots, actions, busy: loading })),
      lost && h("p", { class: "summary", role: "alert", dir: "auto" }, `${lost} The nodes have a new layout.`),
      h(Summary, { notes }),
      wanted.path && h(PathStrip, { path: wanted.path, roots, found }),
      table
        ? h(GraphTable, { roots, versus: wanted.versus, actions: { ...actions, onGrow: actions.grow, grown } })
        : h(GraphCanvas, {
          picture, places, selected: keyOf(entity), label: `Graph of ${nameOf(center)}`, onPlace: undo.record,
          onActivate: actions.activate, onOpen: (node) => node.entity && !node.root && actions.grow(node.entity),
        })),
    h(Panel, { entity, center: entity === center, grown: grown.has(keyOf(entity)), onGrow: () => actions.grow(entity) }));
}

/** @param {{ wanted: Wanted, undo: Undo, table: boolean, entity: Named, actions: Actions }} props */
function Toolbar({ wanted, undo, table, entity, actions }) {
  return [
    h("div", { class: "segments", role: "group", "aria-label": "Show as" },
      h("a", { href: change({ view: null }), "aria-current": table ? undefined : "true" }, "Graph"),
      h("a", { href: change({ view: "table" }), "aria-current": table ? "true" : undefined }, "Table")),
    h("button", { type: "button", class: "quiet", disabled: !undo.available, onClick: undo.run }, h(Icon, { name: "undo" }), h("span", { class: "menu-label" }, "Undo")),
    h("button", {
      type: "button", class: "quiet", "aria-pressed": wanted.path !== null, title: "Click one end, then this, then the other end",
      onClick: () => actions.set({ from: wanted.path ? null : keyOf(entity), to: null }),
    }, h(Icon, { name: "path" }), h("span", { class: "menu-label" }, "Path")),
  ];
}

/** Roles and years; on a narrow screen behind a button, unless they are chosen. @param {{ wanted: Wanted, roots: Root[], actions: Actions, busy: boolean }} props */
function Filters({ wanted, roots, actions, busy }) {
  const narrow = useMedia("(max-width: 820px)");
  const [open, setOpen] = useState(Boolean(wanted.before || wanted.role));
  const credited = roots.some((root) => root.categories.some((each) => each.category === "credits"));
  return [
    narrow && h("button", { type: "button", class: "quiet", "aria-expanded": open, "aria-controls": "graph-filters", title: "Years and roles", onClick: () => setOpen(!open) },
      h(Icon, { name: "filter" }), h("span", { class: "menu-label" }, "Years and roles")),
    h("div", { id: "graph-filters", class: "graph-filters", hidden: narrow && !open },
      (credited || wanted.role) && h("label", { class: "check" }, "Credits",
        h("select", {
          value: wanted.role, onChange: (/** @type {Event} */ event) =>
            actions.set({ role: /** @type {HTMLSelectElement} */ (event.target).value || null }),
        }, h("option", { value: "", selected: !wanted.role }, "all roles"),
        ROLES.map((role) => h("option", { key: role, value: role, selected: role === wanted.role }, role)))),
      h(Years, { center: roots[0].entity, busy })),
  ];
}

/** @param {{ center: Named, busy: boolean }} props */
function Years({ center, busy }) {
  const { answer } = useAnswer("trends", parametersOf(center));
  const years = /** @type {Trends | null} */ (answer)?.data.map((each) => each.year) || [];
  if (years.length < 2) return null;
  return h(Timeline, { name: "before", label: "Until", first: Math.min(...years), last: Math.max(...years), busy });
}

/** @param {Wanted["path"]} path */
function usePath(path) {
  const [from, to] = [parseKey(path?.from || null), parseKey(path?.to || null)];
  return /** @type {import("../core/api.js").Awaited<PathFound>} */ (
    useAnswer(from && to ? "path" : null, from && to ? pathParameters(from, to) : {}));
}

/** @param {{ path: NonNullable<Wanted["path"]>, roots: Root[], found: ReturnType<typeof usePath> }} props */
function PathStrip({ path, roots, found: { answer, problem, retry } }) {
  const from = findEntity(path.from, roots);
  const text = () => {
    if (!path.to) return h("p", null, "Path from ", h("bdi", null, from && nameOf(from)), ": choose the other end in the graph.");
    if (problem) return h(Failure, { problem, retry });
    if (!answer) return h("p", null, "Looking for a path");
    if (!answer.found) return h("p", null, "There is no path of at most 6 links by releases, credits, bands and aliases.");
    return h("details", null, h("summary", null, `${plural(Number(answer.length), "link")}: `,
      answer.path.map((step, place) => [place > 0 && " → ", h("bdi", null, nameOf(step))])),
      h(Chain, { path: answer.path, href: selectLink }));
  };
  return h("section", { class: "path-strip", "aria-label": "Path" }, h("div", { role: "status" }, text()),
    h("a", { class: "button quiet", href: change({ from: null, to: null }) }, "Close the path"));
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
  const find = (/** @type {string} */ key) => roots.flatMap((root) => root.categories).find((each) => each.key === key);
  const open = (/** @type {import("../graph/state.js").Category | undefined} */ category, /** @type {number} */ count) =>
    category && apply({ open: changePages(wanted.open, category, count) });
  const onToggle = (/** @type {string} */ key) => open(find(key), find(key)?.open ? 0 : 1);
  const onMore = (/** @type {string} */ key) => open(find(key), (pages.get(key) || 0) + 1);
  const grow = (/** @type {Named} */ entity) => {
    const key = keyOf(entity);
    const known = roots.some((root) => keyOf(root.entity) === key);
    if (!known) apply({ with: [...wanted.grown, key], sel: key });
  };
  const activate = (/** @type {GraphNode} */ node, /** @type {boolean} */ shift) => {
    const from = wanted.path && !wanted.path.to ? wanted.path.from : shift ? query().get("sel") || keyOf(roots[0].entity) : null;
    if (node.role === "entity" && from && from !== node.key) apply({ from, to: node.key });
    else if (node.role === "entity") go(change({ sel: node.key }), true);
    else if (node.role === "more") onMore(String(node.category));
    else onToggle(String(node.category));
  };
  return { onToggle, onMore, grow, activate, set: apply };
}

/** The entity that is selected, with its name if the graph knows it. @param {string | null} key @param {Root[]} roots */
function findEntity(key, roots) {
  const all = roots.flatMap(({ entity, categories }) => [entity, ...categories.flatMap((each) => each.children)]);
  return all.find((each) => keyOf(each) === key) || parseKey(key);
}

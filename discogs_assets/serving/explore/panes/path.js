/** Path: how two entities are connected, with the releases between them. */
import { h, plural, useEffect } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { nameOf, parseKey, keyOf } from "../core/entities.js";
import { change, go, useQuery } from "../core/router.js";
import { Chain as Steps, pathParameters } from "../parts/chain.js";
import { Picker } from "../parts/picker.js";
import { Empty, Failure, Loading } from "../parts/states.js";

const WAYS = {
  releases: "Main artists of releases", credits: "Credits", membership: "Bands and members", aliases: "Aliases",
  labels: "Labels", genres: "Genres and styles",
};
const USUAL = ["releases", "credits", "membership", "aliases"];
const DEPTHS = [2, 4, 6, 8, 10, 12];

export function Path() {
  const query = useQuery();
  const [from, to] = [parseKey(query.get("from")), parseKey(query.get("to"))];
  const via = query.getAll("via").filter((each) => Object.hasOwn(WAYS, each));
  useEffect(() => { document.title = "Path – discogs explorer"; }, []);
  return h("div", { class: "path" },
    h("h1", null, "How are two of them connected?"),
    h("div", { class: "ends" },
      h(End, { label: "From", name: "from", entity: from }),
      h(End, { label: "To", name: "to", entity: to })),
    h(Ways, { via }),
    from && to
      ? h(Chain, { from, to, via, depth: Number(query.get("depth")) || 6 })
      : h(Empty, { title: "Choose two ends" }, "Choose two artists, or any other two, to see the shortest chain of records, credits and bands between them."));
}

/** @param {{ label: string, name: string, entity: Named | null }} props */
function End({ label, name, entity }) {
  const node = useAnswer(entity ? `node/${encodeURIComponent(String(entity.id))}` : null, { type: entity?.type });
  const found = /** @type {Named | null} */ (node.answer);
  return h(Picker, {
    label, visible: true, placeholder: "Artist, label, record…", text: entity && found ? nameOf(found) : "",
    onPick: (picked) => go(change({ [name]: keyOf(picked) })),
  });
}

/** @param {{ via: string[] }} props */
function Ways({ via }) {
  const chosen = via.length ? via : USUAL;
  const toggle = (/** @type {string} */ way) => {
    const next = chosen.includes(way) ? chosen.filter((each) => each !== way) : [...chosen, way];
    const usual = next.length === USUAL.length && USUAL.every((each) => next.includes(each));
    go(change({ via: usual ? null : next }), true);
  };
  return h("fieldset", { class: "ways" }, h("legend", null, "Links that count"),
    Object.entries(WAYS).map(([way, text]) => h("label", { key: way, class: "check" },
      h("input", {
        type: "checkbox", checked: chosen.includes(way), disabled: chosen.length === 1 && chosen[0] === way,
        onChange: () => toggle(way),
      }), text)),
    h(Depth, null));
}

function Depth() {
  const depth = useQuery().get("depth") || "6";
  const choose = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    go(change({ depth: value === "6" ? null : value }), true);
  };
  return h("label", { class: "check" }, "at most",
    h("select", { value: depth, onChange: choose }, DEPTHS.map((each) => h("option", { key: each, value: each, selected: String(each) === depth }, each))), "links");
}

/** Links that allow more, where no path was found. @param {{ via: string[], depth: number }} props */
function Wider({ via, depth }) {
  const chosen = via.length ? via : USUAL;
  const most = Math.max(...DEPTHS);
  /** @type {[string, string][]} */
  const offers = Object.entries(WAYS).filter(([way]) => !chosen.includes(way))
    .map(([way, text]) => [`Count ${text.toLowerCase()}, too`, change({ via: [...chosen, way] })]);
  if (depth < most) offers.unshift([`Allow ${most} links`, change({ depth: String(most) })]);
  return offers.map(([text, href], place) => h("span", { key: text }, place > 0 && " · ", h("a", { href }, text)));
}

/** @param {{ from: Named, to: Named, via: string[], depth: number }} props */
function Chain({ from, to, via, depth }) {
  const { answer, problem, loading, retry } = useAnswer("path", { ...pathParameters(from, to), via, max_depth: depth });
  const found = /** @type {PathFound | null} */ (answer);
  if (problem) return h(Failure, { problem, retry });
  if (!found) return h(Loading, { lines: 5, text: "Looking for a path" });
  if (!found.found) {
    return h(Empty, { title: "No path" }, `There is none with at most ${depth} of these links. `, h(Wider, { via, depth }));
  }
  return h("section", { class: "chain", "aria-busy": loading },
    h("div", { role: "status" }, h("h2", null, found.length ? `${plural(found.length, "link")} apart` : "The same")),
    h(Steps, { path: found.path }));
}

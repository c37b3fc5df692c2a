/** States of a part that is not there: awaited, empty, or failed, each with advice. */
import { h } from "../core/dom.js";
import { KindBadge } from "./entity.js";
import { change } from "../core/router.js";

/** @typedef {import("../core/api.js").Problem} Problem */

/** @param {{ lines?: number, text?: string }} props */
export function Loading({ lines = 4, text = "Loading" }) {
  const bars = Array.from({ length: lines }, (_, line) => h("span", { key: line, class: "bar" }));
  return h("div", { class: "loading", role: "status" }, h("span", { class: "unseen" }, text), bars);
}

/** @param {{ title: string, children?: Child }} props */
export function Empty({ title, children }) {
  return h("div", { class: "empty" }, h("p", { class: "empty-title" }, title), h("div", null, children));
}

/** Advice by status. @type {Record<number, string>} */
const ADVICE = {
  0: "Check the connection, then try again.",
  404: "Search for the name in the box at the top: it finds other spellings, too.",
  410: "A new month was published meanwhile. Try again.",
  429: "Wait a moment, then try again.",
  503: "A store is starting or switching to a new month. Try again in a few seconds.",
  504: "Ask for less: fewer steps or an earlier year.",
};

/** Link to one of several entities of a name. @typedef {(entity: Named) => string} Choose */

/** @param {{ problem: Problem, retry?: () => void, choose?: Choose }} props */
export function Failure({ problem, retry, choose = ({ id }) => change({ id, name: null }) }) {
  if (problem.candidates.length) return h(Candidates, { problem, choose });
  return h("div", { class: "failure", role: "alert" },
    h("p", { class: "empty-title" }, problem.status === 404 ? "Nothing is here" : "This did not work"),
    h("p", { dir: "auto" }, problem.message),
    ADVICE[problem.status] && h("p", null, ADVICE[problem.status]),
    retry && h("button", { type: "button", onClick: retry }, "Try again"));
}

/** Entities of one name, for the visitor to choose from. @param {{ problem: Problem, choose: Choose }} props */
function Candidates({ problem, choose }) {
  return h("div", { class: "failure" },
    h("p", { class: "empty-title" }, "Several bear this name. Which one do you mean?"),
    h("ul", { class: "plain" }, problem.candidates.map((each) =>
      h("li", { key: each.id },
        h("a", { href: choose(each) }, h("bdi", null, each.name), each.id ? ` (${each.id}) ` : " (without an id) "),
        each.type && h(KindBadge, { kind: each.type })))));
}

/** States of a part that is not there: awaited, empty, or failed, each with advice. */
import { h } from "../core/dom.js";
import { change, link } from "../core/router.js";
import { KindBadge } from "./entity.js";

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

/** What is wrong, by status, where the answer of the API is for programmers. @type {Record<number, string>} */
const CAUSES = {
  404: "This month has no record of this name or number.",
  409: "This month is loaded only in part, and what is needed here is missing.",
  410: "This is of an earlier month.",
  422: "The address of this page has a value that cannot be.",
};

/** What is wrong, for a visitor. @param {Problem} problem */
export const describe = ({ status, message }) => CAUSES[status] || message;

/** Whether the same question may be answered later. @param {Problem} problem */
const passes = ({ status }) => ![404, 409, 422].includes(status);

/** Advice by status. @type {Record<number, string>} */
const ADVICE = {
  0: "Check the connection, then try again.",
  404: "Search for the name in the box at the top: it finds other spellings, too.",
  409: "Whoever runs this server can load the rest.",
  422: "Start from the box at the top.",
  410: "A new month was published meanwhile. Try again.",
  429: "Wait a moment, then try again.",
  503: "A store is starting or switching to a new month. Try again in a few seconds.",
  504: "Ask for less: fewer steps or an earlier year.",
};

/** Link to one of several entities of a name. @typedef {(entity: Named) => string} Choose */

/**
 * `alone` if the pane shows nothing else: its title is the page's then. `missing` says what is not there, with advice.
 * @param {{ problem: Problem, alone?: boolean, retry?: () => void, choose?: Choose, missing?: Child }} props
 */
export function Failure({ problem, alone = false, retry, choose = ({ id }) => change({ id, name: null }), missing }) {
  const title = alone ? "h1" : "p";
  if (problem.candidates.length) return h(Candidates, { problem, title, choose });
  return h("div", { class: "failure", role: "alert" },
    h(title, { class: "empty-title" }, problem.status === 404 ? "Nothing is here" : "This did not work"),
    problem.status === 404 && missing
      ? h("div", { dir: "auto" }, missing)
      : [h("p", { dir: "auto" }, describe(problem)), ADVICE[problem.status] && h("p", null, ADVICE[problem.status])],
    retry && passes(problem) && h("button", { type: "button", onClick: retry }, "Try again"));
}

/** Advice about an entity that the month does not have; an artist may be credited all the same. @param {{ kind: Kind, id: string | number }} props */
export function NoRecord({ kind, id }) {
  return h("p", null, `This month has no record of the ${kind} ${id}. `,
    kind === "artist"
      ? ["Records may credit this artist: ", h("a", { key: "credits", href: link({ pane: "credits", p: `artist:${id}` }) }, "the credits"), "."]
      : "Search for its name in the box at the top.");
}

/** Entities of one name, for the visitor to choose from. @param {{ problem: Problem, title: string, choose: Choose }} props */
function Candidates({ problem, title, choose }) {
  return h("div", { class: "failure" },
    h(title, { class: "empty-title" }, "Several bear this name. Which one do you mean?"),
    h("ul", { class: "plain" }, problem.candidates.map((each) =>
      h("li", { key: each.id },
        h("a", { href: choose(each) }, h("bdi", null, each.name), each.id ? ` (${each.id}) ` : " (without an id) "),
        each.type && h(KindBadge, { kind: each.type })))));
}

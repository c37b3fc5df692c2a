/** An answer in natural language: its text, links that follow from it, and the tools that were called for it. */
import { classes, h, plural } from "../core/dom.js";
import { keyOf } from "../core/entities.js";
import { EntityLink, KindBadge } from "../parts/entity.js";

const ENTITIES = 8;

/** @typedef {import("./question.js").State} State */

/** @param {{ state: State }} props */
export function AnswerView({ state }) {
  const { answer, problem, running, tools } = state;
  const text = answer ? answer.summary : running ? state.text : "";
  return h("div", { class: "ask-answer" },
    h("p", { class: "hint", role: "status" }, describe(state)),
    problem && h("p", { class: "ask-problem", role: "alert", dir: "auto" }, problem.message),
    h("div", { class: "lines", dir: "auto", "aria-live": "polite", "aria-busy": running }, text),
    answer && h(Actions, { actions: answer.actions }),
    answer && h(Mentioned, { answer }),
    h(Tools, { tools: answer ? answer.tools_used : tools }));
}

/** @param {State} state */
function describe({ running, tools, text, answer }) {
  if (running && text) return "Answering…";
  if (running) return tools.length ? `Asking ${tools[tools.length - 1].name.replaceAll("_", " ")}…` : "Thinking…";
  if (!answer) return "";
  return `Answered by a language model with ${plural(answer.tools_used.length, "question")} to this database${answer.cached ? ", earlier" : ""}. It can be wrong.`;
}

/** @param {{ actions: import("./question.js").Action[] }} props */
function Actions({ actions }) {
  const own = actions.filter(({ url }) => url.startsWith("/?"));
  return own.length > 0 && h("ul", { class: "plain ask-actions", "aria-label": "Actions" }, own.map(({ action, title, url }) =>
    h("li", { key: url }, h("a", { class: classes("button", action), href: url }, h("bdi", null, title)))));
}

/** Entities that the text names, the first one of each name and type. @param {{ answer: import("./question.js").Answer }} props */
function Mentioned({ answer }) {
  const said = answer.summary.toLocaleLowerCase();
  const named = answer.entities.filter(({ name }) => name && said.includes(name.toLocaleLowerCase()));
  const unique = new Map([...named].reverse().map((each) => [`${each.type} ${each.name}`, each]));
  const shown = [...unique.values()].reverse().slice(0, ENTITIES);
  return shown.length > 0 && h("ul", { class: "chips", "aria-label": "Entities in the answer" }, shown.map((entity) =>
    h("li", { key: keyOf(entity) }, h(EntityLink, { entity }), h(KindBadge, { kind: entity.type }))));
}

/** @param {{ tools: import("./question.js").ToolUse[] }} props */
function Tools({ tools }) {
  return tools.length > 0 && h("details", null, h("summary", null, plural(tools.length, "tool call")),
    h("ol", { class: "ask-tools" }, tools.map(({ name, arguments: given, error }, place) =>
      h("li", { key: place }, h("code", { dir: "ltr" }, `${name} ${JSON.stringify(given)}`),
        error && h("p", { class: "hint", dir: "auto" }, error)))));
}

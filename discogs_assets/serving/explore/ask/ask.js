/** Ask: a pill that opens a box for questions in natural language. It is there if the server has a language model. */
import { h, useEffect, useId, useRef, useState } from "../core/dom.js";
import { ask as request, useAnswer } from "../core/api.js";
import { parseKey } from "../core/entities.js";
import { useQuery } from "../core/router.js";
import { Icon } from "../parts/icons.js";
import { AnswerView } from "./answer.js";
import { useQuestion } from "./question.js";

const LONGEST = 500;

export function Ask() {
  const enabled = useEnabled();
  const [open, setOpen] = useState(false);
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const title = useId();
  const show = () => { box.current?.showModal(); setOpen(true); };
  // The router follows the links of the box, which must not cover their pages.
  const follow = (/** @type {Event} */ event) => event.target instanceof Element && event.target.closest("a, .ask-close") && box.current?.close();
  return enabled && h("div", { class: "ask" },
    h("button", { type: "button", class: "ask-pill", "aria-haspopup": "dialog", onClick: show }, h(Icon, { name: "ask" }), "Ask"),
    h("dialog", { ref: box, class: "ask-box", "aria-labelledby": title, onClick: follow, onClose: () => setOpen(false) },
      h("div", { class: "ask-head" },
        h("h2", { id: title }, "Ask in your own words"),
        h("button", { type: "button", class: "tool quiet ask-close", "aria-label": "Close" }, h(Icon, { name: "close" }))),
      h(Box, { open })));
}

/** Return true once the server has said that this visitor may ask. */
function useEnabled() {
  const [enabled, setEnabled] = useState(false);
  useEffect(() => {
    request("nlq/status").then((found) => setEnabled(/** @type {{ enabled: boolean }} */ (found).enabled), () => {});
  }, []);
  return enabled;
}

/** @param {{ open: boolean }} props */
function Box({ open }) {
  const { state, ask, stop } = useQuestion();
  const [text, setText] = useState("");
  const field = useId();
  const entity = findShown(useQuery());
  const send = (/** @type {string} */ query) => {
    setText(query);
    if (query.trim()) ask(query.trim(), entity && { entity_id: entity.id, entity_type: entity.type });
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    send(text);
  };
  return h("div", { class: "ask-body" },
    h("form", { onSubmit: submit },
      h("label", { for: field, class: "unseen" }, "Question"),
      h("input", {
        id: field, type: "text", value: text, maxLength: LONGEST, autofocus: true, autocomplete: "off", dir: "auto",
        placeholder: "Who engineered The Dark Side Of The Moon?",
        onInput: (/** @type {Event} */ event) => setText(/** @type {HTMLInputElement} */ (event.target).value),
      }),
      state.running
        ? h("button", { key: "stop", type: "button", onClick: stop }, "Stop")
        : h("button", { key: "ask", type: "submit", class: "primary" }, "Ask")),
    state.asked
      ? h(AnswerView, { state })
      : h(Suggested, { open, entity, onPick: send }));
}

/** The entity that the page shows. @param {URLSearchParams} query */
function findShown(query) {
  const type = query.get("type");
  return parseKey(query.get("sel")) || parseKey(type && `${type}:${query.get("id") || query.get("name") || ""}`);
}

/** @param {{ open: boolean, entity: Named | null, onPick: (query: string) => void }} props */
function Suggested({ open, entity, onPick }) {
  const pane = useQuery().get("pane") || "explore";
  const { answer } = useAnswer(open ? "nlq/suggestions" : null, { pane, focus: entity?.id, focus_type: entity?.type });
  const found = /** @type {{ suggestions: string[] } | null} */ (answer);
  return h("div", { class: "ask-suggested" },
    h("p", { class: "hint" }, "A language model answers, with questions to this database. For example:"),
    h("ul", { class: "plain" }, (found?.suggestions || []).map((each) =>
      h("li", { key: each }, h("button", { type: "button", class: "quiet", dir: "auto", onClick: () => onPick(each) }, each)))));
}

/** A combobox that completes names of entities. */
import { classes, h, useEffect, useId, useRef, useState } from "../core/dom.js";
import { toProblem, usePromise, ask } from "../core/api.js";
import { nameOf } from "../core/entities.js";
import { groupBy } from "../core/groups.js";
import { KindBadge } from "./entity.js";
import { describe } from "./states.js";

const PAUSE = 90;
const LIMIT = 12;
const NONE = "No name starts like this.";

/**
 * @typedef {object} PickerProps
 * @property {string} label
 * @property {string} placeholder
 * @property {string} [text] the text at the start
 * @property {string} [id] of the input
 * @property {(entity: Suggestion) => void} onPick
 * @property {(text: string) => void} [onSubmit] Enter without a choice
 * @property {boolean} [visible] whether the label is seen
 * @property {boolean} [clears] whether a choice empties the input
 * @property {Kind[]} [kinds] of the entities; default: all
 * @property {(text: string, signal: AbortSignal) => Promise<Suggestion[]>} [complete] instead of `kinds`
 * @property {string} [none] note if there is no suggestion
 */

/** @param {PickerProps} props */
export function Picker(props) {
  const { label, placeholder, visible, id } = props;
  const state = usePicker(props);
  const own = useId();
  const list = `${own}-list`;
  const { text, shown, active, suggestions } = state;
  return h("div", { class: "picker", onFocusOut: state.leave },
    h("label", { for: id || own, class: visible ? "field-label" : "unseen" }, label),
    h("input", {
      id: id || own, ref: state.input, type: "search", role: "combobox", autocomplete: "off", spellcheck: false,
      placeholder, value: text, maxLength: 300, dir: "auto",
      "aria-expanded": shown, "aria-controls": list, "aria-autocomplete": "list",
      "aria-activedescendant": shown && active >= 0 ? `${list}-${active}` : undefined,
      onInput: state.type, onKeyDown: state.press, onFocus: state.open,
    }),
    h("div", { id: list, role: "listbox", "aria-label": `${label}: suggestions`, class: "suggestions", hidden: !shown },
      shown && group(suggestions).map(([title, members]) => h("div", { key: title, role: "group", "aria-label": title || "Names" },
        title && h("div", { class: "note", "aria-hidden": "true" }, title),
        members.map(({ entity, place }) => h(Option, {
          key: place, id: `${list}-${place}`, entity, active: place === active, onPick: () => state.pick(entity),
        }))))),
    shown && state.note && h("div", { class: "suggestions note", role: "status" }, state.note));
}

/** Suggestions with their places, by group; those without one have the key "". @param {Suggestion[]} suggestions */
const group = (suggestions) => groupBy(suggestions.map((entity, place) => ({ entity, place })), ({ entity }) => entity.group || "");

/** @param {{ id: string, entity: Suggestion, active: boolean, onPick: () => void }} props */
function Option({ id, entity, active, onPick }) {
  const more = [entity.subtitle, entity.year, entity.country, entity.catno].filter(Boolean).join(" · ");
  return h("div", {
    id, role: "option", "aria-selected": active, class: classes("option", active && "active"),
    onMouseDown: (/** @type {Event} */ event) => event.preventDefault(), onClick: onPick,
  },
  h("span", { class: "option-name" }, h("bdi", null, nameOf(entity)),
    more && h("span", { class: "option-more", dir: "auto" }, more)),
  !entity.group && h(KindBadge, { kind: entity.type }));
}

/** State and actions of a picker. @param {PickerProps} props */
function usePicker({ text: start = "", onPick, onSubmit, clears, kinds, complete, none = NONE }) {
  const [text, setText] = useState(start);
  const [shown, setShown] = useState(false);
  const [active, setActive] = useState(-1);
  const [typed, setTyped] = useState(false);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const { suggestions, note } = useSuggestions(typed ? text.trim() : "", complete || ((words, signal) => completeNames(words, kinds, signal)), none);
  useEffect(() => setText(start), [start]);
  const close = () => { setShown(false); setActive(-1); };
  const pick = (/** @type {Suggestion} */ entity) => {
    close();
    setText(clears ? "" : nameOf(entity));
    setTyped(false);
    onPick(entity);
  };
  const submit = () => {
    if (active >= 0 && suggestions[active]) pick(suggestions[active]);
    else if (onSubmit && text.trim()) { close(); onSubmit(text.trim()); }
    else if (suggestions[0]) pick(suggestions[0]);
  };
  const move = (/** @type {number} */ step) => {
    setShown(true);
    setTyped(true);
    const count = suggestions.length;
    if (count) setActive((active + step + count + (active < 0 && step < 0 ? 1 : 0)) % count);
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    const steps = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: submit, Escape: close };
    const step = Object.hasOwn(steps, event.key) && steps[/** @type {keyof typeof steps} */ (event.key)];
    if (!step || event.isComposing) return;
    event.preventDefault();
    step();
  };
  return {
    text, input, active, suggestions, note, pick, press, shown: shown && text.trim() !== "" && (note !== "" || suggestions.length > 0),
    open: () => setShown(typed),
    type: (/** @type {Event} */ event) => {
      setText(/** @type {HTMLInputElement} */ (event.target).value);
      setShown(true);
      setTyped(true);
      setActive(-1);
    },
    leave: (/** @type {FocusEvent} */ event) => {
      const place = /** @type {Element} */ (event.currentTarget);
      if (!(event.relatedTarget instanceof Node && place.contains(event.relatedTarget))) close();
    },
  };
}

/** Entities whose names the text begins, the best first. @param {string} text @param {Kind[] | undefined} kinds @param {AbortSignal} signal */
export async function completeNames(text, kinds, signal) {
  const asked = (kinds || [undefined]).map((type) => ask("autocomplete", { q: text, type, limit: LIMIT }, signal));
  const found = (await Promise.all(asked)).flatMap((each) => /** @type {{ results: Suggestion[] }} */ (each).results);
  return found.sort((a, b) => (b.score || 0) - (a.score || 0)).slice(0, LIMIT);
}

/**
 * Suggestions for a text, and a note if there are none.
 * @param {string} text
 * @param {(text: string, signal: AbortSignal) => Promise<Suggestion[]>} complete
 * @param {string} missing
 */
function useSuggestions(text, complete, missing) {
  const { answer, problem, loading } = usePromise(text || null, async (signal) => {
    await new Promise((done) => setTimeout(done, PAUSE));
    return signal.aborted ? null : complete(text, signal);
  });
  const suggestions = (text && answer) || [];
  if (problem) return { suggestions: [], note: describe(toProblem(problem)) };
  const none = text && !loading && answer && !suggestions.length;
  return { suggestions, note: none ? missing : "" };
}

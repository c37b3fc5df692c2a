/** A choice of one value, kept in the URL: as a list to drop down, or as segments side by side. */
import { h } from "../core/dom.js";
import { change, go, useQuery } from "../core/router.js";

/** @typedef {[value: string, title: string][]} Options the usual one first */

/** Return options whose titles are their values. @param {string[]} values @returns {Options} */
export const optionsOf = (values) => values.map((each) => [each, each]);

/** Return the value of a parameter that is one of the options, else the usual one. @param {string} name @param {Options} options */
export function useChoice(name, options) {
  const chosen = useQuery().get(name);
  return (options.find(([value]) => value === chosen) || options[0])[0];
}

/** Changes of the URL for a value; the usual one is left out, and lists start at their first page. @param {string} name @param {Options} options @param {string} value */
const changes = (name, options, value) => ({ [name]: value === options[0][0] ? null : value, offset: null });

/** @typedef {{ label: string, name: string, options: Options }} ChoiceProps */

/** @param {ChoiceProps} props */
export function Choice({ label, name, options }) {
  const value = useChoice(name, options);
  const choose = (/** @type {Event} */ event) => go(change(changes(name, options, /** @type {HTMLSelectElement} */ (event.target).value)), true);
  return h("label", { class: "check" }, label,
    h("select", { value, onChange: choose }, options.map(([each, title]) =>
      h("option", { key: each, value: each, selected: each === value }, title))));
}

/** @param {ChoiceProps} props */
export function Segments({ label, name, options }) {
  const value = useChoice(name, options);
  return h("div", { class: "segments", role: "group", "aria-label": label }, options.map(([each, title]) =>
    h("a", { key: each, href: change(changes(name, options, each)), "aria-current": each === value ? "true" : undefined }, title)));
}

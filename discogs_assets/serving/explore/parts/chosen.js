/** Entities that a pane compares: a list with the colour of each, and a picker for others. */
import { h } from "../core/dom.js";
import { keyOf, nameOf } from "../core/entities.js";
import { change, go } from "../core/router.js";
import { EntityLink, KindBadge } from "./entity.js";
import { Icon } from "./icons.js";
import { Picker } from "./picker.js";

/**
 * @param {object} props
 * @param {string} props.name parameter that holds them
 * @param {Named[]} props.entities
 * @param {number} props.most
 * @param {Kind[]} [props.kinds]
 * @param {string} props.label
 * @param {string} props.placeholder
 */
export function Chosen({ name, entities, most, kinds, label, placeholder }) {
  const keys = entities.map(keyOf);
  const add = (/** @type {Named} */ entity) => go(change({ [name]: [...new Set([...keys, keyOf(entity)])].slice(0, most) }));
  return h("div", { class: "chosen" },
    h("ul", { class: "plain chosen-list" }, entities.map((entity, place) => h("li", { key: keyOf(entity), class: `chosen-item series-${place}` },
      h(EntityLink, { entity }), h(KindBadge, { kind: entity.type }),
      h("a", {
        class: "remove", "aria-label": `Remove ${nameOf(entity)}`,
        href: change({ [name]: keys.filter((each) => each !== keyOf(entity)) }),
      }, h(Icon, { name: "close" }))))),
    keys.length < most && h(Picker, { label, visible: true, placeholder, clears: true, kinds, onPick: add }));
}

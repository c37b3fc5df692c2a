/** Entities as they stand in lists: badge, name, link. */
import { classes, h } from "../core/dom.js";
import { exploreLink, nameOf } from "../core/entities.js";

/** @param {{ kind: Kind }} props */
export const KindBadge = ({ kind }) => h("span", { class: classes("badge", kind) }, kind);

/** @param {{ entity: Named, href?: string, children?: Child }} props */
export function EntityLink({ entity, href, children }) {
  return h("a", { class: "entity", href: href || exploreLink(entity) }, h("bdi", null, children || nameOf(entity)));
}

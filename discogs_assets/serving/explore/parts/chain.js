/** The steps of a path, with a word for each relationship. */
import { h } from "../core/dom.js";
import { isNamed } from "../core/entities.js";
import { EntityLink, KindBadge } from "./entity.js";

/** Words between two entities of a path. @type {Record<string, string>} */
const RELATIONS = {
  BY: "main artist", DERIVED_FROM: "a version", CREDITED_ON: "credited", APPEARS_ON: "appears", MEMBER_OF: "band and member",
  ALIAS_OF: "the same person or band", ON: "released on the label", SUBLABEL_OF: "parent label and sublabel", IS: "of this genre or style",
};

/** Parameters of a question about a path. @param {Named} from @param {Named} to */
export const pathParameters = (from, to) => Object.fromEntries(Object.entries({ from, to }).flatMap(([name, entity]) =>
  [[`${name}_type`, entity.type], [`${name}_${isNamed(entity) ? "name" : "id"}`, entity.id]]));

/** @param {{ path: Step[], href?: (step: Step) => string }} props */
export const Chain = ({ path, href }) =>
  h("ol", { class: "plain" }, path.map((step, place) => h(StepRow, { key: place, step, href: href?.(step) })));

/** @param {{ step: Step, href?: string }} props */
function StepRow({ step, href }) {
  const relation = step.rel && [RELATIONS[step.rel] || step.rel.toLowerCase().replaceAll("_", " "), step.role].filter(Boolean).join(": ");
  return h("li", null,
    relation && h("p", { class: "relation", dir: "auto" }, relation),
    h("div", { class: `step ${step.type}` }, h(EntityLink, { entity: step, href }), h(KindBadge, { kind: step.type })));
}

/** Entities that a record mentions: links, or text where the month has no record to lead to. */
import { createContext, h, useContext } from "../core/dom.js";
import { discogsLink, exploreLink, selectLink } from "../core/entities.js";
import { link } from "../core/router.js";
import { EntityLink } from "./entity.js";

/**
 * Mentioned ids without a record, by type; artists among them with credits; and names of ids that a text mentions.
 * @typedef {{ absent: Record<string, number[]>, credited: number[], names?: Record<string, Record<string, string>> }} Mentioned
 */

/** The mentions of the record or list around an element. @type {import("preact").Context<Mentioned>} */
export const Mentions = createContext(/** @type {Mentioned} */ ({ absent: {}, credited: [] }));

/** @param {Mentioned} mentioned @param {Kind} kind @param {number} id */
const isAbsent = ({ absent }, kind, id) => Boolean(absent[kind]?.includes(id));

/** Link to what is known of a mentioned entity: a credited artist without a record has a page of credits. */
export function Reference(/** @type {{ kind: Kind, value: Reference, selects?: boolean }} */ { kind, value, selects = false }) {
  const mentioned = useContext(Mentions);
  const name = value.anv || value.name || `${kind} ${value.id}`;
  if (!value.id) return h("bdi", null, name);
  const entity = { type: kind, id: value.id, name };
  if (!isAbsent(mentioned, kind, value.id)) return h(EntityLink, { entity, href: selects ? selectLink(entity) : exploreLink(entity) });
  if (kind !== "artist" || !mentioned.credited.includes(value.id)) return h("bdi", null, name);
  return h(EntityLink, { entity, href: link({ pane: "credits", p: `artist:${value.id}` }) });
}

/** An entity that a text mentions by its id alone. @param {{ kind: Kind, id: number }} props */
export function IdReference({ kind, id }) {
  const mentioned = useContext(Mentions);
  const entity = { type: kind, id, name: mentioned.names?.[kind]?.[id] || null };
  return isAbsent(mentioned, kind, id)
    ? h("a", { href: discogsLink(entity), target: "_blank", rel: "noopener noreferrer external" }, `${kind} ${id} on Discogs`)
    : h(EntityLink, { entity, href: selectLink(entity) });
}

/** Entities: their names, their links, and how parameters name them. */
import { change, link } from "./router.js";

/** @type {Kind[]} */
export const KINDS = ["artist", "label", "master", "release", "genre", "style"];

/** Plurals. @type {Record<Kind, string>} */
export const PLURALS = {
  artist: "artists", label: "labels", master: "masters", release: "releases", genre: "genres", style: "styles",
};

/** Words for kinds that a collector may not know. @type {Partial<Record<Kind, string>>} */
export const MEANINGS = {
  master: "All versions of one recording: a master groups the releases of an album or single.",
  release: "One edition, as it stands on a shelf: with its label, catalogue number, country and year.",
};

/** @param {string | null | undefined} text @returns {text is Kind} */
export const isKind = (text) => KINDS.includes(/** @type {Kind} */ (text));

/** @param {Named} entity */
export const isNamed = (entity) => entity.type === "genre" || entity.type === "style";

/** Reference to an entity in one text: artist:45467. @param {Named} entity */
export const keyOf = (entity) => `${entity.type}:${entity.id}`;

/** @param {string | null} key @returns {Named | null} */
export function parseKey(key) {
  const [type, ...rest] = (key || "").split(":");
  const id = rest.join(":");
  if (!isKind(type) || !id) return null;
  if (type === "genre" || type === "style") return { type, id, name: id };
  return /^\d{1,18}$/.test(id) ? { type, id: Number(id), name: null } : null;
}

/** @param {Named} entity */
export const nameOf = (entity) => entity.name || `${entity.type} ${entity.id}`;

/**
 * Parameters of a question about an entity.
 * @param {Named} entity
 * @param {string} [name] parameter for the name
 */
export const parametersOf = (entity, name = "name") =>
  isNamed(entity) ? { type: entity.type, [name]: entity.id } : { type: entity.type, id: entity.id };

/** The graph that starts at an entity. @param {Named} entity */
export const exploreLink = (entity) => link(parametersOf(entity));

/** The list of a master's versions. @param {number | string} id */
export const versionsLink = (id) => link({ type: "master", id, open: `master:${id}/releases/1`, view: "table" });

/** The panel of an entity, in the graph that is shown. @param {Named} entity */
export const selectLink = (entity) => change({ sel: keyOf(entity) });

/** @param {Named} entity */
export function discogsLink({ type, id }) {
  const search = { genre: "genre_exact", style: "style_exact" };
  if (type === "genre" || type === "style") {
    return `https://www.discogs.com/search/?${search[type]}=${encodeURIComponent(String(id))}`;
  }
  return `https://www.discogs.com/${type}/${id}`;
}

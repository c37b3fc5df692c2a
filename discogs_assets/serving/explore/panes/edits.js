/** Words for the edits of records: fields instead of paths, values instead of JSON, names instead of markup. */
import { nameDate } from "../core/dates.js";

/** Parts of a path as words; a repeated part is one of several. @type {Record<string, string>} */
const WORDS = {
  anv: "name as printed", catno: "catalogue number", companies: "company", contactinfo: "contact", data_quality: "data quality",
  entity_type: "kind of company", entity_type_name: "kind of company", extraartists: "credit", artists: "artist", aliases: "alias",
  genres: "genre", groups: "group membership", identifiers: "identifier", images: "image", is_main_release: "is the main release of its master", labels: "label",
  main_release: "main release", master_id: "master", members: "member", namevariations: "other spelling", parentLabel: "parent label",
  qty: "number", realname: "real name", released: "release date", series: "series", styles: "style", sub_tracks: "part", sublabels: "sublabel",
  tracklist: "track", urls: "link", videos: "video", formats: "format", descriptions: "description", year_raw: "year", join: "word that joins",
  duration_seconds: "duration",
};

/** A field in words: tracklist[2].title is "track 2: title". @param {string} path */
export const nameField = (path) => path.split(".").map((part) => {
  const [, name, place] = /^(.*?)(?:\[(\d+)\])?$/.exec(part) || [];
  const word = WORDS[name] || name.replaceAll("_", " ");
  return place ? `${word} ${place}` : word;
}).join(": ");

/** Parts of a struct that identify it, in the order in which they are said. */
const SAID = ["position", "title", "name", "anv", "role", "entity_type_name", "catno", "qty", "type", "value", "description", "descriptions", "text", "duration", "tracks", "src", "uri"];

/** A value in words. @param {string} path @param {string} text */
export function nameValue(path, text) {
  if (/^[[{]/.test(text)) return nameStruct(text);
  if (path === "released") return nameDate(text);
  const kind = { master_id: "master", main_release: "release" }[path];
  if (kind) return text === "0" ? "none" : `${kind} ${text}`;
  if (text === "true" || text === "false") return text === "true" ? "yes" : "no";
  return stripMarkup(text);
}

/** @param {string} json */
function nameStruct(json) {
  try {
    return describe(JSON.parse(json)) || json;
  } catch {
    return stripMarkup(json);
  }
}

/** @param {unknown} value @returns {string} */
function describe(value) {
  if (Array.isArray(value)) return value.map(describe).filter(Boolean).join(", ");
  if (value === null || typeof value !== "object") return stripMarkup(String(value ?? ""));
  const parts = /** @type {Record<string, unknown>} */ (value);
  return SAID.filter((name) => parts[name]).map((name) => describe(parts[name])).join(", ");
}

/** @type {Record<string, string>} */
const KINDS = { a: "artist", l: "label", m: "master", r: "release" };

/** Text without Discogs' markup; names in it stay. @param {string} text */
export const stripMarkup = (text) => text
  .replace(/\[([almr])=?(\d+)\]/gi, (_, kind, id) => `${KINDS[kind.toLowerCase()]} ${id}`)
  .replace(/\[[almr]=([^\]]+)\]/gi, "$1")
  .replace(/\[url=[^\]]*\](.*?)\[\/url\]/gis, "$1")
  .replace(/\[\/?(?:b|i|u|url)\]/gi, "");

/** Discogs markup of profiles and notes as text with links: [a=Name], [l123], [url=…]…[/url], [b]. */
import { h } from "../core/dom.js";
import { link } from "../core/router.js";
import { IdReference } from "./reference.js";

/** @type {Record<string, Kind>} */
const KINDS = { a: "artist", l: "label", m: "master", r: "release" };

const TAG = /\[([almr])=?(\d+)\]|\[([almr])=([^\]]+)\]|\[url=([^\]]+)\](.*?)\[\/url\]|\[\/?[biu]\]|\[url\](.*?)\[\/url\]/gis;

/** @param {{ text: string }} props */
export function Markup({ text }) {
  const parts = [];
  let place = 0;
  for (const found of text.matchAll(TAG)) {
    parts.push(text.slice(place, found.index), convert(found));
    place = found.index + found[0].length;
  }
  return h("p", { class: "markup", dir: "auto" }, parts, text.slice(place));
}

/** @param {RegExpMatchArray} found @returns {Child} */
function convert([, idKind, id, nameKind, name, url, text, plain]) {
  if (id) return h(IdReference, { kind: KINDS[idKind.toLowerCase()], id: Number(id) });
  if (name) return h("a", { href: link({ pane: "search", q: name, types: KINDS[nameKind.toLowerCase()] }) }, h("bdi", null, name));
  if (url || plain) return h(Outside, { url: url || plain, children: text || url || plain });
  return null;
}

/** A link to another site; only to web pages. @param {{ url: string, children?: Child }} props */
export function Outside({ url, children }) {
  const safe = /^https?:\/\//i.test(url);
  if (!safe) return h("bdi", null, children || url);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer external" }, h("bdi", null, children || url));
}

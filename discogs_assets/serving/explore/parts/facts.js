/** Facts of an entity as rows of a definition list. */
import { h, number, useContext } from "../core/dom.js";
import { nameDate } from "../core/dates.js";
import { selectLink, versionsLink } from "../core/entities.js";
import { link as linkTo } from "../core/router.js";
import { EntityLink } from "./entity.js";
import { Mentions, Reference } from "./reference.js";

/** @typedef {[name: string, value: Child]} Fact */

const SHOWN = 12;

/** @param {{ facts: Fact[] }} props */
export function Facts({ facts }) {
  return h("dl", { class: "facts" }, facts.map(([name, value]) =>
    h("div", { key: name }, h("dt", null, name), h("dd", null, value))));
}

/**
 * Facts with a value, from the entity's node and its record.
 * @param {any} node
 * @param {any} data
 * @returns {Fact[]}
 */
export function findFacts(node, data) {
  /** @type {Fact[]} */
  const facts = [
    ["Real name", text(data.realname)],
    ["Year", node.type === "release" ? text(nameDate(data.released)) || node.year : node.year],
    ["Artists", link("artist", data.artists, data.artists?.length > 1 || data.artists?.[0]?.anv)],
    ["Label", links("label", data.labels)],
    ["Format", formats(data.formats)],
    ["Country", text(node.country)],
    ["Master", node.master_id && h(Versions, { id: node.master_id })],
    ["Releases", count(node.release_count)],
    ["Credits", node.credit_count > 0 && h("a", { href: linkTo({ pane: "credits", p: `artist:${node.id}` }) }, number(node.credit_count))],
    ["Known artists", count(node.artist_count)],
    ["Labels", count(node.label_count)],
    ["Genres", names("genre", node.genres) || count(node.genre_count)],
    ["Styles", names("style", node.styles)],
    ["First year", node.first_year],
    ["Parent label", node.parent && link("label", [node.parent])],
    ["Sublabels", link("label", data.sublabels)],
    ["Members", link("artist", data.members)],
    ["Member of", link("artist", data.groups)],
    ["Aliases", link("artist", data.aliases)],
    ["Also written", list(data.namevariations)],
    ["Companies", companies(data.companies)],
    ["Identifiers", identifiers(data.identifiers)],
    ["Contact", text(data.contactinfo)],
  ];
  return facts.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== 0 && value !== false);
}

/** @param {string | undefined} value */
const text = (value) => value && h("span", { class: "lines", dir: "auto" }, value);

/** @param {number | null | undefined} value */
const count = (value) => (value ? number(value) : null);

/** The list of a master's versions, if the month has the master. @param {{ id: number }} props */
function Versions({ id }) {
  const { absent } = useContext(Mentions);
  return absent.master?.includes(id) ? h("span", null, "not in this month") : h("a", { href: versionsLink(id) }, "All versions");
}

/** @param {string[] | undefined} values */
const list = (values) => values?.length && cut(values.map((each) => h("bdi", null, each)));

/** Parts, separated by commas, the first dozen. @param {Child[]} parts */
function cut(parts) {
  const shown = parts.slice(0, SHOWN).flatMap((part, place) => (place ? [", ", part] : [part]));
  return h("span", null, shown, parts.length > SHOWN && ` and ${number(parts.length - SHOWN)} more`);
}

/** @param {Kind} kind @param {string[] | undefined} values */
const names = (kind, values) => values?.length && cut(values.map((name) => h(EntityLink, { entity: { type: kind, id: name, name }, href: selectLink({ type: kind, id: name, name }) })));

/** @param {Kind} kind @param {Reference[] | undefined} values @param {unknown} [wanted] */
const link = (kind, values, wanted = true) =>
  wanted && values?.length ? cut(values.map((each) => reference(kind, each))) : null;

/** A link to its panel, or text. @param {Kind} kind @param {Reference} value */
export const reference = (kind, value) => h(Reference, { kind, value, selects: true });

/** Labels with their catalogue numbers. @param {Kind} kind @param {Reference[] | undefined} values */
const links = (kind, values) => values?.length && h("span", { class: "lines" }, values.map((each, place) =>
  h("span", { key: place }, place > 0 && "\n", reference(kind, each), each.catno && ` – ${each.catno}`)));

/** @param {{ name?: string, qty?: string, text?: string, descriptions?: string[] }[] | undefined} values */
const formats = (values) => values?.length && h("span", { class: "lines", dir: "auto" }, values.map((each) => {
  const times = each.qty && each.qty !== "1" ? `${each.qty} × ` : "";
  return times + [each.name, ...(each.descriptions || []), each.text].filter(Boolean).join(", ");
}).join("\n"));

/** @param {any[] | undefined} values */
const companies = (values) => values?.length && h("span", { class: "lines" }, values.slice(0, SHOWN).map((each, place) =>
  h("span", { key: place }, place > 0 && "\n", `${each.entity_type_name || "Company"}: `, reference("label", each))));

/** @param {any[] | undefined} values */
const identifiers = (values) => values?.length && h("span", { class: "lines", dir: "auto" },
  values.slice(0, SHOWN).map((each) =>
    `${each.type}: ${each.value || ""}${each.description ? ` (${each.description})` : ""}`).join("\n"));

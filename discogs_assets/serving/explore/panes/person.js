/** Persons of credits: artists, and names that credits link to no artist. */
import { h, plural } from "../core/dom.js";
import { ask } from "../core/api.js";
import { link } from "../core/router.js";
import { completeNames } from "../parts/picker.js";

/**
 * A person as the URL has it: `artist:252966`, `credit:Alfred Lion` for a name without an artist, or `name:…` for
 * whoever bears a name.
 * @typedef {{ key: string, kind: string, text: string }} Person
 */

/** @param {string} key @returns {Person | null} */
export function parsePerson(key) {
  const [, kind, text] = /^(artist|credit|name):(.+)$/su.exec(key) || [];
  return kind && (kind !== "artist" || /^[1-9]\d{0,17}$/.test(text)) ? { key, kind, text } : null;
}

/** Path of a question about a person. @param {Person} person @param {string} [part] */
export const personPath = ({ text }, part) => `credits/person/${encodeURIComponent(text)}${part ? `/${part}` : ""}`;

/** Id of a person in questions: 0 without an artist. @param {Person} person */
export const idOf = ({ kind, text }) => (kind === "artist" ? text : kind === "credit" ? 0 : null);

/** Parameters of a question about a person. @param {Person | undefined} person */
export const personParameters = (person) => ({ id: person && idOf(person) });

/** @typedef {{ artist_id: number | null, name: string | null }} Credited */

/** @param {Credited} person */
export const keyOfPerson = ({ artist_id: id, name }) => (id ? `artist:${id}` : `credit:${name}`);

/** @param {Credited} person */
export const linkPerson = (person) => link({ pane: "credits", p: keyOfPerson(person) });

/** @param {{ person: Credited }} props */
export const PersonLink = ({ person }) =>
  h("a", { class: "entity", href: linkPerson(person) }, h("bdi", null, person.name || `artist ${person.artist_id}`));

/** Credited persons whose names have the words of a text. @param {string} text @param {AbortSignal} signal @param {number} [limit] @returns {Promise<Suggestion[]>} */
export async function completePersons(text, signal, limit = 10) {
  if (text.length < 2) return [];
  const { results } = /** @type {{ results: { id: number, name: string, score: number }[] }} */ (await ask("credits/autocomplete", { q: text, limit }, signal));
  return results.map(({ id, name, score }) => ({
    type: "artist", id, name, year: null, subtitle: plural(score, "credit"), href: linkPerson({ artist_id: id || null, name }),
  }));
}

/** Persons that the box for everything suggests. */
const PERSONS = 4;

/** Entities whose names a text begins, then credited persons; names do not wait for a failing store of credits. @param {string} text @param {AbortSignal} signal */
export async function completeEverything(text, signal) {
  const [names, persons] = await Promise.all([
    completeNames(text, undefined, signal), completePersons(text, signal, PERSONS).catch(() => []),
  ]);
  return [...names, ...persons.map((each) => ({ ...each, group: "Credits of" }))];
}

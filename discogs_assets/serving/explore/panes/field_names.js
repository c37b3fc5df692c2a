/** Names of the parts of records and of figures, as people say them. */

/** @type {Record<string, string>} */
const WORDS = {
  extraartists: "credits", catno: "catalogue number", qty: "quantity", anv: "name as credited", namevariations: "other spellings",
  realname: "real name", contactinfo: "contact", parentLabel: "parent label", tracklist: "tracks", id: "number in Discogs",
  entity_type_name: "kind", sub_tracks: "parts of tracks", uri: "address", urls: "links", artist: "artist as one text",
  label_dna: "label profiles",
};

/** @param {string} word */
const speak = (word) => WORDS[word] || word.replaceAll("_", " ").trim();

/** @param {string} text */
const begin = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Name of a part of a record: "Formats: quantity" for `formats.qty`. @param {string} field */
export const nameField = (field) => begin(field.split(".").filter(Boolean).map(speak).join(": "));

/** Name of the figures that the platform computes. @param {string} type */
export const nameInsight = (type) => begin(speak(type));

/** Ways from the panel of an entity to what other panes say of it. */
import { h } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { keyOf, selectLink } from "../core/entities.js";
import { link } from "../core/router.js";
import { percent } from "./columns.js";
import { EntityLink } from "./entity.js";

/** Releases as a main artist that an artist needs to have similar ones. */
const LEAST_RELEASES = 3;
const SHOWN = 5;

/** @param {{ entity: Named & { release_count?: number, credit_count?: number } }} props */
export function Doors({ entity }) {
  const { type, id, release_count: releases, credit_count: credits } = entity;
  const doors = [
    type === "artist" && Boolean(credits) && door("Credits", { pane: "credits", p: keyOf(entity) }),
    type === "label" && door("What it is made of", { pane: "labels", l: keyOf(entity) }),
    (type === "artist" || type === "label") && Boolean(releases) && door("Rarest releases", { pane: "rarity", of: keyOf(entity) }),
    type === "release" && door("How rare", { pane: "rarity", r: id }),
    door("Discover from here", { pane: "discover", from: keyOf(entity) }),
  ];
  return h("span", { class: "doors" }, doors);
}

/** @param {string} text @param {import("../core/router.js").Parameters} parameters */
const door = (text, parameters) => h("a", { key: text, href: link(parameters) }, text);

/** The most similar artists. @param {{ artist: Named & { release_count?: number } }} props */
export function Resembling({ artist }) {
  const enough = (artist.release_count || 0) >= LEAST_RELEASES;
  const { answer } = useAnswer(enough ? `recommend/similar/artist/${artist.id}` : null, { limit: SHOWN });
  const similar = /** @type {{ similar: { artist_id: number, artist_name: string | null, similarity: number }[] } | null} */ (answer)?.similar || [];
  if (!similar.length) return null;
  return h("section", null, h("h2", null, "Similar artists"),
    h("ul", { class: "plain" }, similar.map(({ artist_id: id, artist_name: name, similarity }) => {
      const entity = /** @type {Named} */ ({ type: "artist", id, name });
      return h("li", { key: id, class: "pair" }, h(EntityLink, { entity, href: selectLink(entity) }), h("span", { class: "count" }, percent(100 * similarity)));
    })));
}

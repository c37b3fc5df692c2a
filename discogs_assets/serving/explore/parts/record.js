/** Parts of a release: its tracks and its credits. */
import { h, plural } from "../core/dom.js";
import { groupBy } from "../core/groups.js";
import { reference } from "./facts.js";

/** @typedef {{ position?: string, title?: string, duration?: string, artists?: Reference[], extraartists?: Reference[], sub_tracks?: Track[] }} Track */

/** @param {{ tracks: Track[] }} props */
export function Tracklist({ tracks }) {
  return h("section", null, h("h2", null, plural(countTracks(tracks), "track")),
    h("ol", { class: "tracks" }, tracks.map((each, place) => h(TrackRow, { key: place, track: each }))));
}

/** Tracks without headings; those of an index track count, and it does not. @param {Track[]} tracks */
export function countTracks(tracks) {
  const all = tracks.flatMap((each) => (each.sub_tracks?.length ? each.sub_tracks : [each]));
  return all.filter((each) => each.position).length || all.length;
}

/** @param {{ track: Track }} props */
function TrackRow({ track }) {
  const artists = (track.artists || []).map((each) => each.anv || each.name).join(", ");
  return h("li", { class: track.position || track.duration ? "track" : "track heading" },
    h("span", { class: "position" }, track.position),
    h("span", { class: "track-title", dir: "auto" }, track.title,
      artists && h("span", { class: "option-more" }, artists),
      (track.extraartists || []).map((each, place) => h("span", { key: place, class: "option-more" },
        `${each.role}: `, reference("artist", each)))),
    h("span", { class: "duration" }, track.duration),
    track.sub_tracks && h("ol", { class: "tracks" }, track.sub_tracks.map((each, place) => h(TrackRow, { key: place, track: each }))));
}

/** @param {{ credits: Reference[] }} props */
export function Credits({ credits }) {
  const credited = new Set(credits.map(({ id, name }) => id || name)).size;
  return h("section", null, h("h2", null, plural(credits.length, "credit"), credited < credits.length && ` of ${credited === 1 ? "one person" : `${credited} people`}`),
    h("dl", { class: "facts" }, groupBy(credits, (each) => each.role || "Credited").map(([role, people]) => h("div", { key: role },
      h("dt", { dir: "auto" }, role),
      h("dd", null, people.map((each, place) => h("span", { key: place }, place > 0 && ", ", reference("artist", each))))))));
}

/** The panel of an entity: what it is, its facts, its releases over time, and what to do next. */
import { h, plural } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { discogsLink, exploreLink, isNamed, keyOf, MEANINGS, nameOf, parametersOf, PLURALS, versionsLink } from "../core/entities.js";
import { link } from "../core/router.js";
import { Sparkline } from "./chart.js";
import { Doors, Resembling } from "./doors.js";
import { KindBadge } from "./entity.js";
import { Facts, findFacts } from "./facts.js";
import { Markup, Outside } from "./markup.js";
import { Credits, Tracklist } from "./record.js";
import { Mentions } from "./reference.js";
import { Failure, Loading, NoRecord } from "./states.js";

/**
 * @typedef {object} PanelProps
 * @property {Named} entity
 * @property {boolean} center whether the graph starts at it
 * @property {boolean} grown whether the graph shows its categories
 * @property {() => void} onGrow
 */

const NO_RECORD = { data: /** @type {any} */ ({}), absent: {}, credited: [] };

/** @param {PanelProps} props */
export function Panel({ entity, center, grown, onGrow }) {
  const node = useAnswer(`node/${encodeURIComponent(String(entity.id))}`, { type: entity.type });
  const record = useAnswer(isNamed(entity) ? null : `${PLURALS[entity.type]}/${entity.id}`);
  const shown = /** @type {any} */ (node.answer);
  const current = shown && keyOf(shown) === keyOf(entity) ? shown : null;
  if (node.problem) return h("aside", { class: "panel", "aria-label": "Facts" }, h(Failure, { problem: node.problem, retry: node.retry, missing: h(NoRecord, { kind: entity.type, id: entity.id }) }));
  if (!current) return h("aside", { class: "panel", "aria-label": "Facts" }, h(Loading, { lines: 8, text: "Loading facts" }));
  const found = /** @type {any} */ (record.answer);
  const own = found && found.id === entity.id && found.type === entity.type ? found : NO_RECORD;
  const data = own.data;
  return h("aside", { class: "panel", "aria-label": "Facts" }, h(Mentions.Provider, { value: own },
    h(Title, { entity: current, data }),
    h(Actions, { entity: current, center, grown, onGrow }),
    h(Facts, { facts: findFacts(current, data) }),
    Object.keys(own.absent).length > 0 && h("p", { class: "hint" }, "Artists and labels without a link have no record of their own in this month."),
    h(Activity, { entity: current }),
    current.type === "artist" && h(Resembling, { key: keyOf(current), artist: current }),
    data.profile && h(Markup, { text: data.profile }),
    data.notes && h(Markup, { text: data.notes }),
    data.tracklist && h(Tracklist, { tracks: data.tracklist }),
    data.extraartists && h(Credits, { credits: data.extraartists }),
    data.urls && h(Urls, { urls: data.urls })));
}

/** @param {{ entity: Named, data: any }} props */
function Title({ entity, data }) {
  const artist = data.artist;
  return h("header", { class: "panel-title" },
    h("p", { title: MEANINGS[entity.type] }, h(KindBadge, { kind: entity.type })),
    h("h1", null, h("bdi", null, nameOf(entity))),
    artist && h("p", { class: "by", dir: "auto" }, `by ${artist}`),
    MEANINGS[entity.type] && h("p", { class: "hint" }, MEANINGS[entity.type]));
}

/** @param {PanelProps} props */
function Actions({ entity, center, grown, onGrow }) {
  const released = /** @type {{ release_count?: number }} */ (entity).release_count !== 0;
  return h("div", { class: "actions" },
    !grown && h("button", { type: "button", class: "primary", onClick: onGrow }, "Show its neighbours"),
    !center && h("a", { class: "button", href: exploreLink(entity) }, "Start here"),
    entity.type !== "release" && released && h("a", { class: "button", href: link({ pane: "trends", s: keyOf(entity) }) }, "Trend"),
    entity.type === "master" && h("a", { class: "button", href: versionsLink(entity.id) }, "All versions"),
    !isNamed(entity) && h("a", { class: "button", href: link({ pane: "months", of: keyOf(entity) }) }, "History"),
    h("a", { class: "button", href: link({ pane: "path", from: keyOf(entity) }) }, "Path from here"),
    h(Doors, { entity }),
    h(Outside, { url: discogsLink(entity), children: "On Discogs ↗" }));
}

/** @param {{ entity: Named }} props */
function Activity({ entity }) {
  const dated = entity.type !== "release";
  const { answer } = useAnswer(dated ? "trends" : null, parametersOf(entity));
  const trends = /** @type {Trends | null} */ (answer);
  if (!dated || !trends || trends.name !== entity.name) return null;
  return h(Sparkline, { data: trends.data, name: nameOf(entity) });
}

/** @param {{ urls: string[] }} props */
function Urls({ urls }) {
  return h("section", null, h("h2", null, plural(urls.length, "link")),
    h("ul", { class: "plain urls" }, urls.map((url, place) => h("li", { key: place }, h(Outside, { url })))));
}


/** Where to begin: what this is, what is in it, and a few doors. */
import { h, number, useEffect } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { exploreLink } from "../core/entities.js";
import { EntityLink } from "../parts/entity.js";
import { Failure } from "../parts/states.js";

const GENRES = 15;

export function Welcome() {
  const tree = useAnswer("genre-tree");
  const stats = useAnswer("graph/stats");
  useEffect(() => { document.title = "discogs explorer"; }, []);
  return h("div", { class: "welcome" },
    h("h1", null, "Every record knows another one"),
    h("p", { class: "lead" },
      "Type the name of an artist, a label, a record or a catalogue number above, and follow who played, pressed and "
      + "released what."),
    stats.answer && h(Counts, { counts: /** @type {Statistics} */ (stats.answer).counts }),
    h("h2", null, "Or begin with a genre"),
    tree.problem && h(Failure, { problem: tree.problem, retry: tree.retry }),
    h("ul", { class: "chips" }, (/** @type {GenreTree | null} */ (tree.answer)?.genres || []).slice(0, GENRES).map(({ name }) => {
      const entity = { type: /** @type {Kind} */ ("genre"), id: name, name };
      return h("li", { key: name }, h(EntityLink, { entity, href: exploreLink(entity) }));
    })));
}

/** @param {{ counts: Record<string, number> }} props */
function Counts({ counts }) {
  const shown = ["artists", "labels", "masters", "releases", "genres", "styles"];
  return h("dl", { class: "counts" }, shown.filter((name) => counts[name]).map((name) =>
    h("div", { key: name }, h("dt", null, name), h("dd", null, number(counts[name])))));
}

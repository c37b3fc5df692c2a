/** Genres: the tree of genres and their styles, with counts. */
import { classes, h, number, plural, useEffect, useState } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { EntityLink } from "../parts/entity.js";
import { change, go, useQuery } from "../core/router.js";
import { Empty, Failure, Loading } from "../parts/states.js";

/** @typedef {GenreTree["genres"][number]} Genre */

export function Genres() {
  const { answer, problem, retry } = useAnswer("genre-tree");
  const query = useQuery();
  const [text, setText] = useState(query.get("find") || "");
  useEffect(() => { document.title = "Genres – discogs explorer"; }, []);
  if (problem) return h(Failure, { problem, alone: true, retry });
  if (!answer) return h(Loading, { lines: 12, text: "Loading genres" });
  const { genres } = /** @type {GenreTree} */ (answer);
  const shown = filter(genres, text.trim().toLowerCase());
  const type = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    setText(value);
    go(change({ find: value.trim() }), true);
  };
  return h("div", { class: "genres" },
    h("h1", null, "Genres and their styles"),
    h("p", { class: "hint" }, "A style is listed under each genre that occurs with it alone on a release."),
    h("label", { class: "field-label", for: "find" }, "Find a genre or style"),
    h("input", { id: "find", type: "search", value: text, autocomplete: "off", onInput: type }),
    h("p", { class: "unseen", role: "status" }, plural(shown.length, "genre")),
    shown.length
      ? h("ul", { class: "plain tree" }, shown.map((genre) => h(GenreRow, {
        key: genre.name, genre, most: genres[0].release_count, found: text.trim() !== "",
      })))
      : h(Empty, { title: "No genre or style has these letters" }, "Take some letters away."));
}

/** Genres that match, or whose styles do. @param {Genre[]} genres @param {string} text */
function filter(genres, text) {
  if (!text) return genres;
  const has = (/** @type {{ name: string }} */ { name }) => name.toLowerCase().includes(text);
  return genres.flatMap((genre) => {
    const styles = genre.styles.filter(has);
    return has(genre) ? [genre] : styles.length ? [{ ...genre, styles }] : [];
  });
}

/** @param {{ genre: Genre, most: number, found: boolean }} props */
function GenreRow({ genre, most, found }) {
  const open = useQuery().getAll("g");
  const shown = found || open.includes(genre.name);
  const toggle = () => go(change({ g: open.includes(genre.name) ? open.filter((each) => each !== genre.name) : [...open, genre.name] }), true);
  return h("li", { class: "genre" },
    h("div", { class: "tree-row" },
      genre.styles.length
        ? h("button", { type: "button", class: classes("disclosure", shown && "open"), "aria-expanded": shown, onClick: toggle },
          h("span", null, genre.name, " ", h("span", { class: "count" }, plural(genre.styles.length, "style"))))
        : h("span", { class: "genre-alone" }, genre.name),
      h(Share, { count: genre.release_count, most }),
      h(EntityLink, { entity: { type: "genre", id: genre.name, name: genre.name }, children: "explore" })),
    shown && h("ul", { class: "plain styles" }, genre.styles.map((style) => h("li", { key: style.name, class: "tree-row" },
      h(EntityLink, { entity: { type: "style", id: style.name, name: style.name } }),
      h(Share, { count: style.release_count, most: genre.styles[0].release_count })))));
}

/** @param {{ count: number, most: number }} props */
const Share = ({ count, most }) => h("span", { class: "share" },
  h("meter", { min: 0, max: most, value: count, "aria-label": plural(count, "release") }),
  h("span", { class: "figure" }, number(count)));

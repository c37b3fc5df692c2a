/** Colours of the canvas, from the style sheet's variables. */
import { KINDS } from "../core/entities.js";

/** @typedef {{ ink: string, muted: string, paper: string, surface: string, link: string, accent: string, font: string, kinds: Record<string, string> }} Colours */

/** @returns {Colours} */
export function readColours() {
  const probe = document.body.appendChild(document.createElement("span"));
  const read = (/** @type {string} */ name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    ink: read("ink"), muted: read("muted"), paper: read("canvas"), surface: read("surface"), link: read("link"),
    accent: read("accent"), font: getComputedStyle(document.body).fontFamily,
    kinds: Object.fromEntries(KINDS.map((kind) => [kind, read(kind)])),
  };
  probe.remove();
  return colours;
}

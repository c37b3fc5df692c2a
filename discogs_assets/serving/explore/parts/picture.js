/** Pictures of what a pane draws, as SVG or PNG: the drawing with its title, its legend and the month. */
import { edition } from "../core/api.js";
import { cutText, fontOf, wrapText } from "./fit.js";
import { toPng } from "./files.js";

const SVG = "http://www.w3.org/2000/svg";

/** Styles of the page that a picture has as attributes: no style sheet goes with it. */
const STYLES = [
  "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity", "font-size", "font-weight",
  "font-family", "text-anchor",
];

const TITLE = { size: 17, line: 24, weight: 600 };
const LINE = 22;
const EDGE = 24;

/** Replace the characters that XML forbids. @param {string} text */
const clean = (text) => text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function make(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [each, value] of Object.entries(attributes)) made.setAttribute(each, String(value));
  made.textContent = clean(text);
  return made;
}

/** Copy a drawing of the page, its styles as attributes. @param {SVGSVGElement} drawing */
function copy(drawing) {
  const copied = /** @type {SVGSVGElement} */ (drawing.cloneNode(true));
  const [from, to] = [drawing, copied].map((each) => [each, ...each.querySelectorAll("*")]);
  from.forEach((each, place) => {
    const found = getComputedStyle(each);
    for (const name of STYLES) to[place].setAttribute(name, found.getPropertyValue(name));
    for (const name of ["class", "role", "aria-label", "aria-hidden"]) to[place].removeAttribute(name);
  });
  for (const each of copied.querySelectorAll("text, title")) each.textContent = clean(each.textContent || "");
  return copied;
}

/**
 * Return a picture that stands alone, with margins on all sides.
 * @param {Element} part of the page, with an `svg`, and a `.legend-item` for each line of the legend
 * @param {string} title
 */
export function drawPicture(part, title) {
  const drawing = /** @type {SVGSVGElement} */ (part.querySelector("svg"));
  const { width: inner, height } = drawing.viewBox.baseVal;
  const items = [...part.querySelectorAll(".legend-item")];
  const lines = wrapText(clean(title), inner, fontOf(TITLE.size, TITLE.weight));
  const head = EDGE + lines.length * TITLE.line + 8;
  const [width, total] = [inner + 2 * EDGE, head + height + LINE * (items.length + 1) + EDGE + 4];
  const { color: fill, backgroundColor, fontFamily } = getComputedStyle(document.body);
  const picture = make("svg", { viewBox: `0 0 ${width} ${total}`, width, height: total, "font-family": fontFamily, "font-size": 14, fill });
  const copied = copy(drawing);
  for (const [name, value] of Object.entries({ x: EDGE, y: head, width: inner, height })) copied.setAttribute(name, String(value));
  picture.append(make("title", {}, title), make("rect", { width, height: total, fill: backgroundColor }),
    ...lines.map((line, place) => make("text", { x: EDGE, y: EDGE + TITLE.size - 3 + place * TITLE.line, "font-size": TITLE.size, "font-weight": TITLE.weight }, line)),
    copied, ...items.flatMap((item, place) => drawItem(item, head + height + LINE * (place + 1), inner)),
    make("text", { x: EDGE, y: total - EDGE, "font-size": 12, opacity: 0.75 }, `Discogs, ${edition.month}`));
  return /** @type {SVGSVGElement} */ (picture);
}

/** A line of the legend. @param {Element} item @param {number} y @param {number} width */
function drawItem(item, y, width) {
  const name = cutText(item.querySelector(".legend-name")?.textContent || "", width - 20, fontOf(14));
  return [make("rect", { x: EDGE, y: y - 11, width: 12, height: 12, rx: 3, fill: getComputedStyle(item).color }), make("text", { x: EDGE + 20, y }, name)];
}

/** @param {SVGSVGElement} picture */
export const writeSvg = (picture) => new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" });

/** Return a picture as PNG, with two pixels a unit. @param {SVGSVGElement} picture @returns {Promise<Blob>} */
export async function writePng(picture) {
  const url = URL.createObjectURL(writeSvg(picture));
  try {
    const image = Object.assign(new Image(), { src: url });
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.naturalWidth * 2, height: image.naturalHeight * 2 });
    /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(image, 0, 0, canvas.width, canvas.height);
    return await toPng(canvas);
  } finally {
    URL.revokeObjectURL(url);
  }
}

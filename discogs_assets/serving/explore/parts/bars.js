/** Bars as SVG, one for each series of a name. Names are above their bars, or before them if there is room. */
import { h } from "../core/dom.js";
import { cutText, fontOf, measureText } from "./fit.js";
import { useWidth } from "./size.js";

/** @typedef {{ name: string, values: number[] }} Bar */
/** @typedef {{ width: number, names: number, figures: number, count: number }} Room `names` is 0 if they are above */

const NAME = 20;
const THICK = 14;
const GAP = 10;
const SPACE = 12;

/** Width from which names are before their bars. */
const WIDE = 520;

/** Part of the width that names take at most. */
const SHARE = 0.38;
const FONT = 14;

/**
 * @param {object} props
 * @param {Bar[]} props.bars
 * @param {string[]} [props.series] names of the values, if there are several
 * @param {string} props.label
 * @param {(value: number) => string} props.format
 * @param {number} [props.most] value of a whole bar; default: the largest one
 */
export function Bars({ bars, series = [], label, format, most }) {
  const [place, width] = useWidth(440);
  const whole = most || Math.max(...bars.flatMap((each) => each.values), 0) || 1;
  const room = divide(bars, width, Math.max(1, series.length), format);
  const step = (room.names ? 0 : NAME) + room.count * (THICK + 2) + GAP;
  return h("figure", { class: "bars", ref: place },
    h("svg", { viewBox: `0 0 ${width} ${bars.length * step}`, role: "img", "aria-label": label },
      bars.map((bar, at) => h(Group, { key: at, bar, room, whole, format, top: at * step }))),
    series.length > 1 && h("figcaption", { class: "legend" }, series.map((name, at) =>
      h("span", { key: at, class: `legend-item series-${at % 6}` }, h("bdi", { class: "legend-name" }, name)))));
}

/** Divide the width among names, bars and figures. @param {Bar[]} bars @param {number} width @param {number} count @param {(value: number) => string} format @returns {Room} */
function divide(bars, width, count, format) {
  const widest = (/** @type {string[]} */ texts, /** @type {number} */ size) => Math.max(0, ...texts.map((text) => measureText(text, fontOf(size))));
  const names = Math.min(width * SHARE, widest(bars.map((each) => each.name), FONT) + SPACE);
  const figures = widest(bars.flatMap((each) => each.values.map(format)), FONT - 1) + SPACE;
  return { width, names: width < WIDE ? 0 : names, figures, count };
}

/** @param {{ bar: Bar, room: Room, whole: number, format: (value: number) => string, top: number }} props */
function Group({ bar, room, whole, format, top }) {
  const above = room.names ? 0 : NAME;
  const middle = top + (room.names ? (room.count * (THICK + 2)) / 2 + 4 : FONT);
  return h("g", null, h("title", null, bar.name),
    h("text", { x: 0, y: middle }, cutText(bar.name, room.names ? room.names - SPACE : room.width, fontOf(FONT))),
    bar.values.map((value, at) => h(Row, { key: at, y: top + above + at * (THICK + 2), room, share: value / whole, text: format(value), at })));
}

/** @param {{ y: number, room: Room, share: number, text: string, at: number }} props */
function Row({ y, room: { width: all, names: x, figures }, share, text, at }) {
  const width = Math.max(1, all - x - figures);
  return h("g", { class: `series-${at % 6}` },
    h("rect", { class: "bar-rest", x, y, width, height: THICK, rx: 3 }),
    h("rect", { class: "bar-part", x, y, width: Math.max(share ? 2 : 0, share * width), height: THICK, rx: 3 }),
    h("text", { class: "bar-figure", x: all, y: y + 12, "text-anchor": "end" }, text));
}

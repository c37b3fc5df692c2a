/** Bars as SVG, one for each series of a name, with the name above and the figure at the end. */
import { h } from "../core/dom.js";
import { useNarrow } from "./chart.js";

/** @typedef {{ name: string, values: number[] }} Bar */

/** Units across, so that texts stay legible. */
const WIDTHS = { narrow: 330, wide: 440 };
const NAME = 20;
const THICK = 14;
const GAP = 10;
const FIGURE = 84;

/** Units that a letter of a name takes, on average. */
const LETTER = 8;

/** @param {string} text @param {number} width */
const cut = (text, width) => {
  const letters = [...text];
  return letters.length * LETTER > width ? `${letters.slice(0, Math.floor(width / LETTER) - 1).join("")}…` : text;
};

/**
 * @param {object} props
 * @param {Bar[]} props.bars
 * @param {string[]} [props.series] names of the values, if there are several
 * @param {string} props.label
 * @param {(value: number) => string} props.format
 * @param {number} [props.most] value of a whole bar; default: the largest one
 */
export function Bars({ bars, series = [], label, format, most }) {
  const whole = most || Math.max(...bars.flatMap((each) => each.values), 0) || 1;
  const width = useNarrow() ? WIDTHS.narrow : WIDTHS.wide;
  const count = Math.max(1, series.length);
  const step = NAME + count * (THICK + 2) + GAP;
  return h("figure", { class: "bars" },
    h("svg", { viewBox: `0 0 ${width} ${bars.length * step}`, role: "img", "aria-label": label },
      bars.map((bar, place) => h("g", { key: place }, h("title", null, bar.name),
        h("text", { x: 0, y: place * step + 14 }, cut(bar.name, width)),
        bar.values.map((value, at) => h(Row, { key: at, y: place * step + NAME + at * (THICK + 2), width, share: value / whole, text: format(value), at }))))),
    series.length > 1 && h("figcaption", { class: "legend" }, series.map((name, at) =>
      h("span", { key: at, class: `legend-item series-${at % 6}` }, h("bdi", { class: "legend-name" }, name)))));
}

/** @param {{ y: number, width: number, share: number, text: string, at: number }} props */
function Row({ y, width: all, share, text, at }) {
  const width = all - FIGURE;
  return h("g", { class: `series-${at % 6}` },
    h("rect", { class: "bar-rest", x: 0, y, width, height: THICK, rx: 3 }),
    h("rect", { class: "bar-part", x: 0, y, width: Math.max(share ? 2 : 0, share * width), height: THICK, rx: 3 }),
    h("text", { class: "bar-figure", x: all, y: y + 12, "text-anchor": "end" }, text));
}

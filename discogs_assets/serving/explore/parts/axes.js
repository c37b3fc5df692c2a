/** Axes of charts over years: scales, lines and labels, and the legend with the values of a year. */
import { edition } from "../core/api.js";
import { h, useState } from "../core/dom.js";
import { fontOf, measureText } from "./fit.js";
import { useWidth } from "./size.js";

/** @typedef {{ id: string, name: string, points: { year: number, value: number }[] }} Series */
/** @typedef {ReturnType<typeof measure>} Scale */

/** Pixels that a label of a year takes, with room to the next one. */
const LABEL = 56;

/** Right of the last year there is room for half of its label. */
const MARGIN = { right: 24, top: 16, bottom: 32 };

/**
 * Round steps from 0 to at least the maximum.
 * @param {number} maximum
 * @param {number} least step
 */
function findTicks(maximum, least) {
  const rough = Math.max(maximum / 4, least);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough) || 10);
  return Array.from({ length: Math.ceil(maximum / step) + 1 }, (_, place) => place * step);
}

/**
 * Scales of a chart. Its years go on to that of the month, so that an end is seen as an end.
 * @param {Series[]} series
 * @param {number} most largest value
 * @param {number} width
 * @param {(value: number) => string} format
 */
export function measure(series, most, width, format) {
  const points = series.flatMap((each) => each.points);
  const years = points.map((each) => each.year);
  const first = Math.min(...years);
  const last = Math.max(...years, first + 1, parseInt(edition.month, 10) || 0);
  const ticks = findTicks(most, points.every((each) => Number.isInteger(each.value)) ? 1 : 1e-9);
  const left = Math.max(24, ...ticks.map((tick) => measureText(format(tick), fontOf(13)))) + 12;
  const [top, height] = [ticks[ticks.length - 1] || 1, width < 560 ? 300 : 360];
  return {
    first, last, ticks, width, left, height, top: MARGIN.top, right: width - MARGIN.right, bottom: height - MARGIN.bottom,
    step: (width - left - MARGIN.right) / (last - first),
    x: (/** @type {number} */ year) => left + ((year - first) / (last - first)) * (width - left - MARGIN.right),
    y: (/** @type {number} */ value) => height - MARGIN.bottom - (value / top) * (height - MARGIN.top - MARGIN.bottom),
  };
}

/** @param {Series} series @param {number} year */
export const valueAt = (series, year) => series.points.find((each) => each.year === year)?.value || 0;

/** Each year of a series, 0 where it has no value. @param {Series} series @param {number} first @param {number} last */
export function fill({ points }, first, last) {
  const values = new Map(points.map((each) => [each.year, each.value]));
  return Array.from({ length: last - first + 1 }, (_, place) => ({ year: first + place, value: values.get(first + place) || 0 }));
}

/**
 * A chart with its axes; its values are drawn by `children`.
 * @param {object} props
 * @param {Series[]} props.series
 * @param {number} props.most largest value
 * @param {string} props.label
 * @param {(value: number) => string} props.format
 * @param {(scale: Scale, year: number | null) => Child} props.children
 */
export function Frame({ series, most, label, format, children }) {
  const [year, setYear] = useState(/** @type {number | null} */ (null));
  const [place, width] = useWidth(720);
  const scale = measure(series, most, width, format);
  const point = (/** @type {PointerEvent} */ event) => {
    const { left } = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    setYear(Math.min(scale.last, Math.max(scale.first, Math.round(scale.first + (event.clientX - left - scale.left) / scale.step))));
  };
  return h("figure", { class: "chart", ref: place },
    h("svg", {
      viewBox: `0 0 ${width} ${scale.height}`, role: "img", "aria-label": label,
      onPointerMove: point, onPointerDown: point, onPointerLeave: () => setYear(null),
    }, h(Axes, { scale, format }), children(scale, year)),
    h(Legend, { series, year, format }));
}

/** @param {{ scale: Scale, format: (value: number) => string }} props */
function Axes({ scale, format }) {
  const step = [1, 2, 5, 10, 20, 50].find((each) => each * scale.step >= LABEL) || 100;
  // The first year has a label, since a value stands there; the others are round.
  const years = [scale.first];
  for (let year = Math.ceil((scale.first + LABEL / scale.step) / step) * step; year <= scale.last; year += step) years.push(year);
  return h("g", { class: "axes", "aria-hidden": "true" },
    scale.ticks.map((tick) => h("g", { key: tick },
      h("line", { x1: scale.left, x2: scale.right, y1: scale.y(tick), y2: scale.y(tick) }),
      h("text", { x: scale.left - 8, y: scale.y(tick) + 4, "text-anchor": "end" }, format(tick)))),
    years.map((year) => h("g", { key: year },
      h("line", { x1: scale.x(year), x2: scale.x(year), y1: scale.bottom, y2: scale.bottom + 5 }),
      h("text", { x: scale.x(year), y: scale.height - 8, "text-anchor": "middle" }, String(year)))));
}

/** @param {{ series: Series[], year: number | null, format: (value: number) => string }} props */
function Legend({ series, year, format }) {
  return h("figcaption", { class: "legend" },
    h("span", { class: "legend-year" }, year === null ? "All years" : String(year)),
    series.map((each, place) => h("span", { key: each.id, class: `legend-item series-${place % 6}` },
      h("bdi", { class: "legend-name" }, each.name),
      h("span", { class: "legend-value" }, year === null ? "" : format(valueAt(each, year))))));
}

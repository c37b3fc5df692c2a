/** A line chart over years, as SVG, with a value for each series under the pointer. */
import { classes, h, number, useEffect, useRef, useState } from "../core/dom.js";

/** @typedef {{ id: string, name: string, points: { year: number, value: number }[] }} Series */

const HEIGHT = 360;

/** Units across: fewer on a narrow screen, so that texts stay legible. */
const WIDTHS = { narrow: 440, wide: 960 };
const MARGIN = { left: 56, right: 16, top: 16, bottom: 32 };

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

/** Return true on a narrow screen, and render again when this changes. */
export function useNarrow() {
  const media = matchMedia("(max-width: 640px)");
  const [narrow, setNarrow] = useState(media.matches);
  useEffect(() => {
    const listener = () => setNarrow(media.matches);
    media.addEventListener("change", listener);
    return () => media.removeEventListener("change", listener);
  }, []);
  return narrow;
}

/** @param {Series[]} series @param {number} width */
function measure(series, width) {
  const points = series.flatMap((each) => each.points);
  const years = points.map((each) => each.year);
  const first = Math.min(...years);
  const last = Math.max(...years, first + 1);
  const whole = points.every((each) => Number.isInteger(each.value));
  const ticks = findTicks(Math.max(...points.map((each) => each.value), 0), whole ? 1 : 1e-9);
  const top = ticks[ticks.length - 1] || 1;
  return {
    first, last, ticks, width,
    x: (/** @type {number} */ year) =>
      MARGIN.left + ((year - first) / (last - first)) * (width - MARGIN.left - MARGIN.right),
    y: (/** @type {number} */ value) => HEIGHT - MARGIN.bottom - (value / top) * (HEIGHT - MARGIN.top - MARGIN.bottom),
  };
}

/** Every year of a series, 0 where it has no value. @param {Series} series */
function fill({ points }) {
  const values = new Map(points.map((each) => [each.year, each.value]));
  const years = points.map((each) => each.year);
  const first = Math.min(...years);
  return Array.from({ length: Math.max(...years) - first + 1 }, (_, place) => ({
    year: first + place, value: values.get(first + place) || 0,
  }));
}

/** @param {{ series: Series[], label: string, format: (value: number) => string, small?: boolean }} props `small`: it has half of the page */
export function Chart({ series, label, format, small = false }) {
  const [year, setYear] = useState(/** @type {number | null} */ (null));
  const svg = useRef(/** @type {SVGSVGElement | null} */ (null));
  const width = useNarrow() || small ? WIDTHS.narrow : WIDTHS.wide;
  const scale = measure(series, width);
  const point = (/** @type {PointerEvent} */ event) => {
    const box = /** @type {SVGSVGElement} */ (svg.current).getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width * width - MARGIN.left) / (width - MARGIN.left - MARGIN.right);
    setYear(Math.round(scale.first + Math.min(1, Math.max(0, share)) * (scale.last - scale.first)));
  };
  return h("figure", { class: classes("chart", small && "small") },
    h("svg", {
      ref: svg, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label,
      onPointerMove: point, onPointerDown: point, onPointerLeave: () => setYear(null),
    },
    h(Axes, { scale, format }),
    series.map((each, place) => h(Line, { key: each.id, each, place, scale })),
    year !== null && h(Marker, { series, year, scale })),
    h(Legend, { series, year, format }));
}

/** @param {{ scale: ReturnType<typeof measure>, format: (value: number) => string }} props */
function Axes({ scale, format }) {
  const step = [1, 2, 5, 10, 20, 50].find((each) => (scale.last - scale.first) / each <= scale.width / 110) || 100;
  const years = [];
  for (let year = Math.ceil(scale.first / step) * step; year <= scale.last; year += step) years.push(year);
  return h("g", { class: "axes", "aria-hidden": "true" },
    scale.ticks.map((tick) => h("g", { key: tick },
      h("line", { x1: MARGIN.left, x2: scale.width - MARGIN.right, y1: scale.y(tick), y2: scale.y(tick) }),
      h("text", { x: MARGIN.left - 8, y: scale.y(tick) + 4, "text-anchor": "end" }, format(tick)))),
    years.map((year) =>
      h("text", { key: year, x: scale.x(year), y: HEIGHT - 8, "text-anchor": "middle" }, String(year))));
}

/** @param {{ each: Series, place: number, scale: ReturnType<typeof measure> }} props */
function Line({ each, place, scale }) {
  const points = fill(each).map(({ year, value }) => `${scale.x(year).toFixed(1)},${scale.y(value).toFixed(1)}`);
  return h("g", { class: `series series-${place % 6}` },
    points.length === 1
      ? h("circle", { cx: points[0].split(",")[0], cy: points[0].split(",")[1], r: 4 })
      : h("polyline", { points: points.join(" ") }));
}

/** @param {{ series: Series[], year: number, scale: ReturnType<typeof measure> }} props */
function Marker({ series, year, scale }) {
  return h("g", { class: "marker" },
    h("line", { x1: scale.x(year), x2: scale.x(year), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }),
    series.map((each, place) => h("circle", {
      key: each.id, class: `series-${place % 6}`, cx: scale.x(year), cy: scale.y(valueAt(each, year)), r: 4.5,
    })));
}

/** @param {Series} series @param {number} year */
const valueAt = (series, year) => series.points.find((each) => each.year === year)?.value || 0;

/** @param {{ series: Series[], year: number | null, format: (value: number) => string }} props */
function Legend({ series, year, format }) {
  return h("figcaption", { class: "legend" },
    h("span", { class: "legend-year" }, year === null ? "All years" : String(year)),
    series.map((each, place) => h("span", { key: each.id, class: `legend-item series-${place % 6}` },
      h("bdi", { class: "legend-name" }, each.name),
      h("span", { class: "legend-value" }, year === null ? "" : format(valueAt(each, year))))));
}

/** Bars for the releases of each year, small. @param {{ data: Trends["data"], name: string }} props */
export function Sparkline({ data, name }) {
  if (data.length < 2) return null;
  const filled = fill({ id: name, name, points: data.map(({ year, count }) => ({ year, value: count })) });
  const most = Math.max(...filled.map((each) => each.value));
  const total = data.reduce((sum, each) => sum + each.count, 0);
  const [first, last] = [filled[0].year, filled[filled.length - 1].year];
  return h("figure", { class: "sparkline" },
    h("svg", {
      viewBox: `0 0 ${filled.length * 4} 40`, preserveAspectRatio: "none", role: "img",
      "aria-label": `${number(total)} dated releases from ${first} to ${last}`,
    }, filled.map(({ year, value }, place) =>
      h("rect", { key: year, x: place * 4, width: 3, y: 40 - (value / most) * 40, height: (value / most) * 40 }))),
    h("figcaption", null, h("span", null, first), h("span", null, last)));
}

/**
 * Rows of a chart: a year each, the latest first.
 * @param {Series[]} series
 * @param {(value: number) => string} format
 */
export function tabulate(series, format) {
  const maps = series.map((each) => new Map(each.points.map((point) => [point.year, point.value])));
  const columns = series.map(({ id, name }, place) => {
    const value = (/** @type {number} */ year) => maps[place].get(year) || 0;
    return { name: `${name} (${id})`, title: name, value, show: (/** @type {number} */ year) => format(value(year)) };
  });
  const year = { name: "year", title: "Year", value: (/** @type {number} */ each) => each, show: String };
  return { columns: [year, ...columns], rows: [...new Set(maps.flatMap((map) => [...map.keys()]))].sort((a, b) => b - a) };
}

/** Charts over years, as SVG: lines, or bars of several series on top of each other; and the small bars of a panel. */
import { h, number } from "../core/dom.js";
import { fill, Frame, valueAt } from "./axes.js";

/** @typedef {import("./axes.js").Series} Series */
/** @typedef {import("./axes.js").Scale} Scale */
/** @typedef {{ series: Series[], label: string, format: (value: number) => string }} ChartProps */

/** Lines, at 0 in each year without a value. @param {ChartProps} props */
export function Chart({ series, ...more }) {
  const most = Math.max(0, ...series.flatMap((each) => each.points.map(({ value }) => value)));
  return h(Frame, { series, most, ...more, children: (scale, year) => [
    series.map((each, place) => h(Line, { key: each.id, each, place, scale })),
    year !== null && h(Marker, { series, year, scale })] });
}

/** Bars of the years, each of them the sum of all series. @param {ChartProps} props */
export function Stack({ series, ...more }) {
  const sums = new Map();
  for (const { year, value } of series.flatMap((each) => each.points)) sums.set(year, (sums.get(year) || 0) + value);
  return h(Frame, { series, most: Math.max(0, ...sums.values()), ...more, children: (scale, year) => [
    [...sums.keys()].map((each) => h(Pile, { key: each, series, year: each, scale, marked: each === year }))] });
}

/** @param {{ series: Series[], year: number, scale: Scale, marked: boolean }} props */
function Pile({ series, year, scale, marked }) {
  const width = Math.max(2, Math.min(28, scale.step * 0.8));
  // The first and the last year have room for half of a bar on one side alone.
  const x = Math.min(scale.right - width, Math.max(scale.left, scale.x(year) - width / 2));
  let below = 0;
  return h("g", { class: "pile", opacity: marked ? 0.75 : undefined }, series.map((each, place) => {
    const value = valueAt(each, year);
    const [bottom, top] = [scale.y(below), scale.y(below + value)];
    below += value;
    return value > 0 && h("rect", { key: each.id, class: `bar-part series-${place % 6}`, x, y: top, width, height: bottom - top });
  }));
}

/** @param {{ each: Series, place: number, scale: Scale }} props */
function Line({ each, place, scale }) {
  const points = fill(each, scale.first, scale.last).map(({ year, value }) => `${scale.x(year).toFixed(1)},${scale.y(value).toFixed(1)}`);
  return h("g", { class: `series series-${place % 6}` }, h("polyline", { points: points.join(" ") }));
}

/** @param {{ series: Series[], year: number, scale: Scale }} props */
function Marker({ series, year, scale }) {
  return h("g", { class: "marker" },
    h("line", { x1: scale.x(year), x2: scale.x(year), y1: scale.top, y2: scale.bottom }),
    series.map((each, place) => h("circle", {
      key: each.id, class: `series-${place % 6}`, cx: scale.x(year), cy: scale.y(valueAt(each, year)), r: 4.5,
    })));
}

/** Bars for the releases of each year, small. @param {{ data: Trends["data"], name: string }} props */
export function Sparkline({ data, name }) {
  if (data.length < 2) return null;
  const years = data.map(({ year }) => year);
  const [first, last] = [Math.min(...years), Math.max(...years)];
  const filled = fill({ id: name, name, points: data.map(({ year, count }) => ({ year, value: count })) }, first, last);
  const most = Math.max(...filled.map((each) => each.value));
  const total = data.reduce((sum, each) => sum + each.count, 0);
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

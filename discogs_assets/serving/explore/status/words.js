/** Sizes, times and names of the status in words. */
import { h, number, plural } from "../core/dom.js";

/** @type {Record<StatusStore["name"], string>} */
export const STORES = { postgres: "PostgreSQL", neo4j: "Neo4j", search: "Search index", lake: "Parquet lake" };

/** @type {Record<StatusStore["name"], string>} */
export const COUNTED = { postgres: "rows, estimated", neo4j: "nodes and relationships", search: "documents", lake: "rows" };

/** @param {number | null} bytes */
export function size(bytes) {
  if (bytes === null) return "–";
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 4);
  const value = bytes / 1000 ** power;
  return `${power ? value.toFixed(value < 10 ? 1 : 0) : value} ${["B", "kB", "MB", "GB", "TB"][power]}`;
}

/** @param {number | null} rows */
export const count = (rows) => (rows === null ? "–" : number(rows));

/** A duration of two units at most: 2 h 5 min. @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${number(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** Day and time of the reader's clock. @param {number | null} seconds since the epoch */
export const moment = (seconds) => seconds === null ? "–" : new Date(seconds * 1000).toLocaleString("en", {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

/** @param {number | null} share */
export const percent = (share) => (share === null ? "" : `${Math.floor(share * 100)} %`);

/** Text with commands in backticks. @param {{ text: string }} props */
export const Advice = ({ text }) =>
  h("span", null, text.split("`").map((part, place) => (place % 2 ? h("code", { key: place }, part) : part)));

/** The state in one line. @param {PlatformStatus} status */
export function headline(status) {
  const away = status.stores.filter((each) => each.state === "away").map((each) => STORES[each.name]);
  const [failed, warned] = ["error", "warning"].map((severity) => status.checks.filter((each) => each.severity === severity).length);
  const loading = status.running.find((each) => each.status === "running" && each.steps);
  if (status.state === "empty") return loading ? "The first month is loading" : "Nothing is loaded yet";
  if (away.length) return `${away.join(" and ")} ${away.length === 1 ? "does" : "do"} not answer`;
  if (failed) return `${plural(failed, "check")} failed`;
  return warned ? `Everything works, ${plural(warned, "check")} warned` : "Everything works";
}

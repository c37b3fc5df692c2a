/** Status: health, the published month, loads under way, latest runs, failed checks. */
import { h, useEffect } from "../core/dom.js";
import { nameMonth } from "../panes/months.js";
import { Facts } from "../parts/facts.js";
import { Outside } from "../parts/markup.js";
import { Loading } from "../parts/states.js";
import { useStatus } from "./live.js";
import { Checks, RecentRuns, Running } from "./runs.js";
import { Stores } from "./stores.js";
import { Advice, headline } from "./words.js";

export function StatusPane() {
  const { status, connection } = useStatus();
  const title = status ? headline(status) : "Status";
  useEffect(() => { document.title = `${title} – discogs explorer`; }, [title]);
  if (!status) {
    return connection === "lost" ? h(Connection, { connection }) : h(Loading, { lines: 6, text: "Loading the status" });
  }
  return h("div", { class: `status state-${status.state}` },
    h("h1", { "aria-live": "polite" }, title),
    h(Connection, { connection }),
    status.advice.length > 0 && h("ul", { class: "plain advice" }, status.advice.map((text) => h("li", { key: text }, h(Advice, { text })))),
    h(Summary, { status }),
    h(Running, { runs: status.running, url: status.dagster.url }),
    h(Checks, { checks: status.checks, dagster: status.dagster }),
    h(Stores, { stores: status.stores }),
    status.dagster.state === "starting" && h("section", { class: "awaited" }, h("h2", null, "Runs and checks"), h(Loading, { lines: 5, text: "Reading runs and checks" })),
    h(RecentRuns, { runs: status.runs, url: status.dagster.url }));
}

/** Texts by connection; the status shown may be old if it is lost. */
const SAID = {
  opening: "Connecting…",
  live: "Live: this page changes by itself.",
  asking: "Up to date within seconds: too many pages are open for a live connection.",
  lost: "The server does not answer, so this may be old. Is `discogs serve` running? Trying again…",
};

/** @param {{ connection: import("./live.js").Connection }} props */
const Connection = ({ connection }) =>
  h("p", { class: `connection ${connection}`, role: "status" }, h(Advice, { text: SAID[connection] }));

/** @param {{ status: PlatformStatus }} props */
function Summary({ status }) {
  const { month, age_days: age, dagster } = status;
  /** @type {import("../parts/facts.js").Fact[]} */
  const facts = [
    ["Published month", month ? h("a", { href: "/?pane=months" }, nameMonth(month)) : "none"],
    ["Age", age === null ? "–" : `${age} ${age === 1 ? "day" : "days"} since the first of the month`],
    ["Runs and checks", RECORDS[dagster.state] + (dagster.fault && `: ${dagster.fault}`)],
    ["Load or run again", h("span", null, h(Outside, { url: dagster.url, children: "Dagster's UI ↗" }), ", which answers while ", h("code", null, "discogs dev"), " runs")],
  ];
  return h(Facts, { facts });
}

const RECORDS = {
  ok: "live from Dagster's records",
  starting: "reading them",
  away: "cannot be read",
  none: "none recorded yet",
};

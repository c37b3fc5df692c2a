/** Loads under way, latest runs and failed checks, each with a link to Dagster's UI. */
import { classes, h, plural } from "../core/dom.js";
import { nameMonth } from "../panes/months.js";
import { Outside } from "../parts/markup.js";
import { Table } from "./stores.js";
import { duration, moment, percent } from "./words.js";

/** Dagster's name of a run of chosen assets is not for people. @param {string} job */
const jobOr = (job) => (job.startsWith("__") ? "chosen assets" : job);

/** @param {string | null} month */
const monthOr = (month) => (month ? nameMonth(month) : "all months");

/** @param {{ url: string, run: string, children: Child }} props */
const RunLink = ({ url, run, children }) => h(Outside, { url: `${url.replace(/\/$/, "")}/runs/${run}`, children });

/** @param {{ share: number | null, label: string }} props */
const Bar = ({ share, label }) =>
  h("progress", { class: "progress", max: 1, value: share === null ? undefined : share, "aria-label": label });

/** @param {{ runs: StatusRun[], url: string }} props */
export function Running({ runs, url }) {
  if (!runs.length) return null;
  return h("section", { "aria-label": "Under way" }, h("h2", null, "Under way"), runs.map((run) => h(RunCard, { key: run.id, run, url })));
}

const UNDER_WAY = {
  queued: "waits for its turn",
  killed: "has lost its process; Dagster's daemon, or the next run, ends it",
};

/** @param {{ run: StatusRun, url: string }} props */
function RunCard({ run, url }) {
  const { share, seconds_left: left } = run.progress;
  const said = run.status === "queued" || run.status === "killed" ? UNDER_WAY[run.status] : [
    `${run.done} of ${plural(run.steps, "step")}`, share !== null && percent(share),
    left !== null && `about ${duration(left)} left`, `since ${moment(run.began)}`].filter(Boolean).join(", ");
  return h("article", { class: "run-card" },
    h("h3", null, `${jobOr(run.job)}, ${monthOr(run.month)} `, h(RunLink, { url, run: run.id, children: "Log ↗" })),
    run.status === "running" && h(Bar, { share, label: `Progress of ${jobOr(run.job)}, ${monthOr(run.month)}` }),
    h("p", { class: "hint" }, said),
    run.running.length > 0 && h(Table, { name: `Steps of run ${run.id.slice(0, 8)} under way`, columns: ["Asset", "Speed", "Left", "Last line of its log"] },
      run.running.map((step) => h(StepRow, { key: step.name, step }))));
}

/** @param {{ step: StatusStep }} props */
function StepRow({ step }) {
  const { share, rate, seconds_left: left } = step.progress;
  const about = step.estimated ? "about " : "";
  return h("tr", null,
    h("th", { scope: "row" }, step.name,
      h("span", { class: "step-progress" }, h(Bar, { share, label: `Progress of ${step.name}` }), share !== null && about + percent(share))),
    h("td", { class: "figure" }, rate || "–"),
    h("td", { class: "figure" }, left === null ? "–" : about + duration(left)),
    h("td", { class: "log-line", dir: "auto" }, step.said));
}

/** @param {{ checks: StatusCheck[], dagster: PlatformStatus["dagster"] }} props */
export function Checks({ checks, dagster }) {
  if (!checks.length) return dagster.state === "ok" ? h("p", { class: "hint" }, "No check has failed in the latest runs.") : null;
  return h("section", null, h(Table, { name: "Failed checks", columns: ["Check", "Asset", "Month", "Reason", "When"] },
    checks.map((each) => h("tr", { key: `${each.asset} ${each.name} ${each.month}` },
      h("th", { scope: "row" }, h("span", { class: classes("badge", `is-${each.severity}`) }, each.severity), " ", each.name),
      h("td", null, h(Outside, { url: checkUrl(dagster.url, each), children: each.asset })),
      h("td", null, monthOr(each.month)),
      h("td", { class: "log-line", dir: "auto" }, each.said),
      h("td", { class: "figure" }, each.run ? h(RunLink, { url: dagster.url, run: each.run, children: moment(each.at) }) : moment(each.at))))));
}

/** The check's page in Dagster's UI. @param {string} url @param {StatusCheck} check */
const checkUrl = (url, check) =>
  `${url.replace(/\/$/, "")}/assets/${check.asset.split("/").map(encodeURIComponent).join("/")}?view=checks&checkDetail=${encodeURIComponent(check.name)}`;

const ENDS = { success: "✓ succeeded", failure: "✕ failed", canceled: "– cancelled", queued: "", running: "", killed: "" };

/** @param {{ runs: StatusRun[], url: string }} props */
export function RecentRuns({ runs, url }) {
  if (!runs.length) return null;
  return h("section", null, h(Table, { name: "Latest runs", columns: ["Run", "Month", "Result", "Began", "Took"] },
    runs.map((run) => h("tr", { key: run.id },
      h("th", { scope: "row" }, h(RunLink, { url, run: run.id, children: jobOr(run.job) })),
      h("td", null, monthOr(run.month)),
      h("td", null, h("span", { class: classes("badge", `is-${run.status}`) }, ENDS[run.status]),
        run.failure && h("span", { class: "said", dir: "auto" }, run.failure)),
      h("td", { class: "figure" }, moment(run.began)),
      h("td", { class: "figure" }, run.began === null || run.ended === null ? "–" : duration(run.ended - run.began))))));
}

/** Months: the months that are loaded, and the one that answers are of. */
import { h, number, useEffect } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { Failure, Loading } from "../parts/states.js";

/** @param {string} month */
export const nameMonth = (month) =>
  new Date(`${month}-01T00:00:00Z`).toLocaleDateString("en", { month: "long", year: "numeric", timeZone: "UTC" });

export function MonthsPane() {
  const { answer, problem, retry } = useAnswer("months");
  const stats = useAnswer("graph/stats");
  useEffect(() => { document.title = "Months – discogs explorer"; }, []);
  if (problem) return h(Failure, { problem, retry });
  if (!answer) return h(Loading, { lines: 6, text: "Loading months" });
  const { published, months } = /** @type {Months} */ (answer);
  return h("div", { class: "months" },
    h("h1", null, `You are looking at ${nameMonth(published)}`),
    h("p", { class: "hint" }, "Discogs publishes its data once a month. Everything on this page is of one month; it changes when the next one is published."),
    stats.answer && h(Contents, { stats: /** @type {Statistics} */ (stats.answer) }),
    h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Months" }, h("table", null,
      h("caption", null, "Months that are loaded"),
      h("thead", null, h("tr", null, ["Month", "State", "Tables", "Graph", "Search"].map((name) => h("th", { key: name, scope: "col" }, name)))),
      h("tbody", null, months.map((each) => h("tr", { key: each.month },
        h("th", { scope: "row" }, nameMonth(each.month)),
        h("td", null, each.published ? "published" : "loaded, not shown"),
        h("td", null, number(each.tables)), h("td", null, each.graph ? "yes" : "no"), h("td", null, each.search ? "yes" : "no")))))));
}

/** @param {{ stats: Statistics }} props */
function Contents({ stats }) {
  return h("dl", { class: "counts" }, [...Object.entries(stats.counts), ["links between them", stats.total_relationships]].map(([name, count]) =>
    h("div", { key: name }, h("dt", null, name), h("dd", null, number(Number(count))))));
}

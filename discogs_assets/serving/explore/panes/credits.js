/** Credits: a person's roles over the years, its releases, and who is credited with it; or who has the most credits. */
import { h, number, plural, useEffect } from "../core/dom.js";
import { useAnswer, usePromise } from "../core/api.js";
import { change, go, link, useQuery } from "../core/router.js";
import { Bars } from "../parts/bars.js";
import { Stack, tabulate } from "../parts/chart.js";
import { Choice, optionsOf, useChoice } from "../parts/choice.js";
import { column, digits, entity, references } from "../parts/columns.js";
import { EntityLink } from "../parts/entity.js";
import { Pages, readOffset } from "../parts/pages.js";
import { Picker } from "../parts/picker.js";
import { Mentions } from "../parts/reference.js";
import { Failure, Loading } from "../parts/states.js";
import { Plot, Table } from "../parts/table.js";
import { Connections, Shared } from "./credits_shared.js";
import { completePersons, keyOfPerson, linkPerson, parsePerson, PersonLink, personParameters, personPath } from "./person.js";

/** @typedef {import("./person.js").Person} Person */
/** @typedef {{ category: string, count: number, rank: number, releases: number }} RoleCount */
/** @typedef {{ artist_id: number | null, name: string, has_record: boolean, total_credits: number, first_year: number | null, last_year: number | null, role_breakdown: RoleCount[] }} Profile */
/** @typedef {{ year: number, category: string, count: number }} YearCount */
/** @typedef {{ release_id: number, title: string | null, year: number | null, role: string, category: string, credited_as: string | null, tracks: string | null, artists: Reference[], labels: Reference[] }} Credit */

const CATEGORIES = optionsOf([
  "production", "arrangement", "conducting", "design", "engineering", "management", "mastering", "other", "performance",
  "remix", "spoken", "text", "writing",
]);

/** @type {[string, string]} */
const ALL = ["", "all roles"];
/** @type {import("../parts/choice.js").Options} */
const OWNERS = [["", "all releases"], ["others", "releases of others"]];
const PAGE = 25;

/** Categories of the chart; what is left is one more. */
const LINES = 5;

export function CreditsPane() {
  const people = useQuery().getAll("p").flatMap((key) => parsePerson(key) || []).slice(0, 2);
  useEffect(() => { document.title = "Credits – discogs explorer"; }, []);
  return h("div", { class: "credits" },
    h("h1", null, people.length ? "Who did what on which records" : "Who has the most credits"),
    h("div", { class: "ends" },
      h(PersonPicker, { label: "Person", place: 0, people }),
      people.length > 0 && h(PersonPicker, { label: "Credited together with", place: 1, people })),
    people.length ? h(Found, { key: people[0].key, people }) : h(Leaders, null));
}

/** @param {{ label: string, place: number, people: Person[] }} props */
function PersonPicker({ label, place, people }) {
  const person = people[place];
  const { answer } = useAnswer(person ? personPath(person, "profile") : null, personParameters(person));
  const pick = (/** @type {string} */ key) => {
    const keys = people.map((each) => each.key);
    keys[place] = key;
    go(change({ p: keys, offset: null, ...(place ? {} : { role: null, by: null }) }));
  };
  return h(Picker, {
    label, visible: true, placeholder: "Producer, engineer, musician…", text: /** @type {Profile | null} */ (answer)?.name || "",
    complete: completePersons, none: "No credit has a name with these words.",
    onPick: ({ id, name }) => pick(keyOfPerson({ artist_id: Number(id) || null, name })), onSubmit: (text) => pick(`name:${text}`),
  });
}

/** @param {{ people: Person[] }} props */
function Found({ people: [person, other] }) {
  const { answer, problem, retry } = useAnswer(personPath(person, "profile"), personParameters(person));
  if (problem) return h(Failure, { problem, retry, missing: h(Unknown, { person }), choose: ({ id, name }) => linkPerson({ artist_id: Number(id) || null, name }) });
  if (!answer) return h(Loading, { lines: 16, text: "Loading credits" });
  const profile = /** @type {Profile} */ (answer);
  return h("div", null,
    h(Summary, { profile }),
    other && h(Shared, { people: [person, other] }),
    h("div", { class: "columns" },
      h(Roles, { profile }),
      h(Timeline, { person, name: profile.name })),
    h(Releases, { person, profile }),
    h(Connections, { person, name: profile.name }));
}

/** Advice if nobody is credited so. @param {{ person: Person }} props */
function Unknown({ person: { kind, text } }) {
  const named = kind !== "artist";
  const { answer } = usePromise(named ? text : null, (signal) => completePersons(text, signal));
  if (!named) return h("p", null, "This artist has no credits in this month. Releases of this artist are in the graph.");
  return h("div", null, h("p", null, "Nobody is credited exactly as “", h("bdi", null, text), "”. ", answer?.length ? "Do you mean:" : "Type one word of the name in the box above."),
    h("ul", { class: "plain" }, (answer || []).map((each) => h("li", { key: each.href }, h("a", { href: each.href }, h("bdi", null, each.name)), ` (${each.subtitle})`))));
}

/** @param {{ profile: Profile }} props */
function Summary({ profile }) {
  const { artist_id: id, name, has_record: known, total_credits: total, first_year: first, last_year: last } = profile;
  const entity = known ? /** @type {Named} */ ({ type: "artist", id, name }) : null;
  return h("header", null,
    h("h2", null, h("bdi", null, name)),
    h("p", null, `${plural(total, "credit")}${first ? (first === last ? `, in ${first}` : `, from ${first} to ${last}`) : ""}. `,
      entity ? h(EntityLink, { entity, children: "Show in the graph" }) : id ? "This month has no record of this artist; the credits are all that is known." : "Credits link this name to no artist."));
}

/** @param {{ profile: Profile }} props */
function Roles({ profile }) {
  const rows = profile.role_breakdown;
  const title = `Credits by kind of role: ${profile.name}`;
  const columns = [
    column("category", "Roles", (/** @type {RoleCount} */ row) => row.category, (row) => h("a", { href: change({ role: row.category, offset: null }) }, row.category)),
    column("credits", "Credits", (/** @type {RoleCount} */ row) => row.count),
    column("releases", "Releases", (/** @type {RoleCount} */ row) => row.releases),
    column("rank", "Overall rank", (/** @type {RoleCount} */ row) => row.rank, (row) => h("a", { href: link({ pane: "credits", role: row.category }) }, number(row.rank))),
  ];
  return h("section", null, h("h2", null, "Roles"),
    h("p", { class: "hint" }, "A credit is one role on one release. Kinds of role follow the credits’ words: photography and artwork, for example, are design."),
    h(Plot, { title, columns, rows, children: h(Bars, { label: title, format: number, bars: rows.map(({ category, count }) => ({ name: category, values: [count] })) }) }));
}

/** @param {{ person: Person, name: string }} props */
function Timeline({ person, name }) {
  const { answer, problem, retry } = useAnswer(personPath(person, "timeline"), personParameters(person));
  const { timeline } = /** @type {{ timeline: YearCount[] }} */ (answer || { timeline: [] });
  const series = sumLines(timeline);
  const title = `Credits by year: ${name}`;
  return h("section", { class: "tall" }, h("h2", null, "Over the years"),
    problem && h(Failure, { problem, retry }),
    !answer && !problem && h(Loading, { lines: 10, text: "Loading years" }),
    answer && !series.length && h("p", { class: "hint" }, "None of these credits has a year."),
    series.length > 0 && h(Plot, { title, ...tabulate(series, number), children: h(Stack, { series, format: number, label: title }) }));
}

/** The largest categories as series, all others as one. @param {YearCount[]} timeline @returns {import("../parts/chart.js").Series[]} */
function sumLines(timeline) {
  const totals = new Map();
  for (const { category, count } of timeline) totals.set(category, (totals.get(category) || 0) + count);
  const largest = [...totals.keys()].sort((a, b) => totals.get(b) - totals.get(a));
  const named = largest.length > LINES + 1 ? largest.slice(0, LINES) : largest;
  return [...named, "all others"].flatMap((name) => {
    const years = new Map();
    for (const each of timeline) {
      if ((named.includes(each.category) ? each.category : "all others") === name) years.set(each.year, (years.get(each.year) || 0) + each.count);
    }
    return years.size ? [{ id: name, name, points: [...years].map(([year, value]) => ({ year, value })) }] : [];
  });
}

/** @param {{ person: Person, profile: Profile }} props */
function Releases({ person, profile }) {
  const options = [ALL, ...optionsOf(profile.role_breakdown.map((each) => each.category))];
  const role = useChoice("role", options);
  const by = useChoice("by", OWNERS);
  const offset = readOffset(useQuery());
  const { answer, problem, loading, retry } = useAnswer(personPath(person), {
    ...personParameters(person), category: role, others: by && "true", limit: PAGE, offset,
  });
  const page = /** @type {import("../parts/reference.js").Mentioned & { credits: Credit[], total_credits: number, has_more: boolean } | null} */ (answer);
  const title = `Credits of ${profile.name}${by && " on releases of others"}${role && `: ${role}`}`;
  return h("section", { "aria-busy": loading },
    h("h2", null, "Releases"),
    h("div", { class: "choices" },
      h(Choice, { label: "Credits for", name: "role", options }),
      profile.has_record && h(Choice, { label: "On", name: "by", options: OWNERS })),
    problem && h(Failure, { problem, retry }),
    !page && !problem && h(Loading, { lines: 20, text: "Loading releases" }),
    page && h(Mentions.Provider, { value: page }, h(Table, { title, said: true, columns: CREDIT_COLUMNS, rows: page.credits })),
    page && h(Pages, { offset, size: PAGE, shown: page.credits.length, total: page.total_credits, more: page.has_more }));
}

const CREDIT_COLUMNS = [
  entity("release", "Release", "release", (/** @type {Credit} */ row) => ({ id: row.release_id, name: row.title })),
  digits("year", "Year", (/** @type {Credit} */ row) => row.year),
  column("role", "Role", (/** @type {Credit} */ row) => row.role),
  references("artists", "Artists", "artist", (/** @type {Credit} */ row) => row.artists),
  references("labels", "Labels", "label", (/** @type {Credit} */ row) => row.labels),
  digits("release_id", "Release id", (/** @type {Credit} */ row) => row.release_id),
];

/** @typedef {{ rank: number, artist_id: number | null, name: string, credit_count: number, release_count: number, first_year: number | null, last_year: number | null }} Leader */

function Leaders() {
  const role = useChoice("role", CATEGORIES);
  const offset = readOffset(useQuery());
  const { answer, problem, loading, retry } = useAnswer(`credits/role/${role}/top`, { limit: PAGE, offset });
  const page = /** @type {{ entries: Leader[], has_more: boolean } | null} */ (answer);
  return h("section", { "aria-busy": loading },
    h("p", { class: "hint" }, "A role counts once per release, however many tracks it covers. Roles are grouped by their wording: photography, artwork and layout are design, recording and mixing are engineering, lyrics and composing are writing, liner notes and translations are text."),
    h(Choice, { label: "Credits for", name: "role", options: CATEGORIES }),
    problem && h(Failure, { problem, retry }),
    !page && !problem && h(Loading, { lines: 20, text: "Loading people" }),
    page && h(Table, { title: `Most credits for ${role}`, columns: LEADER_COLUMNS, rows: page.entries }),
    page && h(Pages, { offset, size: PAGE, shown: page.entries.length, more: page.has_more }));
}

const LEADER_COLUMNS = [
  column("name", "Person", (/** @type {Leader} */ row) => row.name, (row) => h(PersonLink, { person: row })),
  column("rank", "Rank", (/** @type {Leader} */ row) => row.rank),
  column("credits", "Credits", (/** @type {Leader} */ row) => row.credit_count),
  column("releases", "Releases", (/** @type {Leader} */ row) => row.release_count),
  digits("first_year", "First year", (/** @type {Leader} */ row) => row.first_year),
  digits("last_year", "Last year", (/** @type {Leader} */ row) => row.last_year),
];

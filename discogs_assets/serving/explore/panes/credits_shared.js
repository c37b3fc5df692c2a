/** Persons credited together: the releases of two, and everybody around one. */
import { h, plural } from "../core/dom.js";
import { useAnswer } from "../core/api.js";
import { change, useQuery } from "../core/router.js";
import { Choice, useChoice } from "../parts/choice.js";
import { column, digits, entity, references } from "../parts/columns.js";
import { Mentions } from "../parts/reference.js";
import { Failure, Loading } from "../parts/states.js";
import { Table } from "../parts/table.js";
import { idOf, keyOfPerson, PersonLink, personParameters } from "./person.js";

/** @typedef {import("./person.js").Person} Person */
/** @typedef {import("./person.js").Credited} Credited */
/** @typedef {{ release_id: number, title: string | null, year: number | null, person1_roles: string[], person2_roles: string[], artists: Reference[] }} SharedRelease */
/** @typedef {import("../parts/reference.js").Mentioned & { person1: Credited, person2: Credited, total: number, shared_releases: SharedRelease[] }} SharedCredits */
/** @typedef {Credited & { distance: number, shared_count: number }} Connected */

/** Rows that these lists show; more would hide the rest of the pane. */
const ROWS = 50;

/** @type {import("../parts/choice.js").Options} */
const DEPTHS = [["1", "on the same releases"], ["2", "with those people elsewhere"], ["3", "one step further"]];

/** @param {{ people: [Person, Person] }} props */
export function Shared({ people: [one, two] }) {
  const { answer, problem, retry } = useAnswer("credits/shared", {
    ...nameParameters(one, 1), ...nameParameters(two, 2), limit: ROWS,
  });
  const found = /** @type {SharedCredits | null} */ (answer);
  const choose = (/** @type {Named} */ { id, name }) => change({ p: [one.key, keyOfPerson({ artist_id: Number(id) || null, name })] });
  return h("section", { class: "shared" }, h("h2", null, "Credited together"),
    problem && h(Failure, { problem, retry, choose, missing: h("p", null, "Nobody is credited exactly as “", h("bdi", null, two.text), "”. Type one word of the name in the box above.") }),
    !found && !problem && h(Loading, { lines: 6, text: "Comparing credits" }),
    found && h("p", { role: "status" }, `${plural(found.total, "release")} ${found.total === 1 ? "credits" : "credit"} both `, h(PersonLink, { person: found.person1 }), " and ", h(PersonLink, { person: found.person2 }),
      found.total > ROWS && `; the first ${ROWS} follow`, "."),
    found && found.total > 0 && h(Mentions.Provider, { value: found }, h(Table, { title: `Releases of ${found.person1.name} and ${found.person2.name}`, said: true, columns: sharedColumns(found), rows: found.shared_releases })));
}

/** @param {Person} person @param {number} place */
const nameParameters = (person, place) => ({ [`id${place}`]: idOf(person), [`person${place}`]: person.kind === "artist" ? null : person.text });

/** @param {SharedCredits} found */
const sharedColumns = ({ person1, person2 }) => [
  entity("release", "Release", "release", (/** @type {SharedRelease} */ row) => ({ id: row.release_id, name: row.title })),
  digits("year", "Year", (/** @type {SharedRelease} */ row) => row.year),
  references("artists", "Artists", "artist", (/** @type {SharedRelease} */ row) => row.artists),
  column("person1_roles", person1.name || "First", (/** @type {SharedRelease} */ row) => row.person1_roles),
  column("person2_roles", person2.name || "Second", (/** @type {SharedRelease} */ row) => row.person2_roles),
  digits("release_id", "Release id", (/** @type {SharedRelease} */ row) => row.release_id),
];

/** @param {{ person: Person, name: string }} props */
export function Connections({ person, name }) {
  const depth = useChoice("depth", DEPTHS);
  const { answer, problem, loading, retry } = useAnswer(`credits/connections/${encodeURIComponent(person.text)}`, { ...personParameters(person), depth, limit: ROWS });
  const found = /** @type {{ connections: Connected[], total: number, complete: boolean } | null} */ (answer);
  return h("section", { "aria-busy": loading }, h("h2", null, "Connections"),
    h(Choice, { label: "People credited", name: "depth", options: DEPTHS }),
    problem && h(Failure, { problem, retry }),
    !found && !problem && h(Loading, { lines: 20, text: "Loading connections" }),
    found && h("p", { class: "hint", role: "status" }, `${plural(found.total, "person").replace("persons", "people")}${found.total > ROWS ? `; the closest ${ROWS} follow` : ""}.`,
      !found.complete && " Very busy people have more: for each step, the first 1,000 releases and 100 people were read."),
    found && h(Table, { title: `Connections of ${name}`, said: true, columns: useConnectionColumns(), rows: found.connections }));
}

function useConnectionColumns() {
  const [first] = useQuery().getAll("p");
  return [
    column("name", "Person", (/** @type {Connected} */ row) => row.name, (row) => h(PersonLink, { person: row })),
    column("shared_releases", "Shared releases", (/** @type {Connected} */ row) => row.shared_count,
      (row) => h("a", { href: change({ p: [first, keyOfPerson(row)] }), "aria-label": `Credits of both, ${plural(row.shared_count, "release")}` }, row.shared_count)),
    column("distance", "Steps away", (/** @type {Connected} */ row) => row.distance),
    digits("artist_id", "Artist id", (/** @type {Connected} */ row) => row.artist_id),
  ];
}

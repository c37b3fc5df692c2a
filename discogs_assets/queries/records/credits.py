"""Credits of a person and of a release, and persons by category of role."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from discogs_assets.connections.readers import Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.page import Page, place_page, read_rows
from discogs_assets.queries.question import ID_LIMIT, Id, Offset, Result, Text, question
from discogs_assets.queries.records.entities import CANDIDATES
from discogs_assets.queries.records.mentions import Mentions, find_mentions

ARTISTS_READ = 100
"""Artists considered for a completion."""

LEADING = 1_000
"""Persons of each category, those with the most credits, whose names a completion is searched in."""

Category = Literal[
    "arrangement", "conducting", "design", "engineering", "management", "mastering", "other", "performance",
    "production", "remix", "spoken", "text", "writing",
]  # fmt: skip

PersonId = Annotated[int | None, Field(ge=0, le=ID_LIMIT)]

NAME = Annotated[
    Text,
    Field(description="Name of the artist, or a credited name without an artist. If several bear it, 409 lists all."),
]
ID = Annotated[
    PersonId,
    Field(description="Discogs id of the artist, instead of the name; 0 for the credits of the name without an id."),
]
LIMIT = Annotated[int, Field(ge=1, le=200, description="Rows of a page.")]
OFFSET = Annotated[Offset, Field(description="Rows to skip.")]
CATEGORY = Annotated[Category | None, Field(description="Only roles of this category.")]


@dataclass(frozen=True, slots=True)
class Person:
    """A person: an artist, or a name without an id (0). `totals` are its rows of the insight, by category."""

    id: int
    name: str
    totals: Sequence[dict[str, Any]]

    @property
    def shown(self) -> dict[str, Any]:
        """Fields of a `Credited`."""
        return {"artist_id": self.id or None, "name": self.name}

    @property
    def condition(self) -> str:
        """Condition on the credits `c`, for the value `person` of the statement."""
        return condition_on("person", self.id)

    @property
    def value(self) -> int | str:
        """Value for the condition."""
        return self.id or self.name


def condition_on(name: str, id: int) -> str:  # noqa: A002
    """Return the condition on the credits `c` of a person, for a value of this name."""
    return f"c.artist_id = %({name})s" if id else f"c.artist_id IS NULL AND c.name = %({name})s"


async def find_person(at: Reading, name: str, id: int | None) -> Person:  # noqa: A002
    """Return the person with the id, or else with the name.

    Raises QuestionError: 404 if nobody is credited so or named at all, 409 if several have the name.
    """
    by_id = "artist_id = %(id)s" if id else "artist_id = 0 AND name = %(name)s"
    condition = "name = %(name)s" if id is None else by_id
    if not name and not id:
        raise QuestionError(404, "neither a name nor an id of the person is given, expected one of them")
    statement = f"SELECT * FROM {{credit_totals}} t WHERE {condition} ORDER BY artist_id, name, category"
    people: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in await at.sql(statement, id=id, name=name):
        people.setdefault((row["artist_id"], row["name"]), []).append(row)
    if not people:
        said = f"the id {id}" if id else f"the name {name!r}"
        raise QuestionError(
            404,
            f"nobody with {said} is credited in {at.publication.month}. Names must be exact: "
            "/api/credits/autocomplete finds others.",
        )
    if len(people) > 1:
        raise QuestionError(
            409,
            f"several persons have the name {name!r}. Ask by the id of one; 0 is the name without an id.",
            candidates=[_describe(*each, people[each]) for each in [*people][:CANDIDATES]],
        )
    ((key, called), totals) = people.popitem()
    return Person(key, called, totals)


def _describe(id: int, name: str, totals: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: A002
    """Return a person of several with the same name, with what tells it from the others."""
    return {"id": id, "name": name, "credits": sum(row["credits"] for row in totals), **_span(totals)}


def _span(totals: Sequence[dict[str, Any]]) -> dict[str, int | None]:
    """Return the first and the last year of a person's credits."""
    return {
        "first_year": min((row["first_year"] for row in totals if row["first_year"]), default=None),
        "last_year": max((row["last_year"] for row in totals if row["last_year"]), default=None),
    }


class Credited(Result):
    """A person."""

    artist_id: int | None
    """Discogs id of the artist, null for a name without one."""
    name: str | None


class Year(Result):
    """Number of credits of a year and category."""

    year: int
    category: str
    count: int


class Timeline(Credited):
    """Number of a person's credits by year and category, without undated ones."""

    timeline: list[Year]


@question("/credits/person/{name:path}/timeline", "postgres", example={"name": "Rudy Van Gelder"}, rows="timeline")
async def credits_timeline(at: Reading, name: NAME, id: ID = None) -> Timeline:  # noqa: A002
    """Count the credits of a person by year and category. A role counts once per release."""
    person = await find_person(at, name, id)
    years = [
        Year(year=int(year), category=row["category"], count=count)
        for row in person.totals
        for year, count in row["years"].items()
    ]
    return Timeline(**person.shown, timeline=sorted(years, key=lambda each: (each.year, each.category)))


class CategoryCount(Result):
    """Number of credits of a category."""

    category: str
    count: int
    rank: int
    """Rank of the person in the category, from 1."""
    releases: int


class Profile(Credited):
    """A person's credits in numbers."""

    has_record: bool
    """True for an artist with a record of its own in the month, which other questions know, too."""
    total_credits: int
    categories: list[str]
    """Categories, the most frequent first."""
    first_year: int | None
    last_year: int | None
    role_breakdown: list[CategoryCount]


@question("/credits/person/{name:path}/profile", "postgres", example={"name": "Rudy Van Gelder"}, rows="role_breakdown")
async def credits_profile(at: Reading, name: NAME, id: ID = None) -> Profile:  # noqa: A002
    """Return the number of a person's credits by category, the largest first, and their first and last year."""
    person = await find_person(at, name, id)
    rows = sorted(person.totals, key=lambda each: (-each["credits"], each["category"]))
    known = await at.sql("SELECT FROM {artists} a WHERE id = %(id)s", id=person.id)
    return Profile(
        **person.shown,
        has_record=bool(known),
        total_credits=sum(row["credits"] for row in rows),
        categories=[row["category"] for row in rows],
        **_span(rows),
        role_breakdown=[
            CategoryCount(count=row["credits"], **_pick(row, "category", "rank", "releases")) for row in rows
        ],
    )


def _pick(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


class PersonCredit(Result):
    """A role of a person on a release."""

    release_id: int
    title: str | None
    year: int | None
    role: str
    category: str
    credited_as: list[str]
    """Names as printed, if they differ from the artist's."""
    track_numbers: list[int]
    """Numbers of the credited tracks in the tracklist, from 1; empty for a credit of the release."""
    tracks: list[str]
    """Credited tracks in free text, for credits of the release."""
    artists: list[dict[str, JsonValue]]
    labels: list[dict[str, JsonValue]]


class PersonCredits(Credited, Page, Mentions):
    """A page of a person's credits."""

    total_credits: int
    """Number of all credits of the question."""
    credits: list[PersonCredit]


CREDITS = """
SELECT page.*, r.title, r.data->'artists' AS artists, r.data->'labels' AS labels, ARRAY(
    SELECT DISTINCT whole.tracks FROM {credits} whole WHERE whole.release_id = page.release_id
    AND whole.ordinal = ANY(page.ordinals) AND whole.tracks IS NOT NULL ORDER BY whole.tracks
) AS tracks FROM (
    SELECT c.year, c.release_id, c.role, min(c.category) AS category,
        coalesce(array_agg(DISTINCT c.anv ORDER BY c.anv) FILTER (WHERE c.anv IS NOT NULL), '{{}}') AS credited_as,
        coalesce(array_agg(DISTINCT c.track ORDER BY c.track) FILTER (WHERE c.track > 0), '{{}}') AS track_numbers,
        array_agg(c.ordinal) FILTER (WHERE c.track = 0) AS ordinals
    FROM {credit_roles} c WHERE %(condition)s
    GROUP BY c.year, c.release_id, c.role ORDER BY c.year, c.release_id, c.role LIMIT %%(limit)s OFFSET %%(offset)s
) page JOIN {releases} r ON r.id = page.release_id
ORDER BY page.year, page.release_id, page.role
"""

OTHERS = """
AND NOT EXISTS (SELECT FROM {release_artists} a WHERE a.release_id = c.release_id AND a.artist_id = %(person)s)
"""
COUNT = """
SELECT count(*) AS total FROM (SELECT DISTINCT c.release_id, c.role FROM {credit_roles} c WHERE %(condition)s) AS roles
"""


@question("/credits/person/{name:path}", "postgres", example={"name": "Rudy Van Gelder", "limit": 3}, rows="credits")
async def credits_person(
    at: Reading,
    name: NAME,
    id: ID = None,  # noqa: A002
    category: CATEGORY = None,
    others: Annotated[bool, Field(description="Only releases of which the person is no main artist.")] = False,
    limit: LIMIT = 50,
    offset: OFFSET = 0,
) -> PersonCredits:
    """Return a page of a person's credits, by year, release and role; undated releases come last.

    A role is one credit per release, on however many of its tracks.
    """
    person = await find_person(at, name, id)
    condition = person.condition + (" AND c.category = %(category)s" if category else "")
    values = {"person": person.value, "category": category}
    total = sum(row["credits"] for row in person.totals if category in (None, row["category"]))
    if others and person.id:
        condition += OTHERS
        total = (await at.sql(COUNT % {"condition": condition}, **values))[0]["total"]
    page = {**values, "limit": limit, "offset": offset}
    rows = await at.sql(CREDITS % {"condition": condition}, **page) if offset < total else []
    found = [PersonCredit(**row | {part: row[part] or [] for part in ("artists", "labels")}) for row in rows]
    mentions = await find_mentions(at, [{part: row[part] for part in ("artists", "labels")} for row in rows])
    place = place_page(total, limit, offset)
    return PersonCredits(**person.shown, total_credits=total, credits=found, **mentions, **place)


class ReleaseCredit(Result):
    """A role on a release or one of its tracks."""

    artist_id: int | None
    name: str | None
    credited_as: str | None
    """Name as printed, if it differs from the artist's."""
    role: str
    category: str
    tracks: str | None
    """Credited tracks in free text, for a credit of the release."""
    track: int
    """Number of the credited track in the tracklist, from 1; 0 for the release."""
    sub_track: int
    """Number of the sub-track in the index track, from 1; 0 for the track itself."""
    position: str | None
    """Position of the track as printed."""
    title: str | None
    """Title of the track."""


class ReleaseCredits(Page):
    """A page of a release's credits."""

    release_id: int
    credits: list[ReleaseCredit]


RELEASE = """
SELECT c.artist_id, c.name, c.anv AS credited_as, c.role, c.category, whole.tracks, c.track, c.sub_track, t.position,
    t.title
FROM (
    SELECT * FROM {credit_roles} c WHERE release_id = %%(id)s%s
    ORDER BY track, sub_track, ordinal, role_number LIMIT %%(limit)s OFFSET %%(offset)s
) c LEFT JOIN {tracks} t ON t.release_id = %%(id)s AND t.track = c.track AND t.sub_track = c.sub_track
LEFT JOIN {credits} whole ON whole.release_id = %%(id)s AND whole.ordinal = c.ordinal AND c.track = 0
ORDER BY c.track, c.sub_track, c.ordinal, c.role_number
"""


@question("/credits/release/{release_id}", "postgres", example={"release_id": 1873013}, rows="credits")
async def credits_release(
    at: Reading,
    release_id: Annotated[Id, Field(description="Discogs id of the release.")],
    category: CATEGORY = None,
    limit: Annotated[int, Field(ge=1, le=1000, description="Rows of a page.")] = 200,
    offset: OFFSET = 0,
) -> ReleaseCredits:
    """Return a page of a release's credits in the order of the record, those of the whole release first."""
    condition = " AND category = %(category)s" if category else ""
    rows, place = await read_rows(at, RELEASE % condition, limit, offset, id=release_id, category=category)
    if not rows and not await at.sql("SELECT 1 FROM {releases} r WHERE id = %(id)s", id=release_id):
        raise QuestionError(404, f"there is no release with the id {release_id} in {at.publication.month}")
    return ReleaseCredits(release_id=release_id, credits=[ReleaseCredit(**row) for row in rows], **place)


class Entry(Credited):
    """A person's place in a category."""

    rank: int
    credit_count: int
    release_count: int
    first_year: int | None
    last_year: int | None


class Top(Page):
    """Persons with the most credits of a category."""

    category: str
    entries: list[Entry]


TOP = """
SELECT nullif(artist_id, 0) AS artist_id, name, rank, credits AS credit_count, releases AS release_count,
    first_year, last_year
FROM {credit_totals} t WHERE category = %(category)s AND rank > %(offset)s AND rank <= %(offset)s + %(limit)s
ORDER BY rank
"""


@question("/credits/role/{category}/top", "postgres", example={"category": "production", "limit": 5}, rows="entries")
async def credits_top(
    at: Reading,
    category: Annotated[Category, Field(description="Category of roles.")],
    limit: Annotated[int, Field(ge=1, le=100, description="Rows of a page.")] = 20,
    offset: OFFSET = 0,
) -> Top:
    """Return the persons with the most credits of a category, by rank."""
    rows, place = await read_rows(at, TOP, limit, offset, category=category)
    return Top(category=category, entries=[Entry(**row) for row in rows], **place)


class Completion(Result):
    """A credited person."""

    id: int
    """Discogs id of the artist; 0 for a name that credits link to no artist."""
    name: str
    score: int
    """Number of its credits."""


class Completions(Result):
    """Credited persons with a name that has all words of a text, those with the most credits first."""

    results: list[Completion]


COMPLETED = """
WITH found AS (
    SELECT artist_id, name FROM {credit_totals} t WHERE artist_id > 0 AND artist_id = ANY(%(ids)s)
    UNION SELECT artist_id, name FROM {credit_totals} t WHERE name = %(text)s
    UNION SELECT artist_id, name FROM {credit_totals} t WHERE rank <= %(leading)s AND plain(name) ~ ALL (ARRAY(
        SELECT '\\m' || regexp_replace(plain(word), '[^[:alnum:]]', '.', 'g') FROM unnest(%(words)s::text[]) AS w (word)
    ))
)
SELECT artist_id AS id, name, sum(t.credits)::bigint AS score FROM found JOIN {credit_totals} t USING (artist_id, name)
GROUP BY 1, 2 ORDER BY score DESC, id, name LIMIT %(limit)s
"""
WORD = re.compile(r"[^\W_]+")


@question("/credits/autocomplete", "search", "postgres", example={"q": "rudy van", "limit": 5}, rows="results")
async def credits_autocomplete(
    at: Reading,
    q: Annotated[Text, Field(min_length=2, description="Words of a name or their beginnings, in any order.")],
    limit: Annotated[int, Field(ge=1, le=50, description="Most names to return.")] = 10,
) -> Completions:
    """Complete the name of a credited person: an artist, or a name that credits link to none.

    Found are those of the 100 best artists that `autocomplete` would find, of the 1,000 persons with the most credits
    of each category, and of this exact name. The most credited come first; ties are ordered by id, then by name.
    """
    index = await at.index()
    hits = await asyncio.to_thread(index.complete, q, "artists", ARTISTS_READ)
    words = WORD.findall(q)
    values = {"ids": [hit.id for hit in hits], "text": q.strip(), "words": words, "leading": LEADING if words else 0}
    return Completions(results=[Completion(**row) for row in await at.sql(COMPLETED, **values, limit=limit)])


CREDITS_QUESTIONS = (
    *(credits_timeline, credits_profile, credits_person),
    *(credits_release, credits_top, credits_autocomplete),
)
"""Questions in the order of their routes: the longer paths first."""

"""Persons credited together: their shared releases, and connections by several releases."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, JsonValue

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.page import Page, place_page
from discogs_assets.queries.question import Result, question
from discogs_assets.queries.records.credits import ID, LIMIT, NAME, OFFSET, Credited, condition_on, find_person
from discogs_assets.queries.records.mentions import Mentions, find_mentions
from discogs_assets.schema.discogs import PLACEHOLDERS

PERSONS_READ = 20
"""Persons followed from one distance to the next."""

RELEASES_READ = (200, 50, 50)
"""Releases read for the connections at each distance."""


class SharedRelease(Result):
    """A release with credits of two persons."""

    release_id: int
    title: str | None
    year: int | None
    person1_roles: list[str]
    person2_roles: list[str]
    artists: list[dict[str, JsonValue]]


class Shared(Page, Mentions):
    """A page of the releases with credits of two persons."""

    person1: Credited
    person2: Credited
    total: int
    shared_releases: list[SharedRelease]


SHARED = """
WITH shared AS (
    SELECT c.year, c.release_id FROM {credit_roles} c WHERE %(one)s
    INTERSECT SELECT c.year, c.release_id FROM {credit_roles} c WHERE %(two)s
), page AS (SELECT * FROM shared ORDER BY year, release_id LIMIT %%(limit)s OFFSET %%(offset)s)
SELECT page.*, r.title, r.data->'artists' AS artists, counted.total,
    ARRAY(SELECT DISTINCT c.role FROM {credit_roles} c WHERE c.release_id = page.release_id AND %(one)s ORDER BY 1)
        AS person1_roles,
    ARRAY(SELECT DISTINCT c.role FROM {credit_roles} c WHERE c.release_id = page.release_id AND %(two)s ORDER BY 1)
        AS person2_roles
FROM (SELECT count(*) AS total FROM shared) counted
LEFT JOIN (page JOIN {releases} r ON r.id = page.release_id) ON true ORDER BY page.year, page.release_id
"""


@question(
    "/credits/shared",
    "postgres",
    example={"person1": "Rudy Van Gelder", "person2": "Alfred Lion"},
    rows="shared_releases",
)
async def credits_shared(
    at: Reading,
    person1: NAME = "",
    person2: NAME = "",
    id1: ID = None,
    id2: ID = None,
    limit: LIMIT = 50,
    offset: OFFSET = 0,
) -> Shared:
    """Return a page of the releases that credit both persons, by year and release, undated ones last."""
    one, two = await find_person(at, person1, id1), await find_person(at, person2, id2)
    conditions = {"one": condition_on("one", one.id), "two": condition_on("two", two.id)}
    values = {"one": one.value, "two": two.value}
    rows = await at.sql(SHARED % conditions, **values, limit=limit, offset=offset)
    total = rows[0]["total"]
    found = [SharedRelease(**row | {"artists": row["artists"] or []}) for row in rows if row["release_id"] is not None]
    return Shared(
        person1=Credited(**one.shown),
        person2=Credited(**two.shown),
        total=total,
        shared_releases=found,
        **await find_mentions(at, [{"artists": each.artists} for each in found]),
        **place_page(total, limit, offset),
    )


class Connection(Credited):
    """A person connected by releases."""

    distance: int
    """1 for persons on a release with the person, 2 for those on a release with one of these, and so on."""
    shared_count: int
    """Number of the releases read that it shares with persons of the distance before."""


class Connections(Credited, Page):
    """A page of the persons connected with a person."""

    depth: int
    connections: list[Connection]
    total: int
    """Number of all connections found."""
    complete: bool
    """False if there were more releases at some distance than are read: there may be more connections."""


Key = tuple[int, str]
"""An artist's id and no name, or 0 and a name."""

WORKS = """
SELECT w.release_id
FROM unnest(%(ids)s::bigint[], %(names)s::text[]) WITH ORDINALITY AS f(id, name, place) CROSS JOIN LATERAL (
    (SELECT c.year, c.release_id FROM {credit_roles} c WHERE c.artist_id = f.id
        GROUP BY c.year, c.release_id ORDER BY c.year, c.release_id LIMIT %(limit)s)
    UNION ALL
    (SELECT c.year, c.release_id FROM {credit_roles} c WHERE f.id = 0 AND c.artist_id IS NULL AND c.name = f.name
        GROUP BY c.year, c.release_id ORDER BY c.year, c.release_id LIMIT %(limit)s)
) w GROUP BY w.release_id ORDER BY min(f.place), min(w.year), w.release_id LIMIT %(limit)s
"""
PEOPLE = """
SELECT id, name, count(*) AS shared FROM (
    SELECT DISTINCT coalesce(c.artist_id, 0) AS id, CASE WHEN c.artist_id IS NULL THEN c.name ELSE '' END AS name,
        c.release_id
    FROM {credit_roles} c WHERE c.release_id = ANY(%(releases)s) AND coalesce(c.artist_id, 0) <> ALL(%(placeholders)s)
) AS once GROUP BY id, name
"""


@question(
    "/credits/connections/{name:path}", "postgres", example={"name": "Rudy Van Gelder", "limit": 5}, rows="connections"
)
async def credits_connections(
    at: Reading,
    name: NAME,
    id: ID = None,  # noqa: A002
    depth: Annotated[int, Field(ge=1, le=3, description="Largest distance.")] = 1,
    limit: LIMIT = 50,
    offset: OFFSET = 0,
) -> Connections:
    """Return a page of the persons who are credited on a person's releases, and of those on their releases in turn.

    They are ordered by distance, number of shared releases, id and name. At most 200 of the person's releases are read,
    and for each farther distance 50 releases of the 20 closest persons; the earliest releases come first.
    """
    person = await find_person(at, name, id)
    front, complete = [(person.id, "" if person.id else person.name)], True
    seen, found = {*front}, list[tuple[int, int, Key]]()
    for distance in range(1, depth + 1):
        counted, whole = await _find_neighbours(at, front, RELEASES_READ[distance - 1])
        ranked = sorted((-shared, key) for key, shared in counted.items() if key not in seen)
        found += ((distance, -shared, key) for shared, key in ranked)
        front, complete = [key for _, key in ranked], complete and whole
        seen.update(front)
    page = found[offset : offset + limit]
    names = await _find_names(at, [key[0] for _, _, key in page])
    return Connections(
        **person.shown,
        depth=depth,
        connections=[
            Connection(artist_id=key[0] or None, name=names.get(key[0], key[1]), distance=distance, shared_count=shared)
            for distance, shared, key in page
        ],
        total=len(found),
        complete=complete,
        **place_page(len(found), limit, offset),
    )


async def _find_neighbours(at: Reading, front: Sequence[Key], most: int) -> tuple[dict[Key, int], bool]:
    """Return the number of releases by person, and False if there are more than the most that are read."""
    ids, names = [key for key, _ in front[:PERSONS_READ]], [name for _, name in front[:PERSONS_READ]]
    works = [row["release_id"] for row in await at.sql(WORKS, ids=ids, names=names, limit=most + 1)]
    rows = await at.sql(PEOPLE, releases=works[:most], placeholders=[*PLACEHOLDERS]) if works else []
    counted = {(row["id"], row["name"]): row["shared"] for row in rows if row["name"] is not None}
    return counted, len(front) <= PERSONS_READ and len(works) <= most


async def _find_names(at: Reading, ids: Sequence[int]) -> dict[int, str]:
    statement = (
        "SELECT DISTINCT artist_id, name FROM {credit_totals} t WHERE artist_id > 0 AND artist_id = ANY(%(ids)s)"
    )
    return {row["artist_id"]: row["name"] for row in await at.sql(statement, ids=[*ids])}


CONNECTION_QUESTIONS = (credits_shared, credits_connections)
"""Questions about persons credited together."""

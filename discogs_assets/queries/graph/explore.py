"""Exploration of the graph: the categories of an entity's neighbours, and the neighbours of a category in pages."""

import asyncio
import base64
import binascii
import json
import zlib
from typing import Annotated, Any, Literal

from pydantic import Field

from discogs_assets.connections.readers import Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.page import Page
from discogs_assets.queries.question import Offset, Result, Text, question
from discogs_assets.queries.records.credits import Category as RoleCategory
from discogs_assets.queries.records.entities import ID, LABELS, NAME, TYPE, Kind, Named, find_entity
from discogs_assets.queries.search.text import describe_edition
from discogs_assets.schema.insights import LEADERS

CURSOR_LIMIT = 200_000
"""Neighbours that cursors lead to: skipping them takes memory, 10 MB at this number."""

PATTERNS: dict[Kind, dict[str, tuple[Kind, str]]] = {
    "artist": {
        "releases": ("release", "(n)<-[:BY]-(m:Release)"),
        "masters": ("master", "(n)<-[:BY]-(m:Master)"),
        "credits": ("release", "(n)-[c:CREDITED_ON]->(m:Release)"),
        "labels": ("label", "(n)<-[:BY]-(r:Release)-[:ON]->(m:Label)"),
        "collaborators": ("artist", "(n)<-[:BY]-(r:Release)-[:BY]->(m:Artist)"),
        "aliases": ("artist", "(n)-[:ALIAS_OF]-(m:Artist)"),
        "groups": ("artist", "(n)-[:MEMBER_OF]->(m:Artist)"),
        "members": ("artist", "(n)<-[:MEMBER_OF]-(m:Artist)"),
        "genres": ("genre", "(n)<-[:BY]-(r:Release)-[:IS]->(m:Genre)"),
        "styles": ("style", "(n)<-[:BY]-(r:Release)-[:IS]->(m:Style)"),
    },
    "label": {
        "releases": ("release", "(n)<-[:ON]-(m:Release)"),
        "artists": ("artist", "(n)<-[:ON]-(r:Release)-[:BY]->(m:Artist)"),
        "genres": ("genre", "(n)<-[:ON]-(r:Release)-[:IS]->(m:Genre)"),
        "styles": ("style", "(n)<-[:ON]-(r:Release)-[:IS]->(m:Style)"),
        "sublabels": ("label", "(n)<-[:SUBLABEL_OF]-(m:Label)"),
        "parents": ("label", "(n)-[:SUBLABEL_OF]->(m:Label)"),
    },
    "master": {
        "releases": ("release", "(n)<-[:DERIVED_FROM]-(m:Release)"),
        "artists": ("artist", "(n)-[:BY]->(m:Artist)"),
        "genres": ("genre", "(n)-[:IS]->(m:Genre)"),
        "styles": ("style", "(n)-[:IS]->(m:Style)"),
    },
    "release": {
        "artists": ("artist", "(n)-[:BY]->(m:Artist)"),
        "credits": ("artist", "(n)<-[c:CREDITED_ON]-(m:Artist)"),
        "labels": ("label", "(n)-[:ON]->(m:Label)"),
        "masters": ("master", "(n)-[:DERIVED_FROM]->(m:Master)"),
        "genres": ("genre", "(n)-[:IS]->(m:Genre)"),
        "styles": ("style", "(n)-[:IS]->(m:Style)"),
    },
    "genre": {
        "releases": ("release", "(n)<-[:IS]-(m:Release)"),
        "artists": ("artist", "(n)<-[:IS]-(r:Release)-[:BY]->(m:Artist)"),
        "labels": ("label", "(n)<-[:IS]-(r:Release)-[:ON]->(m:Label)"),
        "styles": ("style", "(n)<-[:PART_OF]-(m:Style)"),
    },
    "style": {
        "releases": ("release", "(n)<-[:IS]-(m:Release)"),
        "artists": ("artist", "(n)<-[:IS]-(r:Release)-[:BY]->(m:Artist)"),
        "labels": ("label", "(n)<-[:IS]-(r:Release)-[:ON]->(m:Label)"),
        "genres": ("genre", "(n)-[:PART_OF]->(m:Genre)"),
    },
}
"""Types of neighbours `m` by category. If a pattern has a release `r` in between, these are counted and dated.
The relationship `c` is a credit."""

Category = Literal[
    "aliases", "artists", "collaborators", "credits", "genres", "groups", "labels", "masters", "members", "parents",
    "releases", "styles", "sublabels",
]  # fmt: skip
"""Categories of all types."""

COUNTED: dict[Kind, tuple[str, ...]] = {
    "label": ("releases", "artists", "genres"),
    "genre": ("releases", "artists", "labels"),
    "style": ("releases", "artists", "labels"),
}
"""Categories with a statistic that equals the count; counting would walk millions of releases."""

FILTERS: dict[Kind, str] = {"label": "label_id", "master": "master_id", "genre": "genres", "style": "styles"}
"""Filters of the search index, which lists releases in order; the graph would sort all of them for each page."""


MEMBERS: dict[str, Kind] = {"artists": "artist", "labels": "label"}
"""Categories of a genre or style whose first neighbours are an insight; the graph would walk all of its releases."""


class Neighbours(Result):
    """Number of an entity's neighbours of one category."""

    id: str
    name: str
    category: str
    type: Kind
    count: int


class Explored(Result):
    """An entity with the categories of its neighbours."""

    center: Named
    categories: list[Neighbours]


def _match(kind: Kind, category: str) -> str:
    """Return the MATCH clauses for the neighbours `m` of the node `n`."""
    return f"MATCH {_node(kind)} MATCH {PATTERNS[kind][category][1]} WHERE m <> n"


def _node(kind: Kind) -> str:
    return f"(n:{LABELS[kind].label} {{{LABELS[kind].key}: $key}})"


def _count(kind: Kind, category: str) -> str:
    if category in COUNTED.get(kind, ()):
        return f"MATCH {_node(kind)} RETURN {{category: '{category}', count: n.{category[:-1]}_count}} AS row"
    counted = f"WITH count(DISTINCT m) AS count RETURN {{category: '{category}', count: count}} AS row"
    return f"{_match(kind, category)} {counted}"


@question("/explore", "neo4j", example={"type": "artist", "name": "Pink Floyd"}, rows="categories")
async def explore(at: Reading, type: TYPE, name: NAME = "", id: ID = None) -> Explored:  # noqa: A002
    """Return an entity with the number of its neighbours by category; `expand` lists them."""
    center = await find_entity(at, type, name, id)
    rows = await at.cypher(" UNION ALL ".join(_count(type, category) for category in PATTERNS[type]), key=center.id)
    categories = [
        Neighbours(
            id=f"{type}:{center.id}:{row['category']}",
            name=row["category"].capitalize(),
            category=row["category"],
            type=PATTERNS[type][row["category"]][0],
            count=row["count"],
        )
        for row in rows
        if row["count"]
    ]
    return Explored(center=center, categories=categories)


class Child(Named):
    """A neighbour."""

    year: int | None = None
    """Year of a release or master."""
    artist: str | None = None
    """Artist of a release or master, as printed."""
    catno: str | None = None
    """First catalogue number of a release."""
    country: str | None = None
    """Country of a release."""
    label: str | None = None
    """First label of a release."""
    formats: list[str] | None = None
    """Names of a release's formats."""
    release_count: int | None = None
    """Number of releases between it and the entity, if they are what connects them."""
    first_year: int | None = None
    """Year of the first of these releases, if `before_year` is given."""


class Expanded(Page):
    """A page of neighbours."""

    children: list[Child]
    total: int
    cursor: str | None
    """Cursor of the next page; null on the last one."""


@question(
    "/expand",
    "neo4j",
    "search",
    "postgres",
    example={"type": "label", "node_id": "Blue Note", "category": "releases"},
    rows="children",
)
async def expand(
    at: Reading,
    type: TYPE,  # noqa: A002
    category: Annotated[Category, Field(description="Category of neighbours, as `explore` names it: releases.")],
    node_id: NAME = "",
    id: ID = None,  # noqa: A002
    before_year: Annotated[
        int | None, Field(ge=1860, le=2100, description="Only neighbours by releases of this year or earlier.")
    ] = None,
    role: Annotated[
        RoleCategory | None, Field(description="Only credits with a role of this category; for `credits` alone.")
    ] = None,
    limit: Annotated[int, Field(ge=1, le=200, description="Neighbours of a page.")] = 50,
    offset: Annotated[Offset, Field(description="Neighbours to skip.")] = 0,
    cursor: Annotated[Text | None, Field(description="Cursor of the page, instead of an offset.")] = None,
) -> Expanded:
    """Return a page of an entity's neighbours.

    Releases and masters are ordered by year and id, undated ones last; all others by the number of releases that
    connect them, the largest first, then by id. A cursor is valid until the next publication, then 410; cursors lead to
    the first 200,000 neighbours.
    """
    if category not in PATTERNS[type]:
        raise QuestionError(
            404, f"{category!r} is no category of a {type}, expected one of {', '.join(PATTERNS[type])}"
        )
    if role and category != "credits":
        raise QuestionError(409, f"role: {role!r} is given for {category!r}, expected the category 'credits'")
    center = await find_entity(at, type, node_id, id)
    of = zlib.crc32(f"{type} {center.id} {category} {before_year} {role or ''}".encode())
    start = _parse_cursor(at, cursor, of) if cursor is not None else offset
    if category == "releases" and type in FILTERS and at.publication.search is not None:
        children, total = await _find_releases(at, center, before_year, start, limit)
    elif before_year is None and start + limit <= LEADERS and _has_leaders(at, type, category):
        children, total = await _find_leaders(at, center, category, start, limit)
    else:
        values = {"key": center.id, "start": start, "end": start + limit, "before": before_year, "role": role}
        (row,) = await at.cypher(_page(type, category, before_year is not None, role is not None), **values)
        other, total = PATTERNS[type][category][0], row["total"]
        rows = await _add_editions(at, row["page"]) if other == "release" else row["page"]
        children = [Child(type=other, **each) for each in rows]
    more = start + limit < total
    return Expanded(
        children=children,
        total=total,
        offset=start,
        limit=limit,
        has_more=more,
        cursor=_make_cursor(at, start + limit, of) if more and start + limit <= CURSOR_LIMIT else None,
    )


async def _find_releases(
    at: Reading, of: Named, before_year: int | None, start: int, limit: int
) -> tuple[list[Child], int]:
    """Return a page of releases from the search index, and their total."""
    from discogs_assets.stores.search.index_reader import Filters

    value = of.id if isinstance(of.id, int) else [of.id]
    filters = Filters(year_max=before_year, **{FILTERS[of.type]: value})  # type: ignore[arg-type]
    index = await at.index()
    page = await asyncio.to_thread(index.releases, filters, "year", limit, start)
    children = [
        Child(
            type="release",
            id=hit.id or 0,
            name=hit.name,
            year=hit.year,
            artist=hit.subtitle,
            **describe_edition(hit),
        )
        for hit in page.hits
    ]
    return children, page.total


EDITIONS = """
SELECT id, data->'labels' AS labels, jsonb_path_query_array(data, '$.formats[*].name') AS formats
FROM {releases} r WHERE id = ANY(%(ids)s)
"""


async def _add_editions(at: Reading, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of releases with their first label and catalogue number, and their formats."""
    found = {row["id"]: row for row in await at.sql(EDITIONS, ids=[row["id"] for row in rows])}
    return [{**row, **_describe_edition(found.get(row["id"], {}))} for row in rows]


def _describe_edition(release: dict[str, Any]) -> dict[str, Any]:
    labels = release.get("labels") or []
    first = {part: next((each[part] for each in labels if each.get(part)), None) for part in ("name", "catno")}
    return {"label": first["name"], "catno": first["catno"], "formats": list(dict.fromkeys(release.get("formats", [])))}


def _has_leaders(at: Reading, kind: Kind, category: str) -> bool:
    return category in MEMBERS and kind in ("genre", "style") and at.has("genre_leaders")


async def _find_leaders(at: Reading, of: Named, category: str, start: int, limit: int) -> tuple[list[Child], int]:
    """Return a page of a genre's or style's artists or labels, and their total."""
    member = MEMBERS[category]
    total = f"MATCH {_node(of.type)} RETURN {{total: n.{member}_count}} AS row"
    (counted,) = await at.cypher(total, key=of.id)
    statement = (
        "SELECT id, name, releases AS release_count FROM {genre_leaders} l WHERE kind = %(kind)s "
        "AND category = %(category)s AND member = %(member)s AND rank > %(start)s ORDER BY rank LIMIT %(limit)s"
    )
    values = {"kind": of.type, "category": of.id, "member": member, "start": start, "limit": limit}
    return [Child(type=member, **row) for row in await at.sql(statement, **values)], counted["total"]


def _page(kind: Kind, category: str, dated: bool, by_role: bool) -> str:
    """Return the statement for the neighbours from `$start` to `$end`, and their total."""
    other, pattern = PATTERNS[kind][category]
    of, between, works = LABELS[other], "r:Release" in pattern, other in ("release", "master")
    year = " AND r.year <= $before" if between else " AND m.year <= $before" if works else ""
    filters = (year if dated else "") + (" AND c.category = $role" if by_role else "")
    # A release has one relationship to each `m` of such a pattern, so the paths need not be made distinct.
    times, order = "count(r)" if between else "NULL", "m.year" if works else "times DESC"
    first = "min(r.year)" if between and dated else "NULL"
    facts = "year: x[0].year, artist: x[0].artist, country: x[0].country"
    shown = f"id: x[0].{of.key}, name: x[0].{of.name}, {facts if works else 'release_count: x[1], first_year: x[2]'}"
    return (
        f"{_match(kind, category)}{filters} WITH DISTINCT m, {times} AS times, {first} AS first "
        f"ORDER BY {order}, m.{of.key} WITH collect([m, times, first]) AS rows "
        f"RETURN {{total: size(rows), page: [x IN rows[$start..$end] | {{{shown}}}]}} AS row"
    )


def _make_cursor(at: Reading, offset: int, of: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.publication.sequence, offset, of]).encode()).decode().rstrip("=")


def _parse_cursor(at: Reading, text: str, of: int) -> int:
    """Return the offset of a cursor of the list `of`.

    Raises QuestionError: 404 if it is none, or one of another list, 410 if it is of an earlier publication.
    """
    try:
        sequence, offset, known = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        valid = all(type(each) is int for each in (sequence, offset)) and 0 <= offset <= CURSOR_LIMIT and known == of
    except (binascii.Error, ValueError, TypeError):
        valid = False
    if not valid:
        raise QuestionError(404, "there is no page with this cursor. Ask without it for the first page.")
    if sequence != at.publication.sequence:
        raise QuestionError(410, "the cursor is of an earlier publication. Ask without it for the first page.")
    return int(offset)

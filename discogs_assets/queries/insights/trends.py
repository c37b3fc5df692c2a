"""Releases of entities over the years."""

import asyncio
from typing import Annotated, cast

from pydantic import Field, StringConstraints

from discogs_assets.connections.readers import Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.question import ID_LIMIT, Result, question
from discogs_assets.queries.records.entities import ID, LABELS, NAME, TYPE, Kind, Named, find_entity

PATTERNS: dict[Kind, str] = {
    "artist": "(:Artist {id: $id})<-[:BY]-(r:Release)",
    "label": "(:Label {id: $id})<-[:ON]-(r:Release)",
    "master": "(:Master {id: $id})<-[:DERIVED_FROM]-(r:Release)",
    "release": "(r:Release {id: $id})",
}
"""Releases of an entity. Those of a genre or style are counted in the insights."""


class Year(Result):
    """Number of releases of a year."""

    year: int
    count: int


class Trends(Result):
    """Number of an entity's releases by year; years without one are left out."""

    name: str | None
    type: Kind
    data: list[Year]


@question("/trends", "neo4j", "postgres", example={"type": "label", "name": "Blue Note"}, rows="data")
async def trends(at: Reading, type: TYPE, name: NAME = "", id: ID = None) -> Trends:  # noqa: A002
    """Count the releases of an entity by year. Releases without a year are not counted."""
    found = await find_entity(at, type, name, id)
    counts = await _count_years(at, found)
    return Trends(name=found.name, type=type, data=[Year(year=year, count=count) for year, count in counts.items()])


async def _count_years(at: Reading, of: Named) -> dict[int, int]:
    """Return the number of an entity's releases by year, ascending."""
    if of.type in ("genre", "style"):
        statement = (
            f"SELECT start AS year, releases AS count FROM {{{of.type}_trends}} t "
            f"WHERE {of.type} = %(name)s AND period = 'year' ORDER BY start"
        )
        rows = await at.sql(statement, name=of.name)
    else:
        counted = (
            "WITH r.year AS year, count(DISTINCT r) AS count RETURN {year: year, count: count} AS row ORDER BY row.year"
        )
        rows = await at.cypher(f"MATCH {PATTERNS[of.type]} WHERE r.year IS NOT NULL {counted}", id=of.id)
    return {row["year"]: row["count"] for row in rows}


COMPARED = 6
"""Entities of a comparison."""

NAMED = rf"^({'|'.join(LABELS)}):([^\x00-\x1f\x7f]+)$"

TOTALS = """
SELECT start AS year, round(max(releases / share))::bigint AS count FROM {genre_trends} t
WHERE period = 'year' GROUP BY start
"""
"""Number of all releases by year, from counts and shares of genres: exact, as long as it has 15 digits."""


class Share(Year):
    """Number of releases of a year, and their share."""

    share: float | None
    """Share of all releases of the year, from 0 to 1; null if none of these has a genre."""


class Series(Named):
    """An entity's releases by year; years without one are left out."""

    data: list[Share]


class Comparison(Result):
    """Releases of several entities by year."""

    series: list[Series]
    """In the order of the request."""


@question(
    "/trends/compare",
    "neo4j",
    "postgres",
    example={"entities": ["label:Blue Note", "genre:Jazz", "artist:45467"]},
    rows="series",
)
async def compare_trends(
    at: Reading,
    entities: Annotated[
        list[Annotated[str, StringConstraints(max_length=300, pattern=NAMED)]],
        Field(
            min_length=1,
            max_length=COMPARED,
            description="Entities as type:id or type:name, such as artist:45467, label:Blue Note, genre:Rock; digits "
            "are an id.",
        ),
    ],
) -> Comparison:
    """Count the releases of up to six entities by year, with their shares of all releases of the year."""
    found = await asyncio.gather(*(_find(at, text) for text in entities))
    counted = await asyncio.gather(*(_count_years(at, each) for each in found))
    totals = {row["year"]: row["count"] for row in await at.sql_once(TOTALS)}
    series = [
        Series(
            **of.model_dump(),
            data=[
                Share(year=year, count=count, share=count / totals[year] if year in totals else None)
                for year, count in counts.items()
            ],
        )
        for of, counts in zip(found, counted, strict=True)
    ]
    return Comparison(series=series)


async def _find(at: Reading, text: str) -> Named:
    """Return the entity that `type:id` or `type:name` stands for."""
    kind, _, name = cast(tuple[Kind, str, str], text.partition(":"))
    numbered = LABELS[kind].key == "id" and name.isascii() and name.isdigit()
    if numbered and not 0 < int(name) <= ID_LIMIT:
        raise QuestionError(404, f"there is no {kind} with the id {name}")
    return await find_entity(at, kind, "" if numbered else name, int(name) if numbered else None)

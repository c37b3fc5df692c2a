"""Releases over the years."""

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.question import Result, question
from discogs_assets.queries.records.entities import ID, NAME, TYPE, Kind, find_entity

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
    if type in ("genre", "style"):
        statement = (
            f"SELECT start AS year, releases AS count FROM {{{type}_trends}} t "
            f"WHERE {type} = %(name)s AND period = 'year' ORDER BY start"
        )
        rows = await at.sql(statement, name=found.name)
    else:
        counted = (
            "WITH r.year AS year, count(DISTINCT r) AS count RETURN {year: year, count: count} AS row ORDER BY row.year"
        )
        rows = await at.cypher(f"MATCH {PATTERNS[type]} WHERE r.year IS NOT NULL {counted}", id=found.id)
    return Trends(name=found.name, type=type, data=[Year(**row) for row in rows])

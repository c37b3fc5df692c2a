"""Collaborators of an artist, with the releases together by year."""

from typing import Annotated

from pydantic import Field

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.insights.trends import Year
from discogs_assets.queries.page import Page, place_page
from discogs_assets.queries.question import Id, Offset, Result, question
from discogs_assets.queries.records.entities import find_entity


class Collaborator(Result):
    """An artist with releases together."""

    artist_id: int
    artist_name: str | None
    release_count: int
    """Number of releases together."""
    first_year: int | None
    last_year: int | None
    yearly_counts: list[Year]
    """Releases together by year; those without a year are left out."""


class Collaborators(Page):
    """A page of an artist's collaborators."""

    artist_id: int
    artist_name: str | None
    collaborators: list[Collaborator]
    total: int


COLLABORATORS = """
SELECT collaborator_id AS artist_id, name AS artist_name, releases AS release_count, first_year, last_year, years
FROM {artist_collaborations} c
WHERE artist_id = %(id)s AND rank > %(offset)s AND rank <= %(offset)s + %(limit)s ORDER BY rank
"""
COUNT = "SELECT count(*) AS total FROM {artist_collaborations} c WHERE artist_id = %(id)s"


@question("/collaborators/{id}", "postgres", "neo4j", example={"id": 46481}, rows="collaborators")
async def collaborators(
    at: Reading,
    id: Annotated[Id, Field(description="Discogs id of the artist.")],  # noqa: A002
    limit: Annotated[int, Field(ge=1, le=100, description="Collaborators of a page.")] = 20,
    offset: Annotated[Offset, Field(description="Collaborators to skip.")] = 0,
) -> Collaborators:
    """Return the other main artists of an artist's releases, those with the most releases together first, then by id.

    Releases with more than 50 main artists are ignored, and placeholders such as Various are no collaborators.
    """
    artist = await find_entity(at, "artist", "", id)
    ((total,),) = [row.values() for row in await at.sql(COUNT, id=id)]
    rows = await at.sql(COLLABORATORS, id=id, limit=limit, offset=offset)
    found = [
        Collaborator(
            yearly_counts=[Year(year=int(year), count=count) for year, count in sorted(row.pop("years").items())], **row
        )
        for row in rows
    ]
    return Collaborators(
        artist_id=id,
        artist_name=artist.name,
        collaborators=found,
        total=total,
        **place_page(total, limit, offset),
    )

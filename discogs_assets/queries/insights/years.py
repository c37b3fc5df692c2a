"""Years: the first and the last of all releases, and the first of each genre and style."""

from typing import Annotated

from pydantic import Field

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.question import Result, question


class YearRange(Result):
    """Years of the earliest and the latest release; null if none has a year."""

    min_year: int | None
    max_year: int | None


@question("/explore/year-range", "postgres", example={})
async def year_range(at: Reading) -> YearRange:
    """Return the years of the earliest and the latest release."""
    (row,) = await at.sql_once("SELECT min(year) AS min_year, max(year) AS max_year FROM {releases} r")
    return YearRange(**row)


class Beginning(Result):
    """A genre or style with the year of its earliest release."""

    name: str
    first_year: int


class Emergence(Result):
    """Genres and styles in the order of their first years, then by name."""

    genres: list[Beginning]
    styles: list[Beginning]


EMERGED = """
MATCH (n:{label}) WHERE n.first_year <= coalesce($before, n.first_year)
RETURN n {{.name, .first_year}} AS row ORDER BY row.first_year, row.name
"""


@question("/explore/genre-emergence", "neo4j", example={"before_year": 1970}, rows="genres")
async def genre_emergence(
    at: Reading,
    before_year: Annotated[
        int | None, Field(ge=1860, le=2100, description="Only genres and styles that began in this year or earlier.")
    ] = None,
) -> Emergence:
    """Return genres and styles with the year of their first release; ones without a dated release are left out."""
    genres, styles = [
        [Beginning(**row) for row in await at.cypher(EMERGED.format(label=label), before=before_year)]
        for label in ("Genre", "Style")
    ]
    return Emergence(genres=genres, styles=styles)

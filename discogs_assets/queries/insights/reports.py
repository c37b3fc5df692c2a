"""Reports of a month: decades of a genre, anniversaries, completeness, and the computation of insights."""

from typing import Annotated, Any

from pydantic import Field

from discogs_assets.connections.readers import Reading, Row
from discogs_assets.errors import QuestionError
from discogs_assets.queries.page import CountedPage, read_page
from discogs_assets.queries.question import Offset, Result, Text, question


class Decade(Result):
    """Releases of a decade."""

    decade: int
    """First year of the decade."""
    release_count: int
    share: float
    """Share of all releases of the decade, from 0 to 1."""


class GenreTrends(Result):
    """Releases of a genre by decade."""

    genre: str
    trends: list[Decade]
    peak_decade: int
    """Decade with the most releases; on a tie, the first."""


@question("/insights/genre-trends", "postgres", example={"genre": "Rock"}, rows="trends")
async def genre_trends(
    at: Reading, genre: Annotated[Text, Field(description="Name of the genre; 404 lists the genres there are.")]
) -> GenreTrends:
    """Count the releases of a genre by decade. Releases without a year are not counted."""
    statement = (
        "SELECT start AS decade, releases AS release_count, share, peak FROM {genre_trends} t "
        "WHERE genre = %(genre)s AND period = 'decade' ORDER BY start"
    )
    rows = await at.sql(statement, genre=genre)
    if not rows:
        found = await at.sql("SELECT DISTINCT genre FROM {genre_trends} t ORDER BY genre")
        genres = [row["genre"] for row in found]
        raise QuestionError(
            404,
            f"there is no genre {genre!r} with a dated release in {at.publication.month}, expected {', '.join(genres)}",
            genres=genres,
        )
    peak = next(row["decade"] for row in rows if row["peak"])
    return GenreTrends(genre=genre, trends=[Decade(**row) for row in rows], peak_decade=peak)


class Anniversary(Result):
    """A master with an anniversary."""

    master_id: int
    title: str | None
    artist_name: str | None
    release_year: int
    anniversary: int
    """Age in years."""
    released: str | None
    """Date of the main release as written, if it is of that year."""
    month_known: bool
    """False if only the year is known: the anniversary may be in another month."""


class Anniversaries(CountedPage):
    """A page of anniversaries."""

    month: int
    year: int
    items: list[Anniversary]
    count: int
    """Number of masters of the page."""


@question("/insights/this-month", "postgres", example={}, rows="items")
async def this_month(
    at: Reading,
    limit: Annotated[int, Field(ge=1, le=200, description="Masters of a page.")] = 50,
    offset: Annotated[Offset, Field(description="Masters to skip.")] = 0,
) -> Anniversaries:
    """Return the masters with an anniversary in the month that the answer is of.

    Masters whose month is known come first, the oldest first; those of which only the year is known follow. The setting
    DISCOGS_ANNIVERSARIES has the ages.
    """
    order = "month_known DESC, anniversary DESC, released NULLS LAST, master_id"
    rows, place = await read_page(at, "{monthly_anniversaries} a", order, limit, offset)
    items = [Anniversary(artist_name=row["artist"], release_year=row["year"], **row) for row in rows]
    year, month = map(int, at.publication.month.split("-"))
    return Anniversaries(month=month, year=year, items=items, count=len(items), **place)


class Part(Result):
    """Number of records with a value in a part."""

    field: str
    """Name of the part in Parquet; dotted if it is within another."""
    present: int
    share: float
    """Share of all records, from 0 to 1."""


class Completeness(Result):
    """Numbers of records of a type with a value; null for a part that its records do not have."""

    entity_type: str
    total_count: int
    with_image: int | None
    with_year: int | None
    with_country: int | None
    with_genre: int | None
    completeness_pct: float
    """Mean of the shares of these parts, in percent."""
    fields: list[Part]
    """All parts, by name."""


class DataCompleteness(Result):
    """Completeness of all types."""

    items: list[Completeness]
    count: int


PARTS = {"with_image": "images", "with_year": "year", "with_country": "country", "with_genre": "genres"}


@question("/insights/data-completeness", "postgres", example={}, rows="items")
async def data_completeness(at: Reading) -> DataCompleteness:
    """Count the records with a value in each part, by type."""
    rows = await at.sql("SELECT * FROM {data_completeness} c ORDER BY entity, field")
    by_type: dict[str, list[Row]] = {}
    for row in rows:
        by_type.setdefault(row["entity"], []).append(row)
    items = [_describe(entity, parts) for entity, parts in by_type.items()]
    return DataCompleteness(items=items, count=len(items))


def _describe(entity: str, parts: list[Row]) -> Completeness:
    counts: dict[str, Any] = {row["field"]: row for row in parts}
    measured = {name: counts.get(part) for name, part in PARTS.items()}
    shares = [each["share"] for each in measured.values() if each]
    return Completeness(
        entity_type=entity,
        total_count=parts[0]["records"],
        completeness_pct=round(100 * sum(shares) / len(shares), 2) if shares else 0.0,
        fields=[Part(**row) for row in parts],
        **{name: each["present"] if each else None for name, each in measured.items()},
    )


class Computation(Result):
    """Last computation of an insight."""

    insight_type: str
    last_computed: str | None
    """End in UTC; null while it is computed."""
    status: str
    """SUCCESS, FAILURE, SKIPPED or IN_PROGRESS."""
    duration_ms: int | None
    rows: int | None
    """Number of rows written."""


class InsightsStatus(Result):
    """Last computation of each insight."""

    statuses: list[Computation]


@question("/insights/status", "postgres", example={}, rows="statuses")
async def insights_status(at: Reading) -> InsightsStatus:
    """Return how each insight of the month was last computed."""
    rows = await at.sql(
        "SELECT DISTINCT ON (insight) insight AS insight_type, ended AS last_computed, status, "
        "round(1000 * seconds)::bigint AS duration_ms, rows FROM {computation_log} c "
        "ORDER BY insight, started DESC NULLS LAST, run_id"
    )
    return InsightsStatus(statuses=[Computation(**row) for row in rows])

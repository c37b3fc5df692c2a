"""Number of credits of each person, by category of role and year."""

from collections.abc import Iterator

import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.child_tables import RELATIONS
from discogs_assets.schema.discogs import PLACEHOLDERS
from discogs_assets.streams.graph.files import Files
from discogs_assets.streams.insights.lookup import Lookup
from discogs_assets.streams.plot import Picture
from discogs_assets.streams.postgres import child_rows

ROWS = 5_000_000
"""Counts of batches that are held before they are added up."""

PERSON = ("artist_id", "name")
"""Key of a person: the id, or 0 and the name."""

KEY = {"artist_id": pl.Int64, "name": pl.String, "category": pl.String, "year": pl.Int64}
COUNTS = {"credits": pl.Int64, "releases": pl.Int64}
"""Columns of the counts by year, with their types."""


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield the persons with their categories in one batch, by category and rank; the month is ignored."""
    named = pl.read_parquet(files["Artist"], columns=[graph.id_column("Artist"), "name"])
    artists = named.select(pl.col(graph.id_column("Artist")).alias("artist_id"), pl.col("name").fill_null(""))
    counts = _count_by_year(files, artists)
    missing = counts.filter(pl.col("artist_id") > 0, pl.col("name") != "")
    names = pl.concat([artists, missing.group_by("artist_id").agg(pl.col("name").min())])
    people = counts.join(names, on="artist_id", how="left").with_columns(name=pl.coalesce("name_right", "name"))
    by_category = _sum_years(_add_up([people]))
    ranked = by_category.sort("category", "credits", *PERSON, descending=[False, True, False, False])
    yield ranked.with_columns(rank=pl.int_range(1, pl.len() + 1).over("category"))


def _count_by_year(files: Files, artists: pl.DataFrame) -> pl.DataFrame:
    """Return the number of credits and releases by `KEY`. The name is empty if an artist of the month has the id."""
    known = Lookup.of(artists.select("artist_id", pl.lit(1)))
    found = [pl.DataFrame(schema={**KEY, **COUNTS})]
    for frame in child_rows.frames(RELATIONS["credit_roles"], files["releases"]):
        found.append(_count(frame.with_columns(known=known.find(frame["artist_id"]))))
        if sum(map(len, found)) > ROWS:
            found = [_add_up(found)]
    return _add_up(found)


def _count(credited: pl.DataFrame) -> pl.DataFrame:
    """Count whole releases' credits. A role counts once per release, on however many tracks."""
    unlinked, key = pl.col("artist_id").is_null(), pl.col("artist_id").fill_null(0)
    called = pl.when(unlinked).then("name").otherwise(pl.col("name").min().over("artist_id"))
    people = credited.with_columns(
        artist_id=key, name=pl.when(pl.col("known").is_not_null()).then(pl.lit("")).otherwise(called)
    )
    known = people.filter(~pl.col("artist_id").is_in([*PLACEHOLDERS])).drop_nulls("name")
    once = known.unique([*PERSON, "release_id", "role"])
    counts = once.group_by(*KEY).agg(pl.len().alias("credits"), pl.col("release_id").n_unique().alias("releases"))
    return counts.cast(COUNTS)  # type: ignore[arg-type]


def _add_up(counts: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([each.select(*KEY, *COUNTS) for each in counts]).group_by(*KEY).agg(pl.col(*COUNTS).sum())


def _sum_years(counts: pl.DataFrame) -> pl.DataFrame:
    """Return the totals of each person and category, with the credits by year as a JSON object."""
    year = pl.col("year")
    pair = pl.format('"{}": {}', year, "credits").sort_by(year).str.join(", ")
    years = pl.concat_str(pl.lit("{"), pair, pl.lit("}"))
    return counts.group_by(*PERSON, "category").agg(
        pl.col(*COUNTS).sum(), first_year=year.min(), last_year=year.max(), years=years
    )


def picture(answer: pl.LazyFrame) -> Picture:
    """Return the number of credits by category."""
    counted = answer.group_by("category").agg(pl.col("credits").sum()).sort("credits", descending=True).collect()
    return Picture("Credits by category of role", "credits", bars=dict(counted.rows()))

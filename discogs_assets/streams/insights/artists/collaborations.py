"""Collaborators of each artist, with the number of releases together by year."""

from collections.abc import Iterator

import polars as pl

from discogs_assets.schema import graph
from discogs_assets.streams.graph.files import Files, between
from discogs_assets.streams.insights.centrality import find_crews
from discogs_assets.streams.plot import Picture

BLOCK_ROWS = 500_000
"""Rows of the artists that are joined with their collaborators at once."""

MANY = 10
"""Releases from which pairs are drawn as one bar."""


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield the collaborators of each artist, artists ascending; the month is ignored."""
    crews = find_crews(between(files["BY"], "Release", "Artist")).rename({"end": "artist_id"})
    years = pl.scan_parquet(files["releases"]).select(start="id", year="year")
    dated = crews.lazy().join(years, on="start", how="left").collect(engine="streaming").sort("artist_id", "start")
    key = graph.id_column("Artist")
    named = pl.read_parquet(files["Artist"], columns=[key, "name"])
    others = dated.select("start", collaborator_id="artist_id")
    # A block has all rows of its artists.
    block = pl.int_range(pl.len()).first().over("artist_id") // BLOCK_ROWS
    for each in dated.with_columns(block=block).partition_by("block"):
        pairs = each.join(others, on="start").filter(pl.col("artist_id") != pl.col("collaborator_id"))
        yield _count(pairs).join(named, left_on="collaborator_id", right_on=key, how="left", maintain_order="left")


def _count(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of artists with their releases, ranked for each artist."""
    pair, year = ["artist_id", "collaborator_id"], pl.col("year")
    yearly = pairs.group_by(*pair, "year").agg(pl.len().alias("releases"))
    counts = pl.format('"{}": {}', year, "releases").sort_by(year).str.join(", ")
    counted = yearly.group_by(pair).agg(
        pl.col("releases").sum(),
        year.min().alias("first_year"),
        year.max().alias("last_year"),
        pl.format("{{{}}}", counts).alias("years"),
    )
    ordered = counted.sort("artist_id", "releases", "collaborator_id", descending=[False, True, False])
    return ordered.with_columns(rank=pl.int_range(1, pl.len() + 1).over("artist_id"))


def picture(answer: pl.LazyFrame) -> Picture:
    """Return the number of pairs of artists by releases together."""
    number = pl.min_horizontal("releases", MANY).alias("number")
    pairs = answer.filter(pl.col("artist_id") < pl.col("collaborator_id")).group_by(number).agg(pl.len())
    found = dict(pairs.collect(engine="streaming").rows())
    bars = {f"{each}{' or more' if each == MANY else ''}": found.get(each, 0) for each in range(1, MANY + 1)}
    return Picture("Pairs of artists by releases together", "pairs", bars=bars)

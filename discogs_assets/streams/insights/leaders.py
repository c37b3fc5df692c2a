"""Artists and labels with the most releases of each genre and style."""

from collections.abc import Iterator

import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.insights import LEADERS
from discogs_assets.streams.graph.files import Files, between, scan_keys
from discogs_assets.streams.plot import Picture

SHOWN = 15

MEMBERS = {"artist": ("Artist", "BY"), "label": ("Label", "ON")}


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield a batch for each kind of category and of member; the month is ignored."""
    for category in ("Genre", "Style"):
        for member in MEMBERS:
            yield _rank(files, category, member)


def _rank(files: Files, category: str, member: str) -> pl.DataFrame:
    label, relationship = MEMBERS[member]
    of, made = (between(files[kind], "Release", end) for kind, end in (("IS", category), (relationship, label)))
    counted = of.join(made, on="start", suffix="_other").group_by("end", "end_other").agg(pl.len().alias("releases"))
    rank = pl.struct(-pl.col("releases").cast(pl.Int64), "end_other").rank("ordinal").over("end").alias("rank")
    first = counted.with_columns(rank).filter(pl.col("rank") <= LEADERS)
    categories = scan_keys(category, files).select(pl.col("node").alias("end"), category="key")
    members = pl.scan_parquet(files[label]).select(pl.col(graph.id_column(label)).alias("end_other"), "name")
    named = first.join(categories, on="end").join(members, on="end_other")
    found = named.select(
        pl.lit(category.lower()).alias("kind"),
        "category",
        pl.lit(member).alias("member"),
        "rank",
        pl.col("end_other").alias("id"),
        "name",
        "releases",
    )
    return found.sort("category", "rank").collect(engine="streaming")


def picture(answer: pl.LazyFrame) -> Picture:
    """Return the first label of the genres with the largest ones."""
    first = answer.filter((pl.col("kind") == "genre") & (pl.col("member") == "label") & (pl.col("rank") == 1))
    drawn = first.sort("releases", "category", descending=[True, False]).head(SHOWN).collect()
    bars = {f"{genre}: {name}": count for genre, name, count in drawn.select("category", "name", "releases").rows()}
    return Picture("Label with the most releases of each genre", "releases", bars=bars)

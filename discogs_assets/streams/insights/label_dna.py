"""Genres, styles, formats and decades of each label's releases."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.insights import LABEL_RELEASES, LABEL_SHARES
from discogs_assets.streams.graph.files import Files, keys
from discogs_assets.streams.plot import Picture

PARTS = {
    "genres": keys("genres"),
    "styles": keys("styles"),
    "formats": pl.col("formats").list.eval(pl.element().struct.field("name")).list.unique(),
    "years": pl.concat_list("year"),
}
"""Distinct values of a release."""

BLOCK_LABELS = 50_000
"""Labels of a batch; the lists of all labels at once would take gigabytes."""

SIZES = (LABEL_RELEASES, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Least numbers of releases of the bars of the picture."""

NAMED = '{"value":'
"""Start of a list's JSON as the only field of a struct, because only structs can be encoded."""


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield the labels by id, in batches; the month is ignored."""
    labels = find_labels(files).sort("label_id")
    counted = dict(zip(PARTS, count_releases(files, labels, *PARTS), strict=True))
    for block in labels.iter_slices(BLOCK_LABELS):
        sizes = block.select("label_id", "release_count")
        yield _describe(block, {part: each.join(sizes, on="label_id") for part, each in counted.items()})


def find_labels(files: Files) -> pl.DataFrame:
    """Return the labels that have a DNA, those with the most releases first, ties by id."""
    nodes = pl.scan_parquet(files["Label"])
    counts = ("release_count", "artist_count")
    named = nodes.select(pl.col(graph.id_column("Label")).alias("label_id"), "name", *counts)
    large = named.filter(pl.col("release_count") >= LABEL_RELEASES)
    return large.sort("release_count", "label_id", descending=[True, False]).collect()


def count_releases(files: Files, labels: pl.DataFrame, *parts: str) -> list[pl.DataFrame]:
    """Return for each part the number of releases by label and value: `label_id`, `value`, `count`, in any order."""
    releases, chosen = pl.scan_parquet(files["releases"]), labels.lazy().select("label_id")
    counted = []
    for part in parts:
        pairs = releases.select(label_id=keys("labels"), value=PARTS[part]).explode("label_id")
        values = pairs.join(chosen, on="label_id", how="semi").explode("value").drop_nulls("value")
        counted.append(values.group_by("label_id", "value").agg(count=pl.len().cast(pl.Int64)))
    return pl.collect_all(counted, engine="streaming")


def _describe(block: pl.DataFrame, counted: dict[str, pl.DataFrame]) -> pl.DataFrame:
    years = counted.pop("years").sort("label_id", "value")
    decade = pl.col("value") // 10 * 10
    decades = years.group_by("label_id", "release_count", value=decade).agg(pl.col("count").sum())
    active = years.group_by("label_id").agg(active_years="value", dated=pl.col("count").sum())
    peaks = decades.sort("count", "value", descending=[True, False]).unique("label_id", keep="first")
    found = [
        active.with_columns(prolificacy=(pl.col("dated") / pl.col("active_years").list.len()).round(4)),
        peaks.select("label_id", peak_decade="value"),
        *(_list(each.sort("count", "value", descending=[True, False]), part, "name") for part, each in counted.items()),
        _list(decades.sort("value"), "decades", "decade"),
    ]
    for each in found:
        block = block.join(each, on="label_id", how="left", maintain_order="left")
    lists = ("active_years", *counted, "decades")
    diversity = (pl.col("artist_count") / pl.col("release_count")).round(4)
    return block.with_columns(_json(each) for each in lists).with_columns(artist_diversity=diversity)


def _list(counts: pl.DataFrame, part: str, name: str) -> pl.DataFrame:
    """Return the values of each label as a list of structs, in the same order."""
    share = (100 * pl.col("count") / pl.col("release_count")).round(2)
    item = pl.struct(pl.col("value").alias(name), "count", percentage=share).head(LABEL_SHARES)
    return counts.group_by("label_id", maintain_order=True).agg(item.alias(part))


def _json(name: str) -> pl.Expr:
    """Return a list as JSON; null is an empty one."""
    encoded = pl.struct(value=name).struct.json_encode().str.strip_prefix(NAMED).str.head(-1)
    return pl.when(pl.col(name).is_null()).then(pl.lit("[]")).otherwise(encoded).alias(name)


def picture(answer: pl.LazyFrame) -> Picture:
    """Return the number of labels by their number of releases."""
    counted, _ = np.histogram(answer.select("release_count").collect(), [*SIZES, np.inf])
    bars = {f"from {size:,}": int(count) for size, count in zip(SIZES, counted, strict=True)}
    return Picture("Labels by number of releases", "labels", bars=bars)

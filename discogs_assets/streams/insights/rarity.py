"""Rarity and hidden-gem score of each release.

Releases are read in batches. All else is held as a number per id, so that memory hardly grows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.rarity import (
    CATALOGUE,
    DEGREE,
    FORMATS,
    KNOWN,
    PRESSINGS,
    REISSUE,
    REISSUE_YEARS,
    TIERS,
    UNIQUE,
    UNKNOWN,
    WEIGHTS,
    YEARLY,
    Steps,
)
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import Files
from discogs_assets.streams.insights.degree import degrees, types
from discogs_assets.streams.insights.lookup import Lookup, Numbers
from discogs_assets.streams.plot import Picture

READS = ("releases", *types("Release", "Artist"), "Release", "Artist", "Label", "Genre")

BATCH_ROWS = 50_000

ITEM = ".list.element."
PARTS = (
    *("id", "title", "artist", "year", "master_id", "genres"),
    *(f"artists{ITEM}id", f"labels{ITEM}id", f"formats{ITEM}name", f"formats{ITEM}descriptions"),
)
"""Leaves of a release that are read, by their names in Parquet."""

WIDTH = 5
"""Points per bar of the picture."""


@dataclass(frozen=True, slots=True)
class Known:
    """Facts about a month from outside a release's own record, by id or name; `year` is the month's.

    `pressings` and `recent` are the numbers of a master's releases, of all and of the last years.
    """

    year: int
    pressings: Lookup
    recent: Lookup
    degrees: Lookup
    artists: Lookup
    labels: Lookup
    genres: dict[str, int]


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield every release in the order of the dump."""
    known = _read_facts(files, int(month[:4]))
    ranks = {
        "artist": _population(known.artists.numbers),
        "label": _population(known.labels.numbers),
        "genre": _population(np.array([*known.genres.values()], np.int64)),
    }
    for file in files["releases"]:
        for batch in parquet.batches(file, PARTS, BATCH_ROWS):
            yield _score(_count_signals(pl.DataFrame(pl.from_arrow(batch)), known), known.year, ranks)


def _read_facts(files: Files, year: int) -> Known:
    masters = _masters(files["releases"], year)
    related = [file for kind in types("Release", "Artist") for file in files[kind]]
    genres = pl.read_parquet(files["Genre"], columns=["name", "release_count"])
    key = graph.id_column("Label")
    return Known(
        year,
        Lookup.of(masters.select("master_id", "pressings")),
        Lookup.of(masters.select("master_id", "recent")),
        degrees("Release", files["Release"], related),
        degrees("Artist", files["Artist"], related),
        Lookup.of(pl.read_parquet(files["Label"], columns=[key, "release_count"])),
        dict(genres.rows()),
    )


def _masters(releases: list[Path], year: int) -> pl.DataFrame:
    """Return the number of releases of each master, of all and of the last years."""
    of_master = pl.scan_parquet(releases).filter(pl.col("master_id") != 0).group_by("master_id")
    recent = (pl.col("year") >= year - REISSUE_YEARS).sum().alias("recent")
    return of_master.agg(pl.len().alias("pressings"), recent).collect(engine="streaming")


def _count_signals(releases: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return the releases with the inputs of their signals, null if not stated in the record."""
    ids = {part: _struct_field(part, "id") for part in ("artists", "labels")}
    labels = _of_items(releases.select(ids["labels"]).to_series(), known.labels.find)
    artists = _of_items(releases.select(ids["artists"]).to_series(), known.artists.find)
    genres = _of_items(
        releases["genres"], lambda names: names.replace_strict(known.genres, default=None, return_dtype=pl.Int64)
    )
    formats = _of_items(
        releases.select(_formats()).to_series(),
        lambda names: names.replace_strict(FORMATS, default=None, return_dtype=pl.Int64),
    )
    recent = (pl.col("year") >= known.year - REISSUE_YEARS).fill_null(value=False).cast(pl.Int64)
    return releases.select(
        pl.col("id").alias("release_id"),
        "title",
        "artist",
        "year",
        known.pressings.find(releases["master_id"]).fill_null(0).alias("pressings"),
        (known.recent.find(releases["master_id"]).fill_null(0) - recent > 0).alias("reissued"),
        known.degrees.find(releases["id"]).fill_null(0).alias("degree"),
        smallest=labels["least"],
        format=formats["most"],
        artist_number=artists["most"],
        label_number=labels["most"],
        genre_number=genres["most"],
    )


def _struct_field(part: str, name: str) -> pl.Expr:
    return pl.col(part).list.eval(pl.element().struct.field(name)).alias(part)


def _formats() -> pl.Expr:
    """Return names and descriptions of all formats of a release."""
    described = pl.element().struct.field("descriptions").explode()
    each = pl.col("formats").list
    return pl.concat_list(each.eval(pl.element().struct.field("name")), each.eval(described)).alias("formats")


def _of_items(items: pl.Series, value: Callable[[pl.Series], pl.Series]) -> pl.DataFrame:
    """Return the `least` and the `most` of the values of each list, null if no item has one."""
    rows = pl.DataFrame({"row": np.arange(len(items)), "item": items})
    flat = rows.explode("item").drop_nulls("item")
    valued = flat.select("row", value(flat["item"]).alias("value")).drop_nulls("value")
    by_row = valued.group_by("row").agg(pl.col("value").min().alias("least"), pl.col("value").max().alias("most"))
    return rows.select("row").join(by_row, on="row", how="left", maintain_order="left")


def _score(counted: pl.DataFrame, year: int, ranks: dict[str, Numbers]) -> pl.DataFrame:
    scores = counted.with_columns(
        pressing_scarcity=pressing(pl.col("pressings")),
        label_catalog=catalogue(pl.col("smallest")),
        format_rarity=pl.col("format").fill_null(UNKNOWN),
        temporal_scarcity=temporal(pl.col("year"), year, pl.col("reissued")),
        graph_isolation=isolation(pl.col("degree")),
    )
    score = pl.sum_horizontal(weight * pl.col(name) for name, weight in WEIGHTS.items())
    fame = [weight * percentiles(scores[f"{kind}_number"], ranks[kind]) for kind, weight in KNOWN.items()]
    whole = scores.with_columns(score.alias("rarity_score"))
    return whole.with_columns(
        tier(pl.col("rarity_score")).alias("tier"),
        hidden_gem_score=whole["rarity_score"] * (fame[0] + fame[1] + fame[2]),
    )


def pressing(pressings: pl.Expr) -> pl.Expr:
    """Return the score for the number of the master's releases, this one included; 0 means no master."""
    return pl.when(pressings == 0).then(UNIQUE).otherwise(score_steps(pressings, PRESSINGS))


def catalogue(releases: pl.Expr) -> pl.Expr:
    """Return the score for the number of releases of the smallest label; null means no label."""
    return pl.when(releases.is_null()).then(UNKNOWN).otherwise(score_steps(releases, CATALOGUE))


def temporal(year: pl.Expr, now: int, reissued: pl.Expr) -> pl.Expr:
    """Return the score for the age; null means no year.

    `reissued` means that the master has another release of the last years.
    """
    age = ((now - year) * YEARLY).clip(0, 100)
    less = (age - pl.when(reissued).then(REISSUE).otherwise(0)).clip(0)
    return less.fill_null(UNKNOWN)


def isolation(degree: pl.Expr) -> pl.Expr:
    """Return the score for the number of relationships in the graph."""
    return score_steps(degree, DEGREE)


def score_steps(count: pl.Expr, steps: Steps) -> pl.Expr:
    """Return the score of a count by these steps."""
    worth = pl.lit(steps.beyond, pl.Int64)
    for limit, value in reversed(steps.steps):
        worth = pl.when(count <= limit).then(value).otherwise(worth)
    return worth


def tier(score: pl.Expr) -> pl.Expr:
    """Return the tier of a score from 0 to 100."""
    named = pl.lit(next(reversed(TIERS)))
    for name, least in reversed(TIERS.items()):
        named = pl.when(score >= least).then(pl.lit(name)).otherwise(named)
    return named


def _population(numbers: Numbers) -> Numbers:
    return np.sort(numbers)


def percentiles(numbers: pl.Series, population: Numbers) -> pl.Series:
    """Return the share of the others in the sorted population that are below each number.

    Each number is one of the population. The share is 0 for null, and if there are no others.
    """
    less = np.searchsorted(population, numbers.fill_null(-1).to_numpy())
    return pl.Series(less / max(1, len(population) - 1))


def picture(answer: pl.LazyFrame) -> Picture:
    """Return the number of releases by score and tier."""
    points = (pl.col("rarity_score") // WIDTH * WIDTH).cast(pl.Int64).alias("points")
    counted = dict(answer.group_by(points).agg(pl.len()).collect(engine="streaming").rows())
    named = {points: next(name for name, least in TIERS.items() if points >= least) for points in range(0, 101, WIDTH)}
    bars = {f"{points} {named[points]}": counted.get(points, 0) for points in range(100, -1, -WIDTH)}
    return Picture("Releases by rarity score and tier", "releases", bars=bars)

"""Years and decades of each label's releases."""

from collections.abc import Iterator

import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.insights import ACTIVE_YEARS
from discogs_assets.streams.graph.files import Files, keys
from discogs_assets.streams.plot import Picture


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield the labels with dated releases in one batch, the longest-lived first."""
    decades = _decades(pl.scan_parquet(files["releases"])).collect(engine="streaming")
    by_label = decades.group_by("label_id").agg(
        pl.col("first_year").min(), pl.col("last_year").max(), pl.col("releases").sum()
    )
    dated = decades.drop_nulls("decade").sort("label_id", "releases", "decade", descending=[False, True, False])
    peaks = dated.unique("label_id", keep="first", maintain_order=True).select("label_id", peak_decade="decade")
    named = pl.read_parquet(files["Label"], columns=[graph.id_column("Label"), "name"])
    found = by_label.join(peaks, on="label_id").join(named, left_on="label_id", right_on=graph.id_column("Label"))
    active = pl.col("last_year") >= int(month[:4]) - ACTIVE_YEARS
    years = pl.col("last_year") - pl.col("first_year") + 1
    whole = found.with_columns(years_active=years, still_active=active)
    yield whole.sort("years_active", "releases", "label_id", descending=[True, True, False])


def _decades(releases: pl.LazyFrame) -> pl.LazyFrame:
    """Return a row for each label and decade; releases without a year have a null decade."""
    pairs = releases.select(keys("labels").alias("label_id"), "year").explode("label_id").drop_nulls("label_id")
    year = pl.col("year")
    return pairs.group_by("label_id", (year // 10 * 10).alias("decade")).agg(
        year.min().alias("first_year"), year.max().alias("last_year"), pl.len().alias("releases")
    )


def picture(answer: pl.LazyFrame) -> Picture:
    """Return the number of labels by years of activity."""
    ages = pl.col("years_active") // 10 * 10
    counted = answer.group_by(ages.alias("age"), "still_active").agg(pl.len().alias("labels")).collect()
    lines = {}
    for name, active in (("still active", True), ("not active any more", False)):
        found = dict(counted.filter(pl.col("still_active") == active).select("age", "labels").rows())
        ages_seen = sorted(found)
        lines[name] = (ages_seen, [found[age] for age in ages_seen])
    return Picture("Labels by years from the first release to the last", "years, in tens", "labels", lines=lines)

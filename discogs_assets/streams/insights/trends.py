"""Number of releases per genre and style, by year and decade."""

from collections.abc import Iterator

import polars as pl

from discogs_assets.streams.graph.files import Files, keys
from discogs_assets.streams.plot import Picture

SHOWN = 8

DECADE = pl.col("start") // 10 * 10


def rows(subject: str, files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield the periods of each genre or style with releases that name it, in one batch; the month is ignored."""
    dated = pl.scan_parquet(files["releases"]).select(keys(f"{subject}s").alias(subject), start="year")
    dated = dated.drop_nulls("start")
    named = dated.explode(subject).drop_nulls().group_by(subject, "start").agg(pl.len().alias("releases"))
    whole = dated.group_by("start").agg(pl.len().alias("all"))
    years, totals = pl.collect_all([named, whole], engine="streaming")
    found = pl.concat(
        _shares(*each) for each in (("year", years, totals), ("decade", _decades(years), _decades(totals)))
    )
    first = pl.col("start").sort_by("releases", "start", descending=[True, False]).first()
    peak = first.over(subject, "period") == pl.col("start")
    yield found.sort(subject, "period", "start").with_columns(peak=peak)


def _decades(counts: pl.DataFrame) -> pl.DataFrame:
    """Return the counts of years summed by decade; the sums are exact, since a release has one year."""
    by = [DECADE if name == "start" else pl.col(name) for name in counts.columns[:-1]]
    return counts.group_by(by).agg(pl.col(counts.columns[-1]).sum())


def _shares(period: str, counts: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Return the counts with their shares of all releases."""
    joined = counts.join(totals, on="start", how="left")
    share = (pl.col("releases") / pl.col("all")).alias("share")
    return joined.select(counts.columns[0], pl.lit(period).alias("period"), "start", "releases", share)


def picture(subject: str, answer: pl.LazyFrame) -> Picture:
    """Return the shares of the most frequent genres or styles by decade."""
    decades = answer.filter(pl.col("period") == "decade").collect()
    most = decades.group_by(subject).agg(pl.col("releases").sum()).sort("releases", subject, descending=[True, False])
    starts = decades["start"].unique().sort()
    lines = {}
    for name in most[subject].head(SHOWN):
        shares = dict(decades.filter(pl.col(subject) == name).select("start", "share").rows())
        lines[name] = (starts.to_list(), [100 * shares.get(start, 0.0) for start in starts])
    return Picture(f"Releases by {subject} and decade", "decade", "% of releases", lines=lines)

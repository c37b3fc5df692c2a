"""Masters with an anniversary in the month."""

from collections.abc import Iterator

import polars as pl

from discogs_assets.schema.insights import MILESTONES
from discogs_assets.streams.graph.files import Files
from discogs_assets.streams.plot import Picture

MONTH = r"^[0-9]{4}-([0-9]{1,2})(?:-[0-9]{1,2})?$"
"""Pattern of a date as written, capturing the month; in 1969-00-00 it is unknown."""


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield one batch: masters with a known month, the oldest first, then masters without one."""
    year, wanted = int(month[:4]), int(month[5:7])
    masters = pl.scan_parquet(files["masters"]).select("id", "title", "artist", "year", "main_release")
    old = masters.filter((year - pl.col("year")).is_in(MILESTONES)).collect(engine="streaming")
    releases = pl.scan_parquet(files["releases"]).select("id", "released", "year")
    main = releases.join(old.lazy(), left_on="id", right_on="main_release", how="semi").collect(engine="streaming")
    known = pl.col("month").is_not_null()
    yield (
        old.join(main.rename({"year": "of"}), left_on="main_release", right_on="id", how="left")
        .with_columns(pl.when(pl.col("of") == pl.col("year")).then("released"))
        .with_columns(_month(pl.col("released")).alias("month"))
        .filter(~known | (pl.col("month") == wanted))
        .select(
            "title", "artist", "year", "released", anniversary=year - pl.col("year"), month_known=known, master_id="id"
        )
        .sort(
            "month_known",
            "anniversary",
            "released",
            "master_id",
            descending=[True, True, False, False],
            nulls_last=True,
        )
    )


def _month(released: pl.Expr) -> pl.Expr:
    month = released.str.extract(MONTH).cast(pl.Int64)
    return pl.when(month.is_between(1, 12)).then(month)


def picture(answer: pl.LazyFrame) -> Picture:
    """Return the number of masters by anniversary, for known months."""
    known = answer.filter("month_known").group_by("anniversary").agg(pl.len()).collect()
    counts = dict(known.rows())
    return Picture(
        "Anniversaries of this month", "masters", "years", {f"{age}": counts.get(age, 0) for age in MILESTONES}
    )

"""Masters → those whose anniversary is in the month.

What belongs here: when a master is of which day. What doesn't: what the columns mean (see `schema.insights`).
"""

from collections.abc import Iterator

import polars as pl

from discogs_assets.schema.insights import MILESTONES
from discogs_assets.streams.graph import Files
from discogs_assets.streams.picture import Picture

MONTH = r"^[0-9]{4}-([0-9]{1,2})(?:-[0-9]{1,2})?$"
"""A date as written, and the month in it; 1969-00-00 has none."""


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """The masters whose month is known, the oldest first, then those whose month isn't, in one batch."""
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
    """How many masters have which anniversary, as far as the month is known."""
    known = answer.filter("month_known").group_by("anniversary").agg(pl.len()).collect()
    counts = dict(known.rows())
    return Picture(
        "Anniversaries of this month", "masters", "years", {f"{age}": counts.get(age, 0) for age in MILESTONES}
    )

"""Masters with an anniversary in the month."""

from collections.abc import Collection, Iterator

import polars as pl

from discogs_assets.streams.graph.files import Files
from discogs_assets.streams.plot import Picture

MONTH = r"^[0-9]{4}-([0-9]{1,2})(?:-[0-9]{1,2})?$"
"""Pattern of a date as written, capturing the month; in 1969-00-00 it is unknown."""


def rows(ages: Collection[int], files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield one batch: masters of these ages with a known month, the oldest first, then those without a month."""
    year, wanted = int(month[:4]), int(month[5:7])
    masters = pl.scan_parquet(files["masters"]).select("id", "title", "artist", "year", "main_release")
    old = masters.filter((year - pl.col("year")).is_in([*ages])).collect(engine="streaming")
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
    """Return the number of masters by anniversary; those of an unknown month are a bar of their own."""
    counted = answer.group_by("month_known", "anniversary").agg(pl.len()).sort("anniversary").collect()
    bars = {f"{age}": count for known, age, count in counted.rows() if known}
    unknown = sum(count for known, _, count in counted.rows() if not known)
    return Picture(
        "Anniversaries of this month", "masters", "years", bars | ({"month unknown": unknown} if unknown else {})
    )

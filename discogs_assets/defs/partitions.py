"""Monthly partitions: one definition, the same object for every asset."""

import re
from pathlib import Path

import dagster as dg

from discogs_assets.settings import Settings
from discogs_assets.stores.lake.local_lake import PARTITION

FIRST = "2025-01-01"
"""Default first partition, unless an older month is on disk."""

KEY = re.compile(r"(19|2\d)\d\d-(0[1-9]|1[0-2])-01")

DEPTHS = ("*/*", "*/*/*")
"""Depths of assets in the lake, as glob patterns: `insights/{name}`, `parquet/discogs/{entity}`."""


def find_first(settings: Settings) -> str:
    """Return the partition of DISCOGS_FIRST_MONTH; by default the oldest one on disk, `FIRST` at the latest.

    Only names of folders in the local lake and in the home's dumps folder are read.
    """
    if settings.first_month:
        return f"{settings.first_month}-01"
    folders = (Path(settings.lake_address), settings.home_folder / "dumps")
    found = (each.name for folder in folders for depth in DEPTHS for each in folder.glob(f"{depth}/{PARTITION}"))
    return min([FIRST, *filter(KEY.fullmatch, found)])


def has_begun(partition: str) -> bool:
    """Return True unless the month is later than the current one."""
    return partition <= (monthly.get_last_partition_key() or "")


def explain_absence(partition: str) -> str:
    """Return the reason why the month is not a partition, as a predicate; empty if it is one."""
    if monthly.has_partition_key(partition):
        return ""
    if not KEY.fullmatch(partition):
        return "is not a month"
    if has_begun(partition):
        first = monthly.start.strftime("%Y-%m")
        return f"is older than the first month, {first}; DISCOGS_FIRST_MONTH={partition[:7]} includes it"
    return "has not begun"


monthly = dg.MonthlyPartitionsDefinition(start_date=find_first(Settings()), end_offset=1)
"""Keys YYYY-MM-01, from the first month on.

The current month is a partition from its first day, since its dump appears then.
"""

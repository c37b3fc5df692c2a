"""Backfills: their older months stop at Parquet.

What belongs here: whether a month is loaded into the servers. What doesn't: loading it.

A backfill of 2008 to 2026 is asked for to have every month in the lake; in the servers each would be a load of an hour
and a hundred gigabytes that nobody sees, and that retention drops again. So a run that is one of a backfill of several
months loads only what is newer than the month shown and than every other month asked for. A month that is materialised
by itself is meant, and is loaded whatever its age; `DISCOGS_LOAD_HISTORY` has all of them loaded. The runs end well;
the backfill's own summary in Dagster counts the partitions left out as failed, since nothing has made them.

MusicBrainz, whose dumps are always of today, is for the newest month of a backfill alone.
"""

from collections.abc import Collection

import dagster as dg

from discogs_assets.defs import history
from discogs_assets.defs.platform import Platform
from discogs_assets.errors import DumpMissingError


def stops_at_parquet(context: dg.AssetExecutionContext, platform: Platform) -> bool:
    """Whether the month is not to be loaded; if so, the log and the page of each asset asked for say why."""
    asked = history.backfilled(context.instance, context.run)
    if len(asked) < 2 or platform.settings.load_history:
        return False
    newest = max({*asked, *platform.shown()})
    if context.partition_key >= newest:
        return False
    said = _reason(context.partition_key[:7], newest[:7], asked)
    context.log.warning(said)
    for key in context.selected_asset_keys:
        context.log_event(dg.AssetObservation(key, partition=context.partition_key, metadata={"not_loaded": said}))
    return True


def require_newest(context: dg.AssetExecutionContext, platform: Platform) -> None:
    """DumpMissingError for an older month of a backfill: MusicBrainz is not read again for each of them."""
    asked = history.backfilled(context.instance, context.run)
    if len(asked) > 1 and not platform.settings.load_history and context.partition_key < max(asked):
        raise DumpMissingError(
            f"{context.partition_key[:7]} is one of {len(asked)} months of a backfill, of which {max(asked)[:7]} alone "
            "is given MusicBrainz, whose dumps are of today. To have it here, materialise this month by itself."
        )


def _reason(month: str, newest: str, asked: Collection[str]) -> str:
    return (
        f"{month} stops at Parquet and is not loaded: it is one of {len(asked)} months of a backfill and older than "
        f"{newest}, which is shown or asked for, too. To have it in the servers, materialise this month by itself; to "
        "have them all, set DISCOGS_LOAD_HISTORY=1 and backfill again."
    )

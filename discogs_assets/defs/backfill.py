"""Backfills: only their newest month is loaded into the servers; older months stop at Parquet."""

from collections.abc import Collection

import dagster as dg

from discogs_assets.defs import event_log
from discogs_assets.defs.resources import Platform
from discogs_assets.errors import DumpMissingError


def stops_at_parquet(context: dg.AssetExecutionContext, platform: Platform) -> bool:
    """Return True if the month is not to be loaded; the log and the page of each selected asset say why.

    A backfill of 2008 to 2026 is meant to put every month in the lake. In the servers, each older month would be a load
    of an hour and a hundred gigabytes that nobody sees and retention drops again. A run of a backfill of several months
    therefore loads only a month newer than the one shown and than all others requested. A month materialised by itself
    is loaded at any age. `DISCOGS_LOAD_HISTORY` loads all months.

    The runs succeed, but the backfill's summary in Dagster counts the skipped partitions as failed, since nothing
    materialised them.
    """
    asked = event_log.backfilled(context.instance, context.run)
    if len(asked) < 2 or platform.settings.load_history:
        return False
    newest = max({*asked, *platform.read_published_partitions()})
    if context.partition_key >= newest:
        return False
    said = _reason(context.partition_key[:7], newest[:7], asked)
    context.log.warning(said)
    for key in context.selected_asset_keys:
        context.log_event(dg.AssetObservation(key, partition=context.partition_key, metadata={"not_loaded": said}))
    return True


def require_newest(context: dg.AssetExecutionContext, platform: Platform) -> None:
    """Raise DumpMissingError for an older month of a backfill.

    MusicBrainz offers only today's exports: they are taken for the newest month alone.
    """
    asked = event_log.backfilled(context.instance, context.run)
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

"""`discogs load`: load and publish months of the configured source, with progress; a killed load is continued."""

from collections.abc import Sequence

import dagster as dg

from discogs_assets.cli import run_job, servers
from discogs_assets.cli.doctor import GB, needed_gb
from discogs_assets.cli.terminal import report_time, say
from discogs_assets.connections import Connections
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.resources import Platform
from discogs_assets.defs.sensors import staleness
from discogs_assets.errors import DumpMissingError, SettingError
from discogs_assets.faults import free_bytes
from discogs_assets.settings import Settings
from discogs_assets.stores.dumps.discogs_archive import Announced

HOURS = 2.7
"""Duration of a whole month on 2 cores, extrapolated by `discogs bench month`; downloads come on top."""

SEPARATOR = ".."

EXAMPLES = {
    "documents": '"SELECT title FROM releases LIMIT 5"',
    "relational": '"SELECT title FROM tracks LIMIT 5"',
    "neo4j": '--cypher "MATCH (r:Release) RETURN r.title LIMIT 5"',
    "search": '--parquet "SELECT title FROM releases LIMIT 5"',
}
"""Arguments of `discogs query` that a month loaded into a target answers."""


def run(months: str) -> None:
    """Load a month such as 2026-11, or a range such as 2026-09..2026-11, oldest first.

    Only assets that are missing, stale or unproven are made. Raises LoadError with the reason of a failure,
    DumpMissingError if the source lacks a month, SettingError if there is no such month.
    """
    partitions = partitions_of(months)
    settings = Settings()
    connections = Connections(settings)
    announced = [_find(connections, partition) for partition in partitions]
    _say_costs(connections, settings)
    servers.start()
    for each in announced:
        _load(each)
    if found := connections.read_published_partitions():
        for partition in (each for each in partitions if each not in found):
            say(f"{partition[:7]} is loaded, and not published. To publish it: discogs publish {partition[:7]}")
        say(f"readers see {max(found)[:7]}. Ask it: discogs query {example(settings)}; UI: discogs dev")


def example(settings: Settings) -> str:
    """Return arguments of `discogs query` for one of the chosen targets."""
    return next(words for target, words in EXAMPLES.items() if target in settings.chosen_targets)


def partitions_of(months: str) -> list[str]:
    """Return the partition keys of a month or a range of months, oldest first."""
    first, separator, last = months.partition(SEPARATOR)
    begin, end = run_job.partition_of(first), run_job.partition_of(last if separator else first)
    if end < begin:
        raise SettingError(f"the range {months!r} ends before it begins, expected one such as 2026-09..2026-11")
    return [key for key in monthly.get_partition_keys() if begin <= key <= end]


def _find(connections: Connections, partition: str) -> Announced:
    """Return the month as the source announces it."""
    found = next((each for each in connections.archive.list_announced(partition) if each.partition == partition), None)
    if found is None or found.missing:
        lacks = f"lacks {', '.join(found.missing)} of" if found else "has no dumps of"
        raise DumpMissingError(
            f"{connections.archive.title} {lacks} {partition[:7]}. `discogs doctor` names its newest month; "
            "DISCOGS_DUMPS names another source."
        )
    return found


def _say_costs(connections: Connections, settings: Settings) -> None:
    """Report the sources, and the time and disk space of a whole month."""
    second = "left out" if connections.musicbrainz.off else connections.musicbrainz.origin
    free = free_bytes(settings.home_folder) // GB
    say(f"Discogs dumps: {connections.archive.origin}; MusicBrainz: {second}")
    say(
        f"a whole month of the Discogs site takes about {needed_gb(settings)} GB in {settings.home_folder} "
        f"({free} GB are free) and {HOURS} hours on 2 cores, downloads not counted; smaller dumps take their share"
    )


def _load(month: Announced) -> None:
    """Make what is stale of the month; say so if nothing is."""
    with dg.DagsterInstance.get() as instance:
        stale = _find_stale(instance, month)
    name = month.partition[:7]
    if not stale:
        say(f"{name} is loaded as the source announces it")
        return
    with report_time(f"{name}: {len(stale)} assets"):
        run_job.run("monthly", month.partition, selection=stale)


def _find_stale(instance: dg.DagsterInstance, month: Announced) -> Sequence[dg.AssetKey]:
    from discogs_assets.definitions import defs

    graph = defs.get_repository_def().asset_graph
    return staleness.stale(instance, graph, month.partition, month.sums, Platform().sources)

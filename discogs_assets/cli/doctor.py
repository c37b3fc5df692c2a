"""`discogs doctor`: check installation, servers, sources, permissions and disk space; nothing is repaired."""

import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from tempfile import TemporaryFile

import psutil

from discogs_assets import variables
from discogs_assets.cli import terminal
from discogs_assets.connections import Connections
from discogs_assets.errors import BusyError, DiscogsError, TransientError
from discogs_assets.faults import free_bytes
from discogs_assets.servers import artifacts, permissions
from discogs_assets.settings import Settings
from discogs_assets.stores.dumps.discogs_archive import Archive
from discogs_assets.stores.dumps.musicbrainz_archive import MusicBrainz
from discogs_assets.stores.lake import local_lake
from discogs_assets.stores.search.loads import LAYER as SEARCH

GB = 10**9

MONTH_GB = {"dumps": 12, "MusicBrainz' dumps": 23, "lake": 16}
"""Disk space of a whole month outside the servers, rounded up.

The four dumps of 2026-08 are 11.6 GB, the MusicBrainz dumps of 2026-03 about 22 GB. The rest is extrapolated by
`discogs bench month` from generated months of up to 1,000,000 releases.
"""

LEAST_GB = 1
"""Free disk space below which not even the sample can be loaded."""

TARGET_GB = {"documents": 93, "relational": 87, "neo4j": 50, "search": 9}
"""Disk space of a whole month in each target, extrapolated likewise; `relational` includes MusicBrainz and insights."""

MEMORY_GB = 4
"""Memory needed to load a whole month."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check: `state` is ok, warn or fail; `advice` is the remedy."""

    state: str
    found: str
    advice: str = ""


def examine(json: bool) -> int:
    """Print all findings; return 1 if a check failed, else 0."""
    settings = Settings()
    rows = [{"question": name, **asdict(_check(check, settings))} for name, check in CHECKS]
    if json:
        terminal.write_json(rows)
    else:
        terminal.table(["question", "state", "found", "what to do"], [[*row.values()] for row in rows])
    return int(any(row["state"] == "fail" for row in rows))


def _check(check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    """Run a check; turn our own errors and the system's into a failed finding."""
    try:
        return check(settings)
    except (DiscogsError, OSError) as error:
        return Finding("fail", str(error))


def _python(settings: Settings) -> Finding:
    return Finding("ok", platform.python_version())


def _programs(settings: Settings) -> Finding:
    connections = Connections(settings)
    own = {"PostgreSQL": connections.tables.is_installed(), "Neo4j": connections.graph.is_installed()}
    if absent := [name for name, there in own.items() if not there]:
        return Finding("warn", f"not installed yet: {', '.join(absent)}", "`discogs up` downloads them")
    return Finding("ok", f"{' and '.join(own)} in {artifacts.cache_folder()}")


def _memory(settings: Settings) -> Finding:
    total = psutil.virtual_memory().total / GB
    advice = "" if total >= MEMORY_GB else f"a whole month needs {MEMORY_GB} GB"
    return Finding("warn" if advice else "ok", f"{total:.0f} GB", advice)


def _home(settings: Settings) -> Finding:
    folder = settings.home_folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
    except OSError as error:
        return Finding("fail", f"{folder} cannot be written: {error.strerror}", "set DISCOGS_HOME elsewhere")
    return Finding("ok", f"{folder} is writable")


def _permissions(settings: Settings) -> Finding:
    found = permissions.find(settings.home_folder, variables.ENV)
    named = ", ".join(map(str, found))
    if foreign := [each for each in found if not each.ours]:
        advice = f"give them to your user: chown {os.geteuid()} {' '.join(str(each.path) for each in foreign)}"
        return Finding("fail", f"other users own, or may read or change, {named}", advice)
    if found:
        return Finding("fail", f"other users may read or change {named}", "`discogs up` closes them")
    return Finding("ok", "passwords and data are closed to other users")


def _disk(settings: Settings) -> Finding:
    targets, needed = settings.chosen_targets, needed_gb(settings)
    free = free_bytes(settings.home_folder) // GB
    sizes = [*(f"{name} {size}" for name, size in MONTH_GB.items())]
    sizes += [f"{name} {size}{'' if name in targets else ' (not chosen)'}" for name, size in TARGET_GB.items()]
    found = (
        f"{free} GB free; a whole month takes {', '.join(sizes)} GB, {needed} GB while one is loaded next to "
        f"{settings.keep} others"
    )
    if free < LEAST_GB:
        advice = f"free at least {LEAST_GB} GB there, or set DISCOGS_HOME to a folder on another disk"
        return Finding("fail", found, advice)
    if free >= needed:
        return Finding("ok", found)
    advice = "enough for the sample; for a whole month set DISCOGS_HOME to a larger disk, or fewer DISCOGS_TARGETS"
    return Finding("warn", found, advice)


def needed_gb(settings: Settings) -> int:
    """Return the disk space for loading a whole month into the chosen targets, next to the months kept."""
    return sum(MONTH_GB.values()) + (settings.keep + 1) * sum(TARGET_GB[name] for name in settings.chosen_targets)


def _dumps(settings: Settings) -> Finding:
    archive = Archive.of(settings, patience=0)
    try:
        months = archive.months(years=1)
        lacking = archive.missing(months[-1]) if months else ()
    except TransientError as error:
        return _unreachable(error, "DISCOGS_DUMPS")
    faults = "".join(f"; {fault}" for fault in archive.faults())
    if not months:
        return Finding("warn", f"{archive.title} has no dump{faults}", "set DISCOGS_DUMPS to a folder with dumps")
    lacks = f", which lacks {', '.join(lacking)}" if lacking else ""
    found = f"{archive.title}, its newest month is {months[-1][:7]}{lacks}{faults}"
    return Finding("warn" if faults or lacks else "ok", found, (faults or lacks) and "put the published files there")


def _musicbrainz(settings: Settings) -> Finding:
    archive = MusicBrainz.of(settings, patience=0)
    if archive.off:
        return Finding("ok", "left out")
    try:
        return Finding("ok", f"{archive.title}, its newest export is {archive.newest().name}")
    except TransientError as error:
        return _unreachable(error, "DISCOGS_MUSICBRAINZ", "`off` or ")
    except (DiscogsError, OSError) as error:
        return Finding("warn", str(error), "optional: months are loaded without MusicBrainz")


def _unreachable(error: TransientError, setting: str, others: str = "") -> Finding:
    """Return a failure for a site that does not answer, or a warning if a request is only too early."""
    if isinstance(error, BusyError) or error.retry_not_before:
        return Finding("warn", str(error), "run `discogs doctor` again later")
    advice = f"check network, proxy and firewall (HTTPS_PROXY), or set {setting} to {others}a mirror or a folder"
    return Finding("fail", str(error), advice)


def _lake(settings: Settings) -> Finding:
    lake = local_lake.of(settings)
    lake.require_writable()
    months = lake.months()
    return Finding("ok", f"{lake.title} is writable, {f'its newest month is {months[-1][:7]}' if months else 'empty'}")


def _postgres(settings: Settings) -> Finding:
    tables = Connections(settings).tables
    if not tables.running():
        return Finding("warn", "not running", "discogs up")
    postgres = tables.owner()
    (row,) = postgres.ask("SELECT current_setting('server_version') AS version")
    return Finding("ok", f"{row['version']} answers at {postgres.safe_url}")


def _neo4j(settings: Settings) -> Finding:
    store = Connections(settings).graph
    if not store.running():
        return Finding("warn", "not running", "discogs up")
    graph = store.reader()
    components = "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0] AS version"
    (row,) = graph.ask(components)
    return Finding("ok", f"{row['version']} answers at {graph.url}")


def _search(settings: Settings) -> Finding:
    connections = Connections(settings)
    if not connections.tables.running():
        return Finding("ok", "unknown: PostgreSQL does not run")
    index = connections.open_search()
    if index is None:
        chosen = SEARCH in settings.chosen_targets
        return Finding("ok", "none is published", "`discogs load` builds and publishes one" if chosen else "")
    return Finding("ok", f"{sum(index.documents.values()):,} documents in {connections.search.root}")


def _dagster(settings: Settings) -> Finding:
    named, instance = variables.of_file().get(variables.INSTANCE), settings.home_folder / "dagster"
    if not named:
        return Finding("warn", "no .env in this folder names its home", "discogs up")
    if named == str(instance) and (instance / "dagster.yaml").exists():
        return Finding("ok", ".env names its home and its storage")
    return Finding("warn", f".env names the instance {named}, expected {instance}", "discogs up")


def _publication(settings: Settings) -> Finding:
    connections = Connections(settings)
    if not connections.tables.running():
        return Finding("ok", "unknown: PostgreSQL does not run")
    if found := connections.open_publication():
        said = f"the publication of {found.month} (number {found.sequence}) was interrupted or is under way"
        return Finding("warn", said, "`discogs up` completes or undoes it")
    return Finding("ok", "both databases show the same month")


CHECKS: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
    *(("python", _python), ("programs", _programs), ("memory", _memory), ("home", _home)),
    *(("permissions", _permissions), ("disk", _disk), ("dumps", _dumps), ("MusicBrainz", _musicbrainz)),
    *(("lake", _lake), ("PostgreSQL", _postgres), ("Neo4j", _neo4j), ("search index", _search)),
    *(("publication", _publication), ("dagster", _dagster)),
)

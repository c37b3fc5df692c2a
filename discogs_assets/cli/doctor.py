"""`discogs doctor`: check installation, servers, sources, permissions and disk space; nothing is repaired."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from discogs_assets import variables
from discogs_assets.cli import terminal
from discogs_assets.connections import Connections
from discogs_assets.errors import DiscogsError
from discogs_assets.servers import artifacts, permissions
from discogs_assets.settings import Settings
from discogs_assets.stores.dumps.archive import Archive
from discogs_assets.stores.dumps.musicbrainz_archive import MusicBrainz
from discogs_assets.stores.lake import local

GB = 10**9

MONTH_GB = {"dumps": 12, "MusicBrainz' dumps": 23, "lake": 16}
"""Disk space of a whole month outside the servers, rounded up.

The four dumps of 2026-08 are 11.6 GB, the MusicBrainz dumps of 2026-03 about 22 GB. The rest is extrapolated by
`discogs bench month` from generated months of up to 1,000,000 releases.
"""

TARGET_GB = {"documents": 93, "relational": 87, "neo4j": 50}
"""Disk space of a whole month in each target, extrapolated likewise; `relational` includes MusicBrainz and insights."""

MEMORY_GB = 4
"""Memory needed to load a whole month."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check: `state` is ok, warn or fail; `advice` is the remedy."""

    question: str
    state: str
    found: str
    advice: str = ""


def examine(json: bool) -> int:
    """Print all findings; return 1 if a check failed, else 0."""
    settings = Settings()
    findings = [_asked(question, settings) for question in QUESTIONS]
    if json:
        terminal.write_json([asdict(each) for each in findings])
    else:
        terminal.table(["question", "state", "found", "what to do"], [list(asdict(each).values()) for each in findings])
    return int(any(each.state == "fail" for each in findings))


def _asked(question: Callable[[Settings], Finding], settings: Settings) -> Finding:
    """Run a check; turn our own errors and the system's into a failed finding."""
    try:
        return question(settings)
    except (DiscogsError, OSError) as error:
        return Finding(question.__name__.strip("_"), "fail", str(error))


def _python(settings: Settings) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", "ok", version)


def _programs(settings: Settings) -> Finding:
    connections = Connections(settings)
    own = {"PostgreSQL": connections.tables.is_installed(), "Neo4j": connections.graph.is_installed()}
    if absent := [name for name, there in own.items() if not there]:
        return Finding("programs", "warn", f"not installed yet: {', '.join(absent)}", "`discogs up` fetches them")
    return Finding("programs", "ok", f"{' and '.join(own)} in {artifacts.cache_folder()}")


def _memory(settings: Settings) -> Finding:
    total = psutil.virtual_memory().total / GB
    advice = "" if total >= MEMORY_GB else f"a whole month needs {MEMORY_GB} GB"
    return Finding("memory", "warn" if advice else "ok", f"{total:.0f} GB", advice)


def _home(settings: Settings) -> Finding:
    folder = settings.home_folder
    probe = folder / ".doctor"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        return Finding("home", "fail", f"{folder} cannot be written: {error.strerror}", "set DISCOGS_HOME elsewhere")
    return Finding("home", "ok", f"{folder} is writable")


def _permissions(settings: Settings) -> Finding:
    found = permissions.find(settings.home_folder, variables.ENV)
    named = ", ".join(map(str, found))
    if foreign := [each for each in found if not each.ours]:
        advice = f"give them to your user: chown {os.geteuid()} {' '.join(str(each.path) for each in foreign)}"
        return Finding("permissions", "fail", f"other users own, or may read or change: {named}", advice)
    if found:
        return Finding("permissions", "fail", f"other users may read or change: {named}", "`discogs up` closes them")
    return Finding("permissions", "ok", "passwords and data are closed to other users")


def _disk(settings: Settings) -> Finding:
    targets, beside = settings.chosen_targets, settings.keep + 1
    needed = sum(MONTH_GB.values()) + beside * sum(TARGET_GB[name] for name in targets)
    free = shutil.disk_usage(_existing(settings.home_folder)).free // GB
    sizes = [*(f"{name} {size}" for name, size in MONTH_GB.items())]
    sizes += [f"{name} {size}{'' if name in targets else ' (not chosen)'}" for name, size in TARGET_GB.items()]
    found = (
        f"{free} GB free; a whole month takes {', '.join(sizes)} GB, {needed} GB while one is loaded beside "
        f"{settings.keep}"
    )
    if free >= needed:
        return Finding("disk", "ok", found)
    advice = "enough for the sample; for a whole month set DISCOGS_HOME to a larger disk, or fewer DISCOGS_TARGETS"
    return Finding("disk", "warn", found, advice)


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.parent)


def _dumps(settings: Settings) -> Finding:
    archive = Archive.of(settings, patience=0)
    months = archive.months(years=1)
    faults = "".join(f"; {fault}" for fault in archive.faults())
    if not months:
        return Finding(
            "dumps", "warn", f"{archive.title} holds no dump{faults}", "set DISCOGS_DUMPS to a folder with dumps"
        )
    found = f"{archive.title}, its newest month is {months[-1][:7]}{faults}"
    return Finding("dumps", "warn" if faults else "ok", found, faults and "put the published files there")


def _musicbrainz(settings: Settings) -> Finding:
    archive = MusicBrainz.of(settings, patience=0)
    if archive.off:
        return Finding("MusicBrainz", "ok", "left out")
    try:
        return Finding("MusicBrainz", "ok", f"{archive.title}, its newest run is {archive.newest().name}")
    except (DiscogsError, OSError) as error:
        return Finding("MusicBrainz", "warn", str(error), "none is needed: months are loaded without it")


def _lake(settings: Settings) -> Finding:
    held = local.of(settings)
    held.require_writable()
    months = held.months()
    return Finding(
        "lake", "ok", f"{held.title} is writable, {f'its newest month is {months[-1][:7]}' if months else 'empty'}"
    )


def _postgres(settings: Settings) -> Finding:
    tables = Connections(settings).tables
    if not tables.running():
        return Finding("PostgreSQL", "warn", "not running", "discogs up")
    postgres = tables.owner()
    (row,) = postgres.ask("SELECT current_setting('server_version') AS version")
    return Finding("PostgreSQL", "ok", f"{row['version']} answers at {postgres.safe_url}")


def _neo4j(settings: Settings) -> Finding:
    store = Connections(settings).graph
    if not store.running():
        return Finding("Neo4j", "warn", "not running", "discogs up")
    graph = store.reader()
    components = "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0] AS version"
    (row,) = graph.ask(components)
    return Finding("Neo4j", "ok", f"{row['version']} answers at {graph.url}")


def _dagster(settings: Settings) -> Finding:
    named, instance = variables.of_file().get(variables.INSTANCE), settings.home_folder / "dagster"
    if not named:
        return Finding("dagster", "warn", "no .env in this folder names its home", "discogs up")
    if named == str(instance) and (instance / "dagster.yaml").exists():
        return Finding("dagster", "ok", ".env names its home and its storage")
    return Finding("dagster", "warn", f".env names the instance {named}, expected {instance}", "discogs up")


def _publication(settings: Settings) -> Finding:
    connections = Connections(settings)
    if not connections.tables.running():
        return Finding("publication", "ok", "not known: PostgreSQL does not run")
    if found := connections.open_publication():
        said = f"the publication of {found.month} (number {found.sequence}) was cut off or is under way"
        return Finding("publication", "warn", said, "`discogs up` completes or undoes it")
    return Finding("publication", "ok", "both databases show the same month")


QUESTIONS = (
    *(_python, _programs, _memory, _home, _permissions, _disk, _dumps, _musicbrainz, _lake),
    *(_postgres, _neo4j, _publication, _dagster),
)

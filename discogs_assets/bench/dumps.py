"""Dumps to measure with: generated at a given size, optionally kept for reuse, or taken from a folder."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from discogs_assets.errors import DumpMissingError
from discogs_assets.sample import generator
from discogs_assets.sample.generator import Plan, musicbrainz
from discogs_assets.schema.discogs import entity
from discogs_assets.stores.dumps.discogs_month import partition_of
from discogs_assets.stores.dumps.musicbrainz_archive import NAMES
from discogs_assets.stores.dumps.sources.directory import Directory
from discogs_assets.stores.dumps.sources.dump_file import DISCOGS, Published
from discogs_assets.streams.discogs.framing import Framing, unpack_gzip

RELEASES_PER_ARTIST = 7.585
"""Releases at Discogs for each artist in MusicBrainz; generated dumps and exports keep this proportion."""

Progress = Callable[[str, int, int], None]
"""Callback with a file, its records done, and all its records."""

Say = Callable[[str], None]
"""Callback for a line of narration."""


@dataclass(frozen=True, slots=True)
class Dumps:
    """Dump files below a folder: releases per month, and the partitions of the months, oldest first.

    Homes that load them are created in `workspace`, by default the temporary folder.
    """

    folder: Path
    releases: int
    partitions: tuple[str, ...]
    workspace: Path | None = None

    @property
    def partition(self) -> str:
        """Partition of the measured month."""
        return self.partitions[-1]

    def find_file(self, name: str) -> Path:
        """Return the entity's dump of the measured month; raises DumpMissingError if there is none."""
        for file in _list_files(self.folder, name):
            if partition_of(file) == self.partition:
                return Path(file.place)
        raise DumpMissingError(
            f"{self.folder} has no dump of {name} of {self.partition[:7]}, expected one named "
            f"discogs_{self.partition.replace('-', '')}_{name}.xml.gz. Put it there, or give another folder."
        )


def find_dumps(folder: Path, workspace: Path | None = None) -> Dumps:
    """Return the two newest months in a folder; raises DumpMissingError if there is no dump of releases."""
    months = {partition_of(file): Path(file.place) for file in _list_files(folder, "releases")}
    if not months:
        raise DumpMissingError(
            f"{folder} holds no dump of releases, expected a file such as discogs_20261101_releases.xml.gz. "
            "Give another folder, or none to have dumps generated."
        )
    partitions = tuple(sorted(months)[-2:])
    return Dumps(folder, count_records(months[partitions[-1]], "releases"), partitions, workspace)


@contextmanager
def generate_dumps(plan: Plan, keep: Path | None, progress: Progress, say: Say) -> Iterator[Dumps]:
    """Yield the plan's dumps, reused from the folder `keep`; without it, they are removed after the block."""
    name = f"{plan.releases}" if plan.oddities else f"{plan.releases}-plain"
    with _open_folder(keep) as folder:
        place, days = folder / name, [partition.replace("-", "") for partition in plan.partitions]
        # The checksums of a month are written last: they mark it as complete.
        if not all((place / "data" / day[:4] / f"discogs_{day}_CHECKSUM.txt").exists() for day in days):
            say(f"generating dumps with {plan.releases:,} releases in {place} …")
            generator.write(place, plan, progress)
        yield Dumps(place, plan.releases, plan.partitions, keep)


@contextmanager
def generate_export(
    artists: int, keep: Path | None, progress: Progress, say: Say, names: Sequence[str] | None = None
) -> Iterator[Dumps]:
    """Yield a MusicBrainz export with about `artists` artists, reused and removed as generated dumps.

    Its `releases` are the artists. Without names, it has all entities.
    """
    plan, wanted = Plan(round(artists * RELEASES_PER_ARTIST), months=1), names or NAMES
    with _open_folder(keep) as folder:
        place = folder / f"musicbrainz-{artists}"
        # LATEST is written last and names the export: it marks it as complete.
        latest = place / "LATEST"
        export = place / latest.read_text().strip() if latest.exists() else place
        if not all((export / f"{name}.tar.xz").exists() for name in wanted):
            say(f"generating an export with {artists:,} artists in {place} …")
            latest.unlink(missing_ok=True)
            musicbrainz.write(place, plan, wanted, progress)
        yield Dumps(place / latest.read_text().strip(), artists, plan.partitions)


def count_records(path: Path, name: str) -> int:
    """Return the number of the entity's records framed in a dump."""
    return sum(block.records for block in Framing(entity(name), str(path)).blocks(unpack_gzip(path)))


@contextmanager
def _open_folder(keep: Path | None) -> Iterator[Path]:
    """Yield the folder `keep`, or a temporary one."""
    with nullcontext(str(keep)) if keep else TemporaryDirectory(prefix="discogs_bench_dumps_") as folder:
        yield Path(folder)


def _list_files(folder: Path, name: str) -> list[Published]:
    source = Directory(DISCOGS, folder)
    return [file for year in source.groups() for file in source.files(year) if file.kind == name and not file.fault]

"""Dumps to measure with: generated at a given size, optionally kept for reuse, or taken from a folder."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from discogs_assets.bench import parse
from discogs_assets.errors import DumpMissingError
from discogs_assets.sample import generated
from discogs_assets.sample.generated import Plan

NAME = re.compile(r"discogs_(\d{4})(\d{2})\d{2}_(\w+)\.xml\.gz")

Progress = Callable[[str, int, int], None]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Dumps:
    """Dump files below a folder: releases per month, and the partitions of the months, oldest first."""

    folder: Path
    releases: int
    partitions: tuple[str, ...]

    @property
    def partition(self) -> str:
        """Partition of the measured month."""
        return self.partitions[-1]

    @property
    def before(self) -> str | None:
        """Partition of the month before, None if there is none."""
        return self.partitions[-2] if len(self.partitions) > 1 else None

    def file(self, entity: str) -> Path:
        """Return the dump of the measured month; raises DumpMissingError if there is none."""
        for path in self.folder.rglob(f"discogs_*_{entity}.xml.gz"):
            if _month(path) == self.partition:
                return path
        raise DumpMissingError(
            f"{self.folder} has no dump of {entity} of {self.partition[:7]}, expected one named "
            f"discogs_{self.partition.replace('-', '')}_{entity}.xml.gz. Put it there, or give another folder."
        )


@dataclass(frozen=True, slots=True)
class Source:
    """Source of dumps: the folder `given`, else generated ones, kept in `keep` for reuse if it is set.

    `plain` leaves out the odd values of real dumps, on which a rival may fail.
    """

    given: Path | None = None
    keep: Path | None = None
    plain: bool = False

    @contextmanager
    def dumps(self, releases: int, months: int, progress: Progress, say: Say) -> Iterator[Dumps]:
        """Yield the dumps; generated ones without `keep` are removed after the block."""
        if self.given:
            say(f"counting the releases of the newest dump in {self.given} …")
            yield given(self.given)
        elif self.keep:
            yield kept(self.keep, Plan(releases, months=months, oddities=not self.plain), progress, say)
        else:
            with TemporaryDirectory(prefix="discogs_bench_dumps_") as folder:
                yield kept(Path(folder), Plan(releases, months=months, oddities=not self.plain), progress, say)


def given(folder: Path) -> Dumps:
    """Return the two newest months in a folder; raises DumpMissingError if there is no dump of releases."""
    months = {month: path for path in sorted(folder.rglob("discogs_*_releases.xml.gz")) if (month := _month(path))}
    if not months:
        raise DumpMissingError(
            f"{folder} holds no dump of releases, expected a file such as discogs_20261101_releases.xml.gz. "
            "Give another folder, or none to have dumps generated."
        )
    partitions = tuple(sorted(months))[-2:]
    return Dumps(folder, parse.frame(months[partitions[-1]], "releases"), partitions)


def kept(folder: Path, plan: Plan, progress: Progress, say: Say) -> Dumps:
    """Return the plan's dumps, generated unless every month is complete from an earlier run."""
    place = folder / (f"{plan.releases}" if plan.oddities else f"{plan.releases}-plain")
    if not all(_checksums(place, partition).exists() for partition in plan.partitions):
        say(f"generating dumps with {plan.releases:,} releases in {place} …")
        generated.write(place, plan, progress)
    return Dumps(place, plan.releases, plan.partitions)


def _checksums(place: Path, partition: str) -> Path:
    """Return the checksum file of a month, which is written last: it marks the month as complete."""
    return place / "data" / partition[:4] / f"discogs_{partition.replace('-', '')}_CHECKSUM.txt"


def _month(path: Path) -> str | None:
    """Return the partition of a dump file, None if its name is not that of a dump."""
    found = NAME.fullmatch(path.name)
    return f"{found[1]}-{found[2]}-01" if found else None

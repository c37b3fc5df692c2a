"""A published file, by its name, and what every source of such files can do.

What belongs here: the names' form, the interface. What doesn't: a way to reach any source.
"""

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

NAME = re.compile(r"discogs_(?P<date>2[0-9]{7})_(?:(?P<kind>[a-z]+)\.xml\.gz|(?P<sums>CHECKSUM)\.txt)")

SUM = re.compile(r"(?P<sha256>[0-9a-fA-F]{64}) [ *]?(?P<name>\S+)")
"""A line of a CHECKSUM file: one space since 2019, two before (GNU sha256sum writes two, or ` *`)."""

CHECKSUM = "CHECKSUM"
"""The kind of the file that is written last and names the month's other files."""

TEXT_BYTES = 1 << 20
"""More than any CHECKSUM file has; what is longer is read up to here."""

Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all; 0 in all where nobody knows them."""


@dataclass(frozen=True, slots=True)
class Published:
    """A file that a source lists: its name, the day in it, its kind, and what the source says of it.

    `place` is where the source keeps it. `size` is in bytes, rounded where a listing rounds. `fault` says why it cannot
    be taken, as the end of a sentence about it; empty where nothing stands against that.
    """

    name: str
    day: date
    kind: str
    place: str
    size: int | None = None
    etag: str | None = None
    last_modified: datetime | None = None
    fault: str = ""

    def examined(self) -> "Published":
        """The file as a source that knows exact sizes lists it: one without bytes is only a place for the file."""
        return replace(self, fault="is empty") if self.size == 0 and not self.fault else self


def named(
    name: str,
    place: str,
    size: int | None = None,
    etag: str | None = None,
    last_modified: datetime | None = None,
    fault: str = "",
) -> Published | None:
    """The file of that name; None if no dump is called so."""
    found = NAME.fullmatch(name)
    try:
        day = date.fromisoformat(found["date"]) if found else None
    except ValueError:
        return None
    if not found or not day:
        return None
    return Published(name, day, found["kind"] or CHECKSUM, place, size, etag, last_modified, fault)


class Readable(Protocol):
    """Published files that can be read and fetched; `title` names their place in messages, without any secret."""

    @property
    @abstractmethod
    def title(self) -> str:
        """The source's address as a message may show it."""

    def faults(self) -> list[str]:
        """What is there and cannot be taken, and why, as far as the source tells."""
        return []

    @abstractmethod
    def text(self, file: Published) -> str:
        """What a file of checksums says."""

    @abstractmethod
    def fetch(self, file: Published, target: Path, progress: Progress, expected: str = "") -> str:
        """Write the file's bytes, durably, and return their sha256, which is the expected one if they are sound."""


class Source(Readable, Protocol):
    """Dumps of Discogs, by the year and month that they are of."""

    @abstractmethod
    def years(self) -> list[int]:
        """Years of which there are files, oldest first."""

    @abstractmethod
    def files(self, year: int) -> list[Published]:
        """The year's files, by day, then place."""

    def month(self, first: date) -> list[Published]:
        """The month's files, by day, then place."""
        return [file for file in self.files(first.year) if file.day.month == first.month]


class Listed(Source, Protocol):
    """A source that lists all its files at once."""

    @abstractmethod
    def _all(self) -> Iterable[Published]: ...

    def years(self) -> list[int]:
        """Years of which there are files, oldest first."""
        return sorted({file.day.year for file in self._all() if not file.fault})

    def faults(self) -> list[str]:
        """What is there and cannot be taken, and why."""
        return faulty(self._all())

    def files(self, year: int) -> list[Published]:
        """The year's files, by day, then place."""
        return ordered([file for file in self._all() if file.day.year == year])


def faulty(files: Iterable[Published]) -> list[str]:
    """Those of the files that cannot be taken, and why."""
    return sorted(f"{file.name} {file.fault}" for file in files if file.fault)


def ordered(files: list[Published]) -> list[Published]:
    """The files by day, then place."""
    return sorted(files, key=lambda file: (file.day, file.place))

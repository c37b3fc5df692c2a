"""A published file, identified by its name, and the interface of every source of such files."""

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

NAME = re.compile(r"discogs_(?P<date>2[0-9]{7})_(?:(?P<kind>[a-z]+)\.xml\.gz|(?P<sums>CHECKSUM)\.txt)")

SUM = re.compile(r"(?P<sha256>[0-9a-fA-F]{64}) [ *]?(?P<name>\S+)")
"""Line of a CHECKSUM file: one space since 2019, two before (GNU sha256sum writes two, or ` *`)."""

CHECKSUM = "CHECKSUM"
"""Kind of the file that is written last and names the month's other files."""

TEXT_BYTES = 1 << 20
"""Bytes read of a checksum file at most; every CHECKSUM file is shorter."""

Progress = Callable[[int, int], None]
"""Callback with the bytes done and the total bytes, 0 if the total is unknown."""


@dataclass(frozen=True, slots=True)
class Published:
    """A file that a source lists: its name, the day in the name, its kind, and the source's facts about it.

    `place` is its location at the source. `size` is in bytes, rounded if the listing rounds. `fault` is the reason why
    it cannot be taken, as the end of a sentence about it; empty if there is none.
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
        """Return the file as a source with exact sizes lists it: an empty one is only a placeholder, and a fault."""
        return replace(self, fault="is empty") if self.size == 0 and not self.fault else self


def named(
    name: str,
    place: str,
    size: int | None = None,
    etag: str | None = None,
    last_modified: datetime | None = None,
    fault: str = "",
) -> Published | None:
    """Return the file of that name; None if it is not the name of a dump."""
    found = NAME.fullmatch(name)
    try:
        day = date.fromisoformat(found["date"]) if found else None
    except ValueError:
        return None
    if not found or not day:
        return None
    return Published(name, day, found["kind"] or CHECKSUM, place, size, etag, last_modified, fault)


class Readable(Protocol):
    """Published files that can be read and downloaded; `title` names their place in messages, without any secret."""

    @property
    @abstractmethod
    def title(self) -> str:
        """The source's address for messages."""

    def faults(self) -> list[str]:
        """Return the files that cannot be taken, with reasons, as far as the source reports them."""
        return []

    @abstractmethod
    def text(self, file: Published) -> str:
        """Return the text of a checksum file."""

    @abstractmethod
    def fetch(self, file: Published, target: Path, progress: Progress, expected: str = "") -> str:
        """Write the file durably and return its sha256, the expected one if the file is sound."""


class Source(Readable, Protocol):
    """Discogs dumps, by year and month."""

    @abstractmethod
    def years(self) -> list[int]:
        """Return the years with files, oldest first."""

    @abstractmethod
    def files(self, year: int) -> list[Published]:
        """Return the year's files by day, then place."""

    def month(self, first: date) -> list[Published]:
        """Return the month's files by day, then place."""
        return [file for file in self.files(first.year) if file.day.month == first.month]


class Listed(Source, Protocol):
    """A source that lists all its files at once."""

    @abstractmethod
    def _all(self) -> Iterable[Published]: ...

    def years(self) -> list[int]:
        """Return the years with files, oldest first."""
        return sorted({file.day.year for file in self._all() if not file.fault})

    def faults(self) -> list[str]:
        """Return the files that cannot be taken, with reasons."""
        return faulty(self._all())

    def files(self, year: int) -> list[Published]:
        """Return the year's files by day, then place."""
        return ordered([file for file in self._all() if file.day.year == year])


def faulty(files: Iterable[Published]) -> list[str]:
    """Return the files that cannot be taken, with reasons."""
    return sorted(f"{file.name} {file.fault}" for file in files if file.fault)


def ordered(files: list[Published]) -> list[Published]:
    """Return the files by day, then place."""
    return sorted(files, key=lambda file: (file.day, file.place))

"""Runs of MusicBrainz' JSON dumps: folders named after a moment, each with a file per entity and one of checksums.

What belongs here: the names' form, the interface of what has runs. What doesn't: a way to reach any source.
"""

import re
from abc import abstractmethod
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import ClassVar, Protocol

from discogs_assets.schema.musicbrainz import ENTITIES
from discogs_assets.stores.sources.published import Published, Readable, faulty

SETTING = "DISCOGS_MUSICBRAINZ"
"""The variable that names where runs are."""

FORM = "20261121-001001/artist.tar.xz"
"""What a file of a run is called below the address."""

SUMS = "SHA256SUMS"
"""The name and the kind of the file that names the run's other files."""

KINDS = {**{f"{entity.name}.tar.xz": entity.name for entity in ENTITIES}, SUMS: SUMS}
"""The files of a run that are of use, and what each holds; the others are of entities that we do not read."""

RUN = re.compile(r"[0-9]{8}-[0-9]{6}")


def made(run: str) -> datetime | None:
    """The moment that a run is named after; None if no run is called so."""
    try:
        return datetime.strptime(run, "%Y%m%d-%H%M%S").replace(tzinfo=UTC) if RUN.fullmatch(run) else None
    except ValueError:
        return None


def part(name: str, place: str, size: int | None = None) -> Published | None:
    """The file `{run}/{file}`, None if that is no file of use; `place` is where a source keeps it, `size` its bytes."""
    run, _, file = name.partition("/")
    moment = made(run)
    if moment is None or file not in KINDS:
        return None
    return Published(name, moment.date(), KINDS[file], place, size)


def run_of(file: Published) -> str:
    """The run that a file belongs to."""
    return file.name.partition("/")[0]


class Runs(Readable, Protocol):
    """Runs that can be listed, and their files, which can be read and fetched."""

    SETTING: ClassVar[str] = SETTING

    @abstractmethod
    def names(self) -> list[str]:
        """What the runs are called, the newest first."""

    @abstractmethod
    def files(self, run: str) -> list[Published]:
        """The files of use of a run; none if it is not there any more."""


class ListedRuns(Runs, Protocol):
    """A source that lists the files of all its runs at once."""

    @abstractmethod
    def _all(self) -> Iterable[Published]: ...

    def names(self) -> list[str]:
        """What the runs are called, the newest first."""
        return sorted({run_of(file) for file in self._all()}, reverse=True)

    def faults(self) -> list[str]:
        """What is there and cannot be taken, and why."""
        return faulty(self._all())

    def files(self, run: str) -> list[Published]:
        """The files of use of a run; none if it is not there any more."""
        return [file for file in self._all() if run_of(file) == run]

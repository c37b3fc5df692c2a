"""MusicBrainz exports (JSON dumps): folders named after a time, with a file per entity and a checksum file."""

import re
from abc import abstractmethod
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import ClassVar, Protocol

from discogs_assets.schema.musicbrainz import ENTITIES
from discogs_assets.stores.dumps.sources.dump_file import Published, Readable, faulty

SETTING = "DISCOGS_MUSICBRAINZ"
"""Variable that names the source of the exports."""

FORM = "20261121-001001/artist.tar.xz"
"""Path of an export's file below the source's address."""

SUMS = "SHA256SUMS"
"""Name and kind of the file that names the export's other files."""

KINDS = {**{f"{entity.name}.tar.xz": entity.name for entity in ENTITIES}, SUMS: SUMS}
"""Usable files of an export, with their entities; the others are of entities that we do not read."""

RUN = re.compile(r"[0-9]{8}-[0-9]{6}")


def made(run: str) -> datetime | None:
    """Return the time that an export is named after; None if it is not the name of an export."""
    try:
        return datetime.strptime(run, "%Y%m%d-%H%M%S").replace(tzinfo=UTC) if RUN.fullmatch(run) else None
    except ValueError:
        return None


def part(name: str, place: str, size: int | None = None) -> Published | None:
    """Return the file `{run}/{file}`, None if it is not usable.

    `place` is its location at the source, `size` its size in bytes.
    """
    run, _, file = name.partition("/")
    moment = made(run)
    if moment is None or file not in KINDS:
        return None
    return Published(name, moment.date(), KINDS[file], place, size)


def run_of(file: Published) -> str:
    """Return the export that a file belongs to."""
    return file.name.partition("/")[0]


class Runs(Readable, Protocol):
    """Exports that can be listed, and their files, readable and downloadable."""

    SETTING: ClassVar[str] = SETTING

    @abstractmethod
    def names(self) -> list[str]:
        """Return the names of the exports, newest first."""

    @abstractmethod
    def files(self, run: str) -> list[Published]:
        """Return the usable files of an export; none if it no longer exists."""


class ListedRuns(Runs, Protocol):
    """A source that lists the files of all its exports at once."""

    @abstractmethod
    def _all(self) -> Iterable[Published]: ...

    def names(self) -> list[str]:
        """Return the names of the exports, newest first."""
        return sorted({run_of(file) for file in self._all()}, reverse=True)

    def faults(self) -> list[str]:
        """Return the files that cannot be taken, with reasons."""
        return faulty(self._all())

    def files(self, run: str) -> list[Published]:
        """Return the usable files of an export; none if it no longer exists."""
        return [file for file in self._all() if run_of(file) == run]

"""Dumps in a folder: all in one place, laid out as data/YYYY, or in exports."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, ClassVar, Self

from discogs_assets import failpoints
from discogs_assets.errors import DumpMissingError, SettingError
from discogs_assets.stores.dumps.sources import musicbrainz_exports
from discogs_assets.stores.dumps.sources.dump_file import TEXT_BYTES, Listed, Progress, Published, named
from discogs_assets.stores.lake.atomic_dir import require_room

COPY_BYTES = 8 << 20

YEAR = re.compile("[0-9]{4}")
"""Name of a folder below `data`."""


@dataclass(frozen=True, slots=True)
class Files:
    """A folder of dump files; the variable that names it, an example file, and alternatives for messages."""

    folder: Path

    SETTING: ClassVar[str]
    EXAMPLE: ClassVar[str]
    OTHERS: ClassVar[str]

    @classmethod
    def at(cls, address: str) -> Self:
        """Return the folder at that path. Raises SettingError if it does not exist or cannot be read."""
        if "://" in address or not Path(address).is_dir():
            said = f"{address.partition('://')[0]}://…" if "://" in address else address
            raise SettingError(
                f"{cls.SETTING} is {said!r}, expected a folder with files such as {cls.EXAMPLE}, {cls.OTHERS}. Set it "
                "to where your dumps are."
            )
        if why := _denied(Path(address)):
            raise SettingError(f"{cls.SETTING}: {why}. Give the right to read it, or name another folder.")
        return cls(Path(address))

    @property
    def title(self) -> str:
        """The address for messages."""
        return str(self.folder)

    def text(self, file: Published) -> str:
        """Return the text of a checksum file."""
        with _opened(file) as reader:
            return reader.read(TEXT_BYTES).decode(errors="replace")

    def fetch(self, file: Published, target: Path, progress: Progress, expected: str = "") -> str:
        """Write the file durably and return its sha256."""
        digest, done = hashlib.sha256(), 0
        with _opened(file) as reader, target.open("wb") as writer:
            size = os.fstat(reader.fileno()).st_size
            require_room(target.parent, size)
            while chunk := reader.read(COPY_BYTES):
                digest.update(chunk)
                writer.write(chunk)
                failpoints.reach("copy")
                done += len(chunk)
                progress(done, size)
            writer.flush()
            os.fsync(writer.fileno())
        return digest.hexdigest()


def _opened(file: Published) -> BinaryIO:
    """Open the file, without waiting for a pipe that may have replaced it."""
    try:
        reader = os.fdopen(os.open(file.place, os.O_RDONLY | os.O_NONBLOCK), "rb")
    except FileNotFoundError as error:
        raise DumpMissingError(f"{file.place} is not there any more. Run again.") from error
    except OSError as error:
        raise DumpMissingError(f"{file.place} cannot be read: {error.strerror}. Mend it, then run again.") from error
    if not stat.S_ISREG(os.fstat(reader.fileno()).st_mode):
        reader.close()
        raise DumpMissingError(f"{file.place} is no regular file any more. Run again.")
    return reader


def _entries(folder: Path) -> list[Path]:
    """Return the entries of the folder by name; none if it cannot be listed (see `_denied`)."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _denied(folder: Path) -> str:
    """Return the reason why the folder cannot be listed; empty if it can, or does not exist."""
    try:
        with os.scandir(folder):
            return ""
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return f"{folder} cannot be listed: {error.strerror}"


def _examined(path: Path) -> tuple[int | None, datetime | None, str] | None:
    """Return the file's size, modification time and fault (see `Published`); None if it has just disappeared."""
    try:
        facts = path.stat()
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            return (None, None, "is a link to nothing") if path.is_symlink() else None
        return None, None, f"cannot be read ({error.strerror})"
    return facts.st_size, _moment(facts.st_mtime), _fault(path, facts.st_mode)


def _fault(path: Path, mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "is a folder"
    if not stat.S_ISREG(mode):
        return "is no regular file"
    return "" if os.access(path, os.R_OK) else "cannot be read (Permission denied)"


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


class Directory(Files, Listed):
    """A folder of Discogs dumps."""

    SETTING: ClassVar[str] = "DISCOGS_DUMPS"
    EXAMPLE: ClassVar[str] = "data/2026/discogs_20261101_artists.xml.gz"
    OTHERS: ClassVar[str] = "the address of a site of the form of https://data.discogs.com/, or s3://bucket/prefix"

    def files(self, year: int) -> list[Published]:
        """Return the year's files by day, then place.

        Raises DumpMissingError if all of them are in a folder that cannot be listed.
        """
        found = Listed.files(self, year)
        if not found and (why := _denied(self.folder / "data" / str(year))):
            raise DumpMissingError(f"{why}. Give the right to read it, then run again.")
        return found

    def faults(self) -> list[str]:
        """Return the files and folders that cannot be taken, with reasons."""
        return [*Listed.faults(self), *filter(None, map(_denied, self._years()))]

    def _years(self) -> list[Path]:
        return [path for path in _entries(self.folder / "data") if YEAR.fullmatch(path.name)]

    def _all(self) -> Iterator[Published]:
        for path in (path for folder in (self.folder, *self._years()) for path in _entries(folder)):
            file = named(path.name, str(path))
            if file and (found := _examined(path)):
                size, changed, fault = found
                yield replace(file, size=size, last_modified=changed, fault=fault).examined()


class DirectoryRuns(Files, musicbrainz_exports.ListedRuns):
    """A folder of MusicBrainz exports."""

    SETTING: ClassVar[str] = musicbrainz_exports.SETTING
    EXAMPLE: ClassVar[str] = musicbrainz_exports.FORM
    OTHERS: ClassVar[str] = (
        "the address of a site of the form of https://data.metabrainz.org/pub/musicbrainz/data/json-dumps/, "
        "s3://bucket/prefix, or off"
    )

    def faults(self) -> list[str]:
        """Return the files and folders that cannot be taken, with reasons."""
        return [*musicbrainz_exports.ListedRuns.faults(self), *filter(None, map(_denied, self._runs()))]

    def _runs(self) -> list[Path]:
        return [path for path in _entries(self.folder) if musicbrainz_exports.made(path.name)]

    def _all(self) -> Iterator[Published]:
        for path in (path for run in self._runs() for path in _entries(run)):
            file = musicbrainz_exports.part(f"{path.parent.name}/{path.name}", str(path))
            if file and (found := _examined(path)):
                size, changed, fault = found
                yield replace(file, size=size, last_modified=changed, fault=fault).examined()

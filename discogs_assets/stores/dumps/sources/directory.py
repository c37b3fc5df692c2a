"""Dumps in a folder: in folders of years or exports, or all in one place."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from discogs_assets.errors import DumpMissingError, SettingError
from discogs_assets.stores.dumps.sources.dump_file import Answer, Layout, Published, Source

COPY_BYTES = 8 << 20


@dataclass(frozen=True)
class Directory(Source):
    """A folder of dumps."""

    layout: Layout
    folder: Path

    @classmethod
    def at(cls, layout: Layout, address: str) -> "Directory":
        """Return the folder at that path. Raises SettingError if it does not exist or cannot be read."""
        if "://" in address or not Path(address).is_dir():
            shown = f"{address.partition('://')[0]}://…" if "://" in address else address
            raise SettingError(
                f"{layout.setting} is {shown!r}, expected a folder with files such as {layout.example}, the address of "
                f"a site of the form of {layout.site}, {layout.others}. Set it to where your dumps are."
            )
        if fault := _find_denial(Path(address)):
            raise SettingError(f"{layout.setting}: {fault}. Give the right to read it, or name another folder.")
        return cls(layout, Path(address))

    @property
    def title(self) -> str:
        """The address for messages."""
        return str(self.folder)

    def files(self, group: str) -> list[Published]:
        """Return the files of a year or export by day, then place.

        Raises DumpMissingError if all of them are in a folder that cannot be listed.
        """
        found = super().files(group)
        if not found and (fault := _find_denial(self.folder / self.layout.parent / group)):
            raise DumpMissingError(f"{fault}. Give the right to read it, then run again.")
        return found

    def faults(self) -> list[str]:
        """Return the files and folders that cannot be taken, with reasons."""
        return [*super().faults(), *filter(None, map(_find_denial, self._list_folders()))]

    def _list_folders(self) -> list[Path]:
        paths = _list_entries(self.folder / self.layout.parent)
        return [path for path in paths if self.layout.folder.fullmatch(path.name)]

    def list_files(self) -> Iterator[Published]:
        """Yield all usable files."""
        for path in (path for folder in (self.folder, *self._list_folders()) for path in _list_entries(folder)):
            file = self.layout.parse(path.relative_to(self.folder).as_posix())
            if file and (examined := _examine(replace(file, place=str(path)), path)):
                yield examined

    @contextmanager
    def open_file(self, file: Published, start: int, version: str) -> Iterator[Answer]:
        """Lend the file's bytes from an offset on, if it still has this version; else all of them."""
        with _open_regular(file) as reader:
            facts = os.fstat(reader.fileno())
            found = f"{facts.st_mtime_ns} {facts.st_size}"
            start = reader.seek(start if found == version else 0)
            yield Answer(start, facts.st_size, found, iter(lambda: reader.read(COPY_BYTES), b""))


def _open_regular(file: Published) -> BinaryIO:
    """Open the file, without waiting for a pipe that may have replaced it."""
    try:
        reader = os.fdopen(os.open(file.place, os.O_RDONLY | os.O_NONBLOCK), "rb")
    except FileNotFoundError as error:
        raise DumpMissingError(f"{file.place} is not there any more. Run again.") from error
    except OSError as error:
        raise DumpMissingError(
            f"{file.place} cannot be read: {error.strerror}. Make it readable, run again."
        ) from error
    if not stat.S_ISREG(os.fstat(reader.fileno()).st_mode):
        reader.close()
        raise DumpMissingError(f"{file.place} is no regular file any more. Run again.")
    return reader


def _list_entries(folder: Path) -> list[Path]:
    """Return the entries of the folder by name; none if it cannot be listed (see `_find_denial`)."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _find_denial(folder: Path) -> str:
    """Return the reason why the folder cannot be listed; empty if it can, or does not exist."""
    try:
        with os.scandir(folder):
            return ""
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return f"{folder} cannot be listed: {error.strerror}"


def _examine(file: Published, path: Path) -> Published | None:
    """Return the file with its size, modification time and fault; None if it has just disappeared."""
    try:
        facts = path.stat()
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            return replace(file, fault="is a link to nothing") if path.is_symlink() else None
        return replace(file, fault=f"cannot be read ({error.strerror})")
    try:
        changed = datetime.fromtimestamp(facts.st_mtime, UTC)
    except (ValueError, OverflowError, OSError):
        changed = None
    return replace(file, size=facts.st_size, last_modified=changed, fault=_find_fault(path, facts.st_mode))


def _find_fault(path: Path, mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "is a folder"
    if not stat.S_ISREG(mode):
        return "is no regular file"
    return "" if os.access(path, os.R_OK) else "cannot be read (Permission denied)"

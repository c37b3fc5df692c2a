"""Local copies of remote folders: whole, immutable, deleted when unused."""

import errno
import fcntl
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from discogs_assets import failpoints
from discogs_assets.stores.lake.atomic_dir import create_draft, require_room

UNUSED_SECONDS = 24 * 3600.0
"""Seconds after which an unused copy is deleted."""

VERSION_DIGITS = 12

VERSION = "[0-9a-f]" * VERSION_DIGITS
"""Glob pattern of copies."""

_held: dict[Path, int] = {}
"""Copies that this process holds, with the handle that locks each."""

_holding = threading.Lock()


@dataclass(frozen=True, slots=True)
class Staged:
    """The folder of copies, `{name}/{version}/`; versions have 12 hexadecimal digits.

    A process that was given a copy holds a lock on it until it ends or asks for another version of the same folder. A
    copy that no process holds is deleted when there is another version, when it is unused for a day, or when its space
    is needed.
    """

    root: Path

    def take(self, name: str, version: str, size: int, fetch: Callable[[Path], None]) -> Path:
        """Return the copy; if it is absent, `fetch` fills an empty folder, while others that want it wait.

        Raises OSError (ENOSPC) if there is no room for its `size` in bytes even after all unused copies are deleted.
        """
        place = self.root / name / version
        while not _hold(place):
            with create_draft(place.with_name("staging"), timeout=-1) as draft:
                if not place.exists():
                    self.sweep()
                    self._make_room(size)
                    fetch(draft)
                    failpoints.reach("stage")
                    _move(draft, place)
        self.drop(name, version)
        return place

    def put(self, draft: Path, name: str, version: str) -> None:
        """Move the draft into place as the copy of that version, unless there already is one."""
        place = self.root / name / version
        place.parent.mkdir(parents=True, exist_ok=True)
        _move(draft, place)
        self.drop(name, version)

    def drop(self, name: str, keep: str = "") -> None:
        """Delete all versions of a folder except `keep`, unless a process holds them."""
        for place in (self.root / name).glob(VERSION):
            if place.name != keep:
                _remove(place)

    def sweep(self) -> None:
        """Delete copies that are neither held nor used lately, and drafts left by killed processes."""
        for place in filter(_is_unused, self._copies()):
            _remove(place)
        for draft in filter(_is_unused, self.root.glob("**/.*.draft")):
            shutil.rmtree(draft, ignore_errors=True)

    def _make_room(self, size: int) -> None:
        for place in sorted(self._copies(), key=_read_last_use):
            with suppress(OSError):
                return require_room(self.root, size)
            _remove(place)
        return require_room(self.root, size)

    def _copies(self) -> Iterator[Path]:
        return (place for place in self.root.glob(f"**/{VERSION}") if place.is_dir())


def _move(draft: Path, place: Path) -> None:
    """Move the copy into place; one that another process has put there is as good."""
    os.utime(draft)
    try:
        draft.rename(place)
    except OSError as error:
        if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
            raise


def _read_last_use(place: Path) -> float:
    """Return the time of last use, in seconds since the epoch; 0 if the copy does not exist."""
    try:
        return place.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _is_unused(place: Path) -> bool:
    return _read_last_use(place) < time.time() - UNUSED_SECONDS


def _hold(place: Path) -> bool:
    """Lock the copy until this process ends, instead of other versions; return False if it does not exist."""
    with _holding:
        handle = _held.pop(place) if place in _held else _lock(place, fcntl.LOCK_SH)
        if handle is None:
            return False
        try:
            os.utime(place)
        except FileNotFoundError:
            os.close(handle)
            return False
        for other in [each for each in _held if each.parent == place.parent]:
            os.close(_held.pop(other))
        _held[place] = handle
        return True


def _remove(place: Path) -> None:
    """Delete the copy, atomically for readers, unless a process holds it."""
    with suppress(BlockingIOError):
        handle = _lock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if handle is not None:
            doomed = place.with_name(f".{place.name}.draft")
            shutil.rmtree(doomed, ignore_errors=True)
            place.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)
            os.close(handle)


def _lock(place: Path, mode: int) -> int | None:
    """Return a locked handle of the folder, None if it does not exist. Raises BlockingIOError if it must not wait."""
    try:
        handle = os.open(place, os.O_RDONLY)
    except FileNotFoundError:
        return None
    with ExitStack() as opened:
        opened.callback(os.close, handle)
        fcntl.flock(handle, mode)
        # Another process may have replaced or deleted the folder before the lock was free.
        if place.exists() and os.path.samestat(os.fstat(handle), place.stat()):
            opened.pop_all()
            return handle
    return None

"""Local copies of remote folders: whole, immutable, deleted when unused."""

import errno
import fcntl
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from discogs_assets import failpoints
from discogs_assets.stores.lake.atomic_dir import require_room

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
        place = self._place(name, version)
        while not _hold(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(place.parent / ".staging.lock"):
                if not place.exists():
                    self.sweep()
                    self._make_room(size)
                    _make(place, fetch)
        _let_go(place)
        self.drop(name, version)
        return place

    def put(self, draft: Path, name: str, version: str) -> None:
        """Move the draft into place as the copy of that version, unless there already is one."""
        place = self._place(name, version)
        place.parent.mkdir(parents=True, exist_ok=True)
        _settle(draft, place)
        self.drop(name, version)

    def drop(self, name: str, keep: str = "") -> None:
        """Delete all versions of a folder except `keep`, unless a process holds them."""
        for place in self._place(name, "").glob(VERSION):
            if place.name != keep:
                _remove(place)

    def sweep(self) -> None:
        """Delete copies that are neither held nor used lately, and drafts left by killed processes."""
        for place in filter(_forgotten, self._copies()):
            _remove(place)
        for draft in filter(_forgotten, self.root.glob("**/.*.draft")):
            shutil.rmtree(draft, ignore_errors=True)

    def _make_room(self, size: int) -> None:
        for place in sorted(self._copies(), key=_used):
            with suppress(OSError):
                return require_room(self.root, size)
            _remove(place)
        return require_room(self.root, size)

    def _copies(self) -> Iterator[Path]:
        return (place for place in self.root.glob(f"**/{VERSION}") if place.is_dir())

    def _place(self, name: str, version: str) -> Path:
        return self.root / name / version


def _make(place: Path, fetch: Callable[[Path], None]) -> None:
    """Create the copy as a draft next to its place, and move it there."""
    draft = place.with_name(".staging.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        fetch(draft)
        failpoints.reach("stage")
        _settle(draft, place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _settle(draft: Path, place: Path) -> None:
    """Move the copy into place; one that another process has put there is as good."""
    os.utime(draft)
    try:
        draft.rename(place)
    except OSError as error:
        if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
            raise


def _used(place: Path) -> float:
    """Return the time of last use, in seconds since the epoch."""
    try:
        return place.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _forgotten(place: Path) -> bool:
    return _used(place) < time.time() - UNUSED_SECONDS


def _hold(place: Path) -> bool:
    """Lock the copy until this process ends; return False if it does not exist."""
    with _holding:
        if place not in _held:
            handle = _locked(place, fcntl.LOCK_SH)
            if handle is None:
                return False
            _held[place] = handle
        with suppress(FileNotFoundError):
            os.utime(place)
            return True
        os.close(_held.pop(place))
        return False


def _let_go(place: Path) -> None:
    """Release all other versions of the same folder."""
    with _holding:
        for other in [each for each in _held if each.parent == place.parent and each != place]:
            os.close(_held.pop(other))


def _remove(place: Path) -> None:
    """Delete the copy, atomically for readers, unless a process holds it."""
    with suppress(BlockingIOError):
        handle = _locked(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if handle is not None:
            doomed = place.with_name(f".{place.name}.draft")
            shutil.rmtree(doomed, ignore_errors=True)
            place.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)
            os.close(handle)


def _locked(place: Path, mode: int) -> int | None:
    """Return a locked handle of the folder, None if it does not exist. Raises BlockingIOError if it must not wait."""
    try:
        handle = os.open(place, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, mode)
        # Another process may have replaced or deleted the folder before the lock was free.
        if place.exists() and os.path.samestat(os.fstat(handle), place.stat()):
            return handle
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None

"""Copies on this machine of folders that are kept elsewhere: whole, never changed, gone when nobody uses them.

What belongs here: the place of a copy, holding it while it is used, and making room. What doesn't: where the bytes come
from.

A process that was given a copy holds a lock on it until it ends or asks for another version of the same folder. What
nobody holds goes when there is another version, when nobody has asked for it for a day, or when its room is needed.
"""

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
from discogs_assets.stores.folder import require_room

UNUSED_SECONDS = 24 * 3600.0
"""How long a copy stays that nobody asks for."""

VERSION_DIGITS = 12

VERSION = "[0-9a-f]" * VERSION_DIGITS
"""What the folder of a copy is called."""

_held: dict[Path, int] = {}
"""The copies that this process holds, with the handle that locks each."""

_holding = threading.Lock()


@dataclass(frozen=True, slots=True)
class Staged:
    """A folder with the copies: `{name}/{version}/`, the versions of 12 hexadecimal digits."""

    root: Path

    def take(self, name: str, version: str, size: int, fetch: Callable[[Path], None]) -> Path:
        """The copy, made by `fetch` in an empty folder if it is not here; processes that want the same wait for one.

        OSError as of a full disk if there is no room for its `size` in bytes whatever else is dropped.
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
        """Make the folder the copy of that version; it is not where it was any more, unless there was a copy."""
        place = self._place(name, version)
        place.parent.mkdir(parents=True, exist_ok=True)
        _settle(draft, place)
        self.drop(name, version)

    def drop(self, name: str, keep: str = "") -> None:
        """Take away all versions of a folder but one, where no process holds them."""
        for place in self._place(name, "").glob(VERSION):
            if place.name != keep:
                _remove(place)

    def sweep(self) -> None:
        """Take away what nobody has asked for lately, and nobody holds; and what killed processes have left."""
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
    """Have the copy made beside its place, and put it there."""
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
    """Put the copy in its place; one that somebody else has put there is as good."""
    os.utime(draft)
    try:
        draft.rename(place)
    except OSError as error:
        if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
            raise


def _used(place: Path) -> float:
    """When the copy was asked for last, in seconds since the epoch."""
    try:
        return place.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _forgotten(place: Path) -> bool:
    return _used(place) < time.time() - UNUSED_SECONDS


def _hold(place: Path) -> bool:
    """Hold the copy until this process ends; whether it is there."""
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
    """Hold no other version of the same folder any more."""
    with _holding:
        for other in [each for each in _held if each.parent == place.parent and each != place]:
            os.close(_held.pop(other))


def _remove(place: Path) -> None:
    """Take the copy away unless a process holds it; from one moment to the next for whoever looks for it."""
    with suppress(BlockingIOError):
        handle = _locked(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if handle is not None:
            doomed = place.with_name(f".{place.name}.draft")
            shutil.rmtree(doomed, ignore_errors=True)
            place.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)
            os.close(handle)


def _locked(place: Path, mode: int) -> int | None:
    """A handle of the folder with the lock, None if it is not there; BlockingIOError if it may not be waited for."""
    try:
        handle = os.open(place, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, mode)
        if place.exists() and os.path.samestat(os.fstat(handle), place.stat()):
            return handle
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None

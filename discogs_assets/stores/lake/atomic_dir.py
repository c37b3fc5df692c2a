"""A folder replaced or removed atomically: readers list its old content or its new content, never a mix."""

import ctypes
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from discogs_assets import failpoints
from discogs_assets.errors import BusyError

AT_FDCWD = -100
RENAME_EXCHANGE = 2
"""Constants of renameat2(2) on Linux."""


SPARE_BYTES = 64 << 20
"""Bytes that stay free after a file has been written."""


def require_room(folder: Path, size: int) -> None:
    """Raise OSError (ENOSPC) if the folder's disk has no room for `size` bytes, before any of them is written."""
    free = shutil.disk_usage(folder).free
    if size + SPARE_BYTES > free:
        raise OSError(
            errno.ENOSPC, f"{size:,} bytes and {SPARE_BYTES:,} to spare are needed, {free:,} free", str(folder)
        )


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """Yield an empty folder that replaces `place` if the block succeeds, and is deleted otherwise.

    Raises BusyError if another process is replacing the same folder. A draft left by a killed process is deleted first.
    """
    with create_draft(place) as draft:
        yield draft
        failpoints.reach("place")
        _put(draft, place)
        failpoints.reach("placed")


@contextmanager
def create_draft(place: Path, timeout: float = 0) -> Iterator[Path]:
    """Yield an empty draft next to `place`, for one process at a time; it is deleted at the end unless moved away.

    Raises BusyError if another process has a draft there after `timeout` in seconds; -1 waits without end.
    """
    draft = place.with_name(f".{place.name}.draft")
    with alone(place, timeout):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def remove(place: Path) -> int:
    """Delete the folder, atomically for readers, and return the bytes that were in it.

    Raises BusyError if another process is replacing it.
    """
    doomed = place.with_name(f".{place.name}.draft")
    with alone(place):
        shutil.rmtree(doomed, ignore_errors=True)
        place.rename(doomed)
        size = sum(file.stat().st_size for file in doomed.rglob("*") if file.is_file())
        shutil.rmtree(doomed)
    return size


@contextmanager
def alone(place: Path, timeout: float = 0) -> Iterator[None]:
    """Hold the lock on `place` while the block runs. Raises BusyError if another process holds it for `timeout`."""
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = place.with_name(f".{place.name}.lock")
    try:
        with FileLock(lock, timeout=timeout):
            try:
                yield
            finally:
                # Deleted while held: FileLock refuses a file that was deleted after it had been opened.
                lock.unlink(missing_ok=True)
    except Timeout as error:
        raise BusyError(
            f"{place} is being written by another process, which holds {lock}. Wait for it to end, then run again."
        ) from error


def _put(draft: Path, place: Path) -> None:
    """Make the draft durable and move it into place. Earlier content becomes the draft, to be deleted."""
    for file in draft.iterdir():
        sync(file)
    sync(draft)
    if place.exists():
        _exchange(draft, place)
    else:
        draft.rename(place)
    sync(place.parent)


def sync(path: Path) -> None:
    """Flush the file or folder to disk, so that it survives a crash of the machine."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exchange(a: Path, b: Path) -> None:
    """Swap two folders, atomically on Linux, in three renames elsewhere."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None and rename(AT_FDCWD, os.fsencode(a), AT_FDCWD, os.fsencode(b), RENAME_EXCHANGE) == 0:
        return
    aside = b.with_name(f"{a.name}.old")
    b.rename(aside)
    a.rename(b)
    aside.rename(a)

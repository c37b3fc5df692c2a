"""A folder that is replaced or removed as a whole: readers list its old content or its new content, never a mix.

What belongs here: room for it, the draft beside the place, the lock, making it durable, the exchange. What doesn't:
what is in it.
"""

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
"""Constants of Linux' renameat2(2)."""


SPARE_BYTES = 64 << 20
"""What stays free beside a file that is about to be written."""


def require_room(folder: Path, size: int) -> None:
    """OSError as of a full disk if the folder's disk has no room for so many bytes, before any of them is written."""
    free = shutil.disk_usage(folder).free
    if size + SPARE_BYTES > free:
        raise OSError(
            errno.ENOSPC, f"{size:,} bytes and {SPARE_BYTES:,} to spare are needed, {free:,} free", str(folder)
        )


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """An empty folder that takes the place when the block ends without an error, and vanishes otherwise.

    BusyError if another process is replacing the same folder. A draft left by a killed process is swept first.
    """
    with drafted(place) as draft:
        yield draft
        failpoints.reach("place")
        _put(draft, place)
        failpoints.reach("placed")


@contextmanager
def drafted(place: Path) -> Iterator[Path]:
    """An empty folder beside the place, for one process at a time (BusyError); gone at the end, if not moved away."""
    draft = place.with_name(f".{place.name}.draft")
    with alone(place):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def remove(place: Path) -> int:
    """Take the folder away, from one moment to the next for whoever lists it; the bytes that were in it.

    BusyError if another process is replacing it. Its lock goes, too: whoever waits for that opens a new one.
    """
    doomed = place.with_name(f".{place.name}.draft")
    with alone(place):
        shutil.rmtree(doomed, ignore_errors=True)
        place.rename(doomed)
        size = sum(file.stat().st_size for file in doomed.rglob("*") if file.is_file())
        shutil.rmtree(doomed)
        _lock(place).unlink()
    return size


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """No other process is at the place while the block runs; BusyError if one is."""
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = _lock(place)
    try:
        with FileLock(lock, timeout=0):
            yield
    except Timeout as error:
        raise BusyError(
            f"{place} is being written by another process, which holds {lock}. Wait for it to end, then run again."
        ) from error


def _lock(place: Path) -> Path:
    return place.with_name(f".{place.name}.lock")


def _put(draft: Path, place: Path) -> None:
    """Make the draft durable and put it in its place; what stood there becomes the draft, to be removed."""
    for file in draft.iterdir():
        sync(file)
    sync(draft)
    if place.exists():
        _exchange(draft, place)
    else:
        draft.rename(place)
    sync(place.parent)


def sync(path: Path) -> None:
    """Have the file or folder on the disk, whatever happens to the machine."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exchange(a: Path, b: Path) -> None:
    """Swap two folders in one step where the system can (Linux), in three elsewhere."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None and rename(AT_FDCWD, os.fsencode(a), AT_FDCWD, os.fsencode(b), RENAME_EXCHANGE) == 0:
        return
    aside = b.with_name(f"{a.name}.old")
    b.rename(aside)
    a.rename(b)
    aside.rename(a)

"""Small JSON files and locks that several processes share: atomic writes, one process at a time."""

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from discogs_assets.errors import BusyError


def read(file: Path) -> dict[str, Any] | None:
    """Return the JSON object in `file`; None if there is no file, or if it holds anything else."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def write(file: Path, value: Mapping[str, Any], mode: int = 0o644) -> None:
    """Write `value` to `file` as JSON; readers see the old file or the new one, never a part."""
    replace(file, json.dumps(value, indent=2), mode)


def replace(file: Path, text: str, mode: int = 0o644) -> None:
    """Write `text` to `file` durably; readers see the old file or the new one, never a part."""
    with _temporary(file, text, mode) as temporary:
        temporary.replace(file)
    _sync(file.parent)


def create(file: Path, value: Mapping[str, Any], mode: int = 0o644) -> bool:
    """Write `value` to `file` unless the file exists; return True if this call wrote it."""
    with _temporary(file, json.dumps(value, indent=2), mode) as temporary:
        # Unlike a rename, a link fails if another process was first.
        try:
            os.link(temporary, file)
        except FileExistsError:
            return False
    _sync(file.parent)
    return True


def remove_lock(lock: Path) -> None:
    """Delete a lock that this process holds and nobody needs any more; waiters open a new one."""
    _holder(lock).unlink(missing_ok=True)
    lock.unlink(missing_ok=True)


@contextmanager
def exclusive(lock: Path, purpose: str, timeout: float = 120.0) -> Iterator[None]:
    """Hold `lock` during the block; `purpose` tells other processes the reason.

    Raises BusyError, with the holder's process id and purpose, if it is still held after `timeout` seconds.
    """
    from filelock import FileLock, Timeout

    lock.parent.mkdir(parents=True, exist_ok=True)
    holder = _holder(lock)
    try:
        with FileLock(lock, timeout=timeout):
            write(holder, {"pid": os.getpid(), "purpose": purpose, "since": datetime.now(UTC).isoformat()})
            yield
    except Timeout:
        raise BusyError(_busy_message(lock, read(holder) or {}, timeout)) from None


def _holder(lock: Path) -> Path:
    return lock.with_name(f"{lock.name}.holder")


def _busy_message(lock: Path, holder: Mapping[str, Any], timeout: float) -> str:
    who = f"process {holder.get('pid', 'unknown')}, {holder.get('purpose', 'unknown purpose')}"
    return (
        f"{lock} is held by another process ({who}, since {holder.get('since', 'unknown')}) and was not released "
        f"within {timeout:.0f} s. Wait for that process to end, or end it, and try again."
    )


@contextmanager
def _temporary(file: Path, text: str, mode: int) -> Iterator[Path]:
    """Yield a durable file with `text` in the folder of `file`; delete it after the block unless it was moved."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Flush the folder's entries to disk, so that a rename survives a crash of the machine."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

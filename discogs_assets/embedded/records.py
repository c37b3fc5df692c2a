"""Small JSON files and the locks beside them: what several processes have to agree on.

What belongs here: writing whole or not at all, and letting one process at a time through. What doesn't: what is
written.
"""

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
    """The object in `file`; None where there is no file, or something else than one JSON object."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def write(file: Path, value: Mapping[str, Any], mode: int = 0o644) -> None:
    """Put `value` at `file` as JSON: readers see the old file or the new one, never a part."""
    temporary = _written_beside(file, value, mode)
    temporary.replace(file)


def create(file: Path, value: Mapping[str, Any], mode: int = 0o644) -> bool:
    """Put `value` at `file` unless there is a file already; whether this call put it there."""
    temporary = _written_beside(file, value, mode)
    try:
        os.link(temporary, file)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    return True


@contextmanager
def exclusive(lock: Path, purpose: str, timeout: float = 120.0) -> Iterator[None]:
    """Hold `lock` while the block runs; `purpose` is what others are told that this process does.

    Raises BusyError, with the holder's process id and purpose, when it is still held after `timeout` seconds.
    """
    from filelock import FileLock, Timeout

    lock.parent.mkdir(parents=True, exist_ok=True)
    holder = lock.with_name(f"{lock.name}.holder")
    try:
        with FileLock(lock, timeout=timeout):
            write(holder, {"pid": os.getpid(), "purpose": purpose, "since": datetime.now(UTC).isoformat()})
            yield
    except Timeout:
        raise BusyError(_held(lock, read(holder) or {}, timeout)) from None


def _held(lock: Path, holder: Mapping[str, Any], timeout: float) -> str:
    who = f"process {holder.get('pid', 'unknown')}, {holder.get('purpose', 'unknown purpose')}"
    return (
        f"{lock} is held by another process ({who}, since {holder.get('since', 'unknown')}) and was not let go "
        f"within {timeout:.0f} s. Wait for that process to end, or end it, and try again."
    )


def _written_beside(file: Path, value: Mapping[str, Any], mode: int) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(value, stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    return temporary

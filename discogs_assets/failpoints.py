"""Failpoints: named places where a test can kill the process, make it wait, or simulate a full disk.

Set DISCOGS_FAILPOINT to `import:kill`, `import:full` or `import:wait:/path/of/a/file`; unset, nothing happens.
"""

import errno
import os
import signal
import threading
import time
from pathlib import Path

VARIABLE = "DISCOGS_FAILPOINT"

PLACES = {
    "copy": "A dump file is being copied; its first bytes are written.",
    "parse": "Records are being written; the first row group may be.",
    "close": "All rows of a Parquet file are written, its footer is not.",
    "place": "A folder is written and durable, and about to take its place.",
    "placed": "A folder has taken its place; what it replaces is not removed yet.",
    "upload": "A file of a partition is in S3; no manifest names it.",
    "stage": "The files of a partition are copied from S3; the copy is not in its place.",
    "rows": "Rows are being copied into a table.",
    "table": "All rows of a table are copied; its indexes are not built.",
    "import": "The import into a graph store has begun, in a process of its own.",
    "index": "The imported store is being indexed, by a server of its own.",
    "batch": "A batch was sent to a Neo4j that we do not run; its transaction is not committed.",
    "views": "The views have been moved in a transaction that is not committed.",
    "intent": "A publication is recorded as intended; neither store has switched.",
    "switch": "The graph store has switched, the views have not.",
    "serve": "The served store is stopped, the new one is not started.",
}
"""Descriptions of the failpoints, by name."""

WAIT_SECONDS = 120.0
"""Longest wait for a `go`, in seconds; then the process goes on."""


def reach(place: str) -> None:
    """Trigger the failure configured for this failpoint, if any."""
    asked = os.environ.get(VARIABLE)
    if asked and asked.startswith(f"{place}:"):
        _act(asked.split(":", 2)[1:])


def _act(asked: list[str]) -> None:
    match asked:
        case ["kill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["full"]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        case ["wait", file]:
            _wait(Path(file))
        case _:
            raise ValueError(f"{VARIABLE} asks for {':'.join(asked)!r}, expected kill, full or wait:/path/of/a/file")


def _wait(file: Path) -> None:
    """Create the file with the process id in it, and wait until a test writes `go` there.

    If the file exists, the failpoint was reached before, and is passed.
    """
    if not _first(file):
        return
    deadline = time.monotonic() + WAIT_SECONDS
    while file.read_text() != "go" and time.monotonic() < deadline:
        time.sleep(0.02)


def _first(file: Path) -> bool:
    """Create the file with the process id in it; return False if it exists."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    draft.write_text(str(os.getpid()))
    # A link puts the file in place with its content, and fails in all threads and processes but one.
    try:
        file.hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True

"""Resumable downloads: a file is kept as it arrives, resumed after an interruption, and moved into place when whole."""

import hashlib
import json
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isal import igzip
from isal.isal_zlib import error as isal_error

from discogs_assets import failpoints, faults
from discogs_assets.errors import ServerError
from discogs_assets.stores.dumps.sources.dump_file import Answer, Published, Source
from discogs_assets.stores.dumps.sources.retry import retry_request
from discogs_assets.stores.lake.atomic_dir import require_room

Progress = Callable[[int, int], None]
"""Callback with the bytes done and the total bytes, 0 if the total is unknown."""

READ_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes received so far, and in a file next to them their version."""

    file: Path

    @classmethod
    def of(cls, target: Path) -> "Part":
        """Return the part next to the target's folder, since that is a draft and deleted after a kill."""
        return cls(target.parent.with_name(f"{target.name}.part"))

    @property
    def _note(self) -> Path:
        return self.file.with_name(f"{self.file.name}.json")

    def find_offset(self) -> tuple[int, str]:
        """Return the offset to resume from, and the version; 0 if nothing can be resumed.

        The last byte is requested again, so that a complete file is never requested beyond its end.
        """
        try:
            version = str(json.loads(self._note.read_text())["version"])
            size = self.file.stat().st_size
        except (OSError, ValueError, KeyError, TypeError):
            return 0, ""
        return (size - 1, version) if version and size > 1 else (0, "")

    def begin(self, answer: Answer) -> Any:
        """Drop the bytes that the answer brings again, and return the digest of the others."""
        if answer.start == 0:
            self.drop()
            self._note.write_text(json.dumps({"version": answer.version}))
            self.file.touch()
        os.truncate(self.file, answer.start)
        with self.file.open("rb") as reader:
            return hashlib.file_digest(reader, "sha256")

    def append(self, chunks: Iterable[bytes], digest: Any, done: int, report: Callable[[int], None]) -> int:
        """Append the chunks durably and return the new size."""
        with self.file.open("ab") as writer:
            for chunk in chunks:
                digest.update(chunk)
                writer.write(chunk)
                failpoints.reach("copy")
                done += len(chunk)
                report(done)
            writer.flush()
            os.fsync(writer.fileno())
        return done

    @contextmanager
    def freeing_full_disk(self) -> Iterator[None]:
        """Delete the part if the block ends with a full disk."""
        try:
            yield
        except Exception as error:
            if faults.disk_full(error):
                self.drop()
            raise

    def drop(self) -> None:
        """Delete the bytes received and their version."""
        self.file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def place(self, target: Path) -> None:
        """Move the file into place; delete other remains of it, and of other days of its month."""
        self.file.replace(target)
        begun = re.sub(r"^(discogs_[0-9]{6})[0-9]{2}", r"\1??", self.file.name)
        for left in self.file.parent.glob(f"{begun}*"):
            left.unlink(missing_ok=True)


def fetch(source: Source, file: Published, target: Path, progress: Progress, expected: str = "") -> str:
    """Write the file to the target durably and return its sha256.

    A file that came in pieces and has another sha256 than the expected one is downloaded once more, in one piece: the
    server may have continued another file than the one begun. Raises ServerError after the last retry; the bytes
    received are kept for the next time.
    """
    part = Part.of(target)
    digest, whole = retry_request(lambda: _attempt(source, file, part, progress), source.clock)
    if expected and digest != expected and not whole:
        part.drop()
        digest, _ = retry_request(lambda: _attempt(source, file, part, progress), source.clock)
    part.place(target)
    return digest


def _attempt(source: Source, file: Published, part: Part, progress: Progress) -> tuple[str, bool]:
    """Return the sha256 of the file, and True if it came in one piece."""
    with part.freeing_full_disk(), source.open_file(file, *part.find_offset()) as answer:
        if answer.stale:
            part.drop()
            raise ServerError(f"{file.name} was changed during its download. It is downloaded again.")
        digest = part.begin(answer)
        done, size = answer.start, answer.size if answer.size is not None else file.size or 0
        require_room(part.file.parent, max(size - done, 0))
        done = part.append(answer.chunks, digest, done, lambda now: progress(now, size))
    _require_whole(file, part, done, answer.size)
    return str(digest.hexdigest()), answer.start == 0


def _require_whole(file: Published, part: Part, done: int, size: int | None) -> None:
    """Raise ServerError unless the file has the length that the server gave or, without one, is a whole gzip.

    Other files without a length depend on their sha256.
    """
    if size is not None and done > size:
        part.drop()
        raise ServerError(f"{file.name} came with {done:,} bytes, expected {size:,}. It is downloaded again.")
    if size is not None and done < size:
        raise ServerError(f"{file.name} was cut after {done:,} of {size:,} bytes. Run again to continue it.")
    if size is None and file.name.endswith(".gz") and (why := broken_gzip(part.file)):
        part.drop()
        raise ServerError(f"{file.name} ended after {done:,} bytes, and that is no whole gzip: {why}. Run again.")


def broken_gzip(path: Path) -> str:
    """Return the reason why the file is not a whole gzip, from its own lengths and checksums; empty if it is one."""
    try:
        with igzip.open(path, "rb") as reader:
            while reader.read(READ_BYTES):
                pass
    except (OSError, EOFError, zlib.error, isal_error) as error:
        return str(error)
    return ""

"""A file that comes over a network, whole or not at all: kept as it comes, continued where it was cut, put in place.

What belongs here: the `.part`, its digest, its length. What doesn't: how a server is asked.
"""

import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isal import igzip
from isal.isal_zlib import error as isal_error

from discogs_assets import failpoints
from discogs_assets.errors import ServerError
from discogs_assets.faults import FULL
from discogs_assets.stores.folder import require_room
from discogs_assets.stores.sources.patience import Clock, retried
from discogs_assets.stores.sources.published import NAME, Progress, Published

CHUNK_BYTES = 128 << 10
"""Bytes read at once: what a cut connection loses at most."""

HASH_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sends of a file: from which byte on, of how many, of which version, and the bytes.

    `version` is the validator that tells whether the file is still the same, empty where the server gives none; `size`
    is None where it does not say. `stale` means that what was asked for is not there any more.
    """

    start: int
    size: int | None
    version: str
    chunks: Iterator[bytes]
    stale: bool = False


Ask = Callable[[int, str], AbstractContextManager[Answer]]
"""Asks for the file from a byte on, provided that its version is still this one; for all of it from byte 0."""


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes that have come so far, and beside them the version that they are of."""

    file: Path

    @classmethod
    def of(cls, target: Path) -> "Part":
        """Beside the target's folder, which is a draft that a killed process leaves to be swept."""
        return cls(target.parent.with_name(f"{target.name}.part"))

    @property
    def _note(self) -> Path:
        return self.file.with_name(f"{self.file.name}.json")

    def held(self) -> tuple[int, str]:
        """How many bytes to continue from, and their version; 0 where nothing can be continued.

        The last byte is asked for again, so that a file which is there in full is never asked for beyond its end.
        """
        try:
            version = str(json.loads(self._note.read_text())["version"])
            size = self.file.stat().st_size
        except (OSError, ValueError, KeyError, TypeError):
            return 0, ""
        return (size - 1, version) if version and size > 1 else (0, "")

    def begin(self, answer: Answer) -> Any:
        """The digest of what is kept, after dropping what the answer brings again."""
        if answer.start == 0:
            self.drop()
            draft = self._note.with_suffix(".draft")
            draft.write_text(json.dumps({"version": answer.version}))
            draft.replace(self._note)
            self.file.touch()
        os.truncate(self.file, answer.start)
        digest = hashlib.sha256()
        with self.file.open("rb") as reader:
            while chunk := reader.read(HASH_BYTES):
                digest.update(chunk)
        return digest

    def append(self, chunks: Iterator[bytes], digest: Any, done: int, report: Callable[[int], None]) -> int:
        """Add the chunks, durably; how many bytes there are then. On a full disk, all of them make room again."""
        try:
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
        except OSError as error:
            if error.errno in FULL:
                self.drop()
            raise

    def drop(self) -> None:
        """Forget all that has come."""
        self.file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def place(self, target: Path) -> None:
        """Put the file where it belongs, and drop what was begun of it, or of other days of its month."""
        self.file.replace(target)
        begun, dated = self.file.name, NAME.match(self.file.name)
        if dated:
            begun = begun.replace(dated["date"], f"{dated['date'][:6]}??")
        for left in self.file.parent.glob(f"{begun}*"):
            left.unlink(missing_ok=True)


def fetch(file: Published, target: Path, ask: Ask, progress: Progress, clock: Clock, expected: str = "") -> str:
    """Write the file's bytes to the target, durably, and return their sha256.

    Where they came in pieces and have another sha256 than the expected one, they are fetched once more, in one piece:
    a server may have continued another file than the one begun. ServerError once the attempts are used up; what has
    come is kept for the next time.
    """
    part = Part.of(target)
    digest, whole = retried(lambda: _attempt(file, part, ask, progress), clock)
    if expected and digest != expected and not whole:
        part.drop()
        digest, _ = retried(lambda: _attempt(file, part, ask, progress), clock)
    part.place(target)
    return digest


def _attempt(file: Published, part: Part, ask: Ask, progress: Progress) -> tuple[str, bool]:
    """The sha256 of the file, and whether it has come in one piece."""
    with ask(*part.held()) as answer:
        if answer.stale:
            part.drop()
            raise ServerError(f"{file.name} was changed while it was being fetched. It is fetched anew.")
        digest = part.begin(answer)
        done, size = answer.start, answer.size if answer.size is not None else file.size or 0
        require_room(part.file.parent, max(size - done, 0))
        done = part.append(answer.chunks, digest, done, lambda now: progress(now, size))
    _require_whole(file, part, done, answer.size)
    return str(digest.hexdigest()), answer.start == 0


def _require_whole(file: Published, part: Part, done: int, size: int | None) -> None:
    """The length that the server gave; without one, the end of a gzip's own. Others' sha256 has to tell."""
    if size is not None and done > size:
        part.drop()
        raise ServerError(f"{file.name} came with {done:,} bytes, expected {size:,}. It is fetched anew.")
    if size is not None and done < size:
        raise ServerError(f"{file.name} was cut after {done:,} of {size:,} bytes. Run again to continue it.")
    if size is None and file.name.endswith(".gz") and (why := broken_gzip(part.file)):
        part.drop()
        raise ServerError(f"{file.name} ended after {done:,} bytes, and that is no whole gzip: {why}. Run again.")


def broken_gzip(path: Path) -> str:
    """Why the file is not a whole gzip, as told by its own lengths and checksums; empty if it is one."""
    try:
        with igzip.open(path, "rb") as reader:
            while reader.read(HASH_BYTES):
                pass
    except (OSError, EOFError, zlib.error, isal_error) as error:
        return str(error)
    return ""

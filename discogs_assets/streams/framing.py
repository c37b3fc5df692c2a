"""A packed dump → blocks of whole records, as the bytes the file has, in UTF-8.

What belongs here: gzip, the document's two ends, where a record begins and ends. What doesn't: what a record means.

A record ends where its tag closes at its own depth: a label holds elements called `label`, and text may quote tags
inside CDATA. Where neither can be (no nesting in the block, no CDATA, no comment), its own tags are exact and fast.
Whatever else stands between records is framed as if it were one, so that it is accounted for like them.
"""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

from isal import igzip
from isal.isal_zlib import error as isal_error

from discogs_assets.errors import DumpDamagedError
from discogs_assets.schema.model import Entity
from discogs_assets.streams import head
from discogs_assets.streams.ahead import prefetched
from discogs_assets.streams.head import INSIDE, MISC, Head

CHUNK_BYTES = 16 << 20
"""Unpacked bytes read at once: large enough to hide the cost of a call, small enough for a few to be under way."""

HEAD_BYTES = 1 << 16
"""Bytes that are enough to tell whether the root element is the right one."""

RECORD_LIMIT = 256 << 20
"""Unpacked bytes that a single record may have before the file is taken for damaged."""

STRAY_LIMIT = 1 << 20
"""Bytes within which an element between records has to close; else its start tag alone is a piece."""

STRAY = re.compile(
    rb"<!\[CDATA\[.*?\]\]>|</[^<>]*>|<([^\s<>/!?]+)" + INSIDE + rb">"
    rb"|(?:[^<]|<(?!!--|\?|!\[CDATA\[))[^<]*(<|\Z)",
    re.DOTALL,
)
"""What stands where a record is expected: CDATA, an end tag, a start tag, or anything up to the next tag."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records, one after the other: their bytes, their number, and where they begin in the unpacked file.

    What stands between records and is more than white space, comments and processing instructions counts as a record;
    the dumps have nothing there. `lined` says that each record begins on the line after the one before and that only
    its own tags are called so. `namespaces` are the root's declarations of prefixes; `root` names the root's attributes
    in the document's first block.
    """

    tag: str
    data: bytes
    records: int
    offset: int
    lined: bool = False
    namespaces: bytes = b""
    root: tuple[str, ...] = ()

    def spans(self) -> list[tuple[int, int]]:
        """Start and end of each record within `data`."""
        return list(_lined(self.data, self.tag) if self.lined else _spans(self.data, self.tag))


def _named(tag: bytes) -> bytes:
    """A tag from its name on, up to its end; of one that is not well-formed the name alone."""
    return re.escape(tag) + rb"(?=[\s/>])(?:" + INSIDE + rb"(>)|)"


@cache
def _tokens(tag: bytes) -> re.Pattern[bytes]:
    """The tags of this name, even start tags that are not well-formed; CDATA and the like are passed over."""
    aside = rb"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)|<\?(?:.*?\?>|.*)"
    return re.compile(aside + rb"|<(/?)" + _named(tag), re.DOTALL)


@cache
def _opening(tag: bytes, root: bytes) -> re.Pattern[bytes]:
    """Misc, and then the start tag of a record or the end tag of the root, if there is one."""
    return re.compile(MISC + rb"(?:(<" + _named(tag) + rb")|(</" + (root or rb"(?!)") + rb"\s*>))?", re.DOTALL)


def _spans(data: bytes, tag: str, root: str = "", whole: bool = True) -> Iterator[tuple[int, int]]:
    """Start and end of every complete record, found by depth, and of every stray piece between them.

    They end where the root does. `whole` says that nothing follows the data, so that its last piece is as complete as
    it can be.
    """
    name = tag.encode()
    opening, position = _opening(name, root.encode()), 0
    while position < len(data):
        found = opening.match(data, position)
        assert found
        start, tail = found.start(1), found.end()
        if start >= 0:
            end = tail if data.endswith(b"/>", start, tail) else _closed(data, name, tail)
        elif found[3] is not None or tail == len(data):
            return
        else:
            start, end = tail, _stray(data, tail, whole)
        if end is None:
            return
        yield start, end
        position = end


def _closed(data: bytes, tag: bytes, position: int) -> int | None:
    """Where the element ends whose start tag ends at the position; None if it does not."""
    depth = 1
    for token in _tokens(tag).finditer(data, position):
        closing, complete = token.groups()
        if closing is None or (closing and not complete):
            continue
        if closing or not data.endswith(b"/>", token.start(), token.end()):
            depth += -1 if closing else 1
        if depth == 0:
            return token.end()
    return None


def _stray(data: bytes, start: int, whole: bool) -> int | None:
    """Where a piece that is no record ends; None if that is not known yet."""
    found = STRAY.match(data, start)
    if not found:
        return None
    end = found.end() - len(found[2] or b"")
    if found[2] is not None and not found[2] and not whole:
        return None
    if found[1] and not data.endswith(b"/>", start, end):
        closed = _closed(data, found[1], end)
        if closed is None and not whole and len(data) - start <= STRAY_LIMIT:
            return None
        return closed if closed is not None and closed - start <= STRAY_LIMIT else end
    return end


def _lined(data: bytes, tag: str) -> Iterator[tuple[int, int]]:
    """Start and end of every record of a block that is lined, found by end tags alone."""
    closing = b"</%b>" % tag.encode()
    start = data.find(b"<")
    while (found := data.find(closing, start)) >= 0:
        end = found + len(closing)
        yield start, end
        start = end + 1


def _plain(data: bytes) -> bool:
    """Whether there is no CDATA, comment or processing instruction, by their second characters, which are rare."""
    for mark in (b"!", b"?"):
        place = data.find(mark)
        while place >= 0:
            if data.endswith(b"<", 0, place):
                return False
            place = data.find(mark, place + 1)
    return True


@cache
def _own(tag: bytes) -> re.Pattern[bytes]:
    """The tags of this name without the bracket, which is so frequent that looking for it is slow."""
    return re.compile(re.escape(tag) + rb"[\s/>]")


@cache
def _start(tag: bytes) -> re.Pattern[bytes]:
    """A whole start tag without the bracket."""
    return re.compile(_named(tag))


def _countable(data: bytes, tag: bytes) -> int | None:
    """The number of records, if each follows the last on a line of its own and counting tags is exact; else None."""
    if not _plain(data):
        return None
    records, inside, end = 0, False, -1
    for found in _own(tag).finditer(data):
        start, tail = found.span()
        before = data[max(start - 2, 0) : start]
        if before == b"</":
            if not inside or not data.endswith(b">", start, tail):
                return None
            records, inside, end = records + 1, False, tail
        elif before.endswith(b"<"):
            whole = _start(tag).match(data, start)
            if inside or not (whole and whole[1]) or whole[0].endswith(b"/>") or not _follows(data, end, start - 1):
                return None
            inside = True
    return None if inside else records


def _follows(data: bytes, end: int, start: int) -> bool:
    """Whether a record that starts here is the first, or stands on the line after the one that ends there."""
    return start == end + 1 and data[end] == ord("\n") if end >= 0 else not data[:start].strip(b" \t\r\n")


class Framing:
    """Cuts one entity's document, given as unpacked bytes in pieces of any size, into blocks."""

    def __init__(self, entity: Entity, source: str) -> None:
        self.entity = entity
        self.source = source
        self.nests = any(path.split("/")[-1] == entity.record for path in _paths(entity))

    def blocks(self, chunks: Iterable[bytes]) -> Iterator[Block]:
        """Whole records in the order of the file; DumpDamagedError if the document is not whole."""
        rest = iter(chunks)
        first = b""
        while len(first) < HEAD_BYTES and (chunk := next(rest, b"")):
            first += chunk
        found = self._head(first)
        buffer, offset = found.utf8(first[found.size :]), found.size
        for chunk in () if found.whole else rest:
            block = self._cut(buffer, offset, found)
            if block is not None:
                yield block
                buffer, offset = buffer[len(block.data) :], offset + len(block.data)
            elif len(buffer) > RECORD_LIMIT:
                raise self._damaged(offset, f"a record does not end within {RECORD_LIMIT:,} bytes")
            buffer += found.utf8(chunk)
        while not found.whole and (block := self._cut(buffer, offset, found, True)):
            yield block
            buffer, offset = buffer[len(block.data) :], offset + len(block.data)
        self._tail(buffer + next(rest, b""), offset, found.whole)

    def _head(self, first: bytes) -> Head:
        try:
            return head.read(first[:HEAD_BYTES], self.entity.name)
        except head.HeadError as error:
            raise self._damaged(0, str(error)) from error

    def _cut(self, buffer: bytes, offset: int, found: Head, whole: bool = False) -> Block | None:
        """The whole records at the start of the buffer."""
        tag = self.entity.record
        root = found.root if offset == found.size else ()
        end = 0 if self.nests else buffer.rfind(f"</{tag}>".encode())
        if end > 0:
            data = buffer[: end + len(tag) + 3]
            records = _countable(data, tag.encode())
            if records:
                return Block(tag, data, records, offset, True, found.namespaces, root)
        spans = list(_spans(buffer, tag, self.entity.name, whole))
        if not spans:
            return None
        return Block(tag, buffer[: spans[-1][1]], len(spans), offset, False, found.namespaces, root)

    def _tail(self, rest: bytes, offset: int, closed: bool) -> None:
        """Hold the end of the document to account: the root element closes, and nothing follows."""
        closing = f"</{self.entity.name}>"
        end = b"" if closed else rb"</" + self.entity.name.encode() + rb"\s*>" + MISC
        if re.fullmatch(MISC + end, rest, re.DOTALL):
            return
        if rest.lstrip().startswith(closing.encode()) and f"<{self.entity.record}".encode() in rest:
            raise self._damaged(offset, f"{closing} stands before the last record")
        found = f"{rest[:60]!r} instead" if rest.strip() else "the end of the file instead"
        raise self._damaged(offset, f"expected {closing} after the last whole record, found {found}")

    def _damaged(self, offset: int, what: str) -> DumpDamagedError:
        return DumpDamagedError(
            f"{self.source}: not a whole {self.entity.name} document: at unpacked byte {offset:,} {what}. "
            "Fetch the file again and compare its sha256 with the month's CHECKSUM file."
        )


def _paths(entity: Entity) -> Iterator[str]:
    return (getattr(part, "path", "") for part in entity.parts)


def _read(file: BinaryIO, stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """The unpacked chunks, each with the packed bytes that have been read by then."""
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk, file.tell()


def unpacked(path: Path, packed: Callable[[int], None] = lambda done: None) -> Iterator[bytes]:
    """The bytes of a gzip file of one or several members, the next chunk unpacked while the last is in use.

    `packed` is told how many packed bytes have been read. DumpDamagedError if the file is cut short or not gzip.
    """
    with path.open("rb") as file, igzip.open(file, "rb") as stream, closing(prefetched(_read(file, stream))) as ahead:
        try:
            for chunk, done in ahead:
                packed(done)
                yield chunk
        except (EOFError, OSError, zlib.error, isal_error) as error:
            raise DumpDamagedError(
                f"{path}: not a whole gzip file ({error}). Fetch it again and compare its sha256 with the month's "
                "CHECKSUM file."
            ) from error

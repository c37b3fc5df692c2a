"""A packed dump → blocks of whole records, as the bytes the file has.

What belongs here: gzip, the document's two ends, where a record begins and ends. What doesn't: what a record means.

A record ends where its tag closes at its own depth: a label holds elements called `label`, and text may quote tags
inside CDATA. Where neither can be (no nesting in the block, no CDATA, no comment), counting tags is exact and fast.
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
from discogs_assets.streams.ahead import prefetched

CHUNK_BYTES = 16 << 20
"""Unpacked bytes read at once: large enough to hide the cost of a call, small enough for a few to be under way."""

HEAD_BYTES = 4096
"""Bytes that are enough to tell whether the root element is the right one."""

RECORD_LIMIT = 256 << 20
"""Unpacked bytes that a single record may have before the file is taken for damaged."""

ASIDE = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
"""Comments and processing instructions, which say nothing."""

OPENS = re.compile(rb"!(?:\[CDATA\[|--)")
"""What sections of CDATA and comments have behind the bracket, which is so frequent that looking for it is slow."""

PROLOGUE = rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*"


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records, one after the other: their bytes, their number, and where they begin in the unpacked file.

    `between` is what stands between records beside white space and comments; the dumps have nothing there. `lined` says
    that each record begins on the line after the one before and that only its own end tag is called so.
    """

    tag: str
    data: bytes
    records: int
    offset: int
    between: tuple[bytes, ...] = ()
    lined: bool = False

    def spans(self) -> list[tuple[int, int]]:
        """Start and end of each record within `data`."""
        return list(_lined(self.data, self.tag) if self.lined else _spans(self.data, self.tag))


@cache
def _tokens(tag: str) -> re.Pattern[bytes]:
    attributes = rb"""(?:\s+[^\s=>/]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*"""
    return re.compile(
        rb"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)|<(/?)" + tag.encode() + attributes + rb"(/?)>", re.DOTALL
    )


def _spans(data: bytes, tag: str) -> Iterator[tuple[int, int]]:
    """Start and end of every complete record, found by depth; text in CDATA and comments is passed over."""
    depth, start = 0, 0
    for token in _tokens(tag).finditer(data):
        closing, empty = token.groups()
        if closing is None:
            continue
        if depth == 0:
            start = token.start()
        depth += -1 if closing else 0 if empty else 1
        if depth <= 0:
            depth = 0
            yield start, token.end()


def _lined(data: bytes, tag: str) -> Iterator[tuple[int, int]]:
    """Start and end of every record of a block that is lined, found by end tags alone."""
    closing = b"</%b>" % tag.encode()
    first = re.search(rb"<%b[ >]" % tag.encode(), data)
    start = first.start() if first else len(data)
    while (found := data.find(closing, start)) >= 0:
        end = found + len(closing)
        yield start, end
        start = end + 1


def _countable(data: bytes, tag: str) -> int | None:
    """The number of records, if each follows the last on a line of its own and counting tags is exact; else None.

    An end tag inside a record is not followed by the next record's line.
    """
    if any(data[found.start() - 1 : found.start()] == b"<" for found in OPENS.finditer(data)):
        return None
    closing, following = b"</%b>" % tag.encode(), b"\n<%b" % tag.encode()
    records, end = 0, 0
    while (found := data.find(closing, end)) >= 0:
        records, end = records + 1, found + len(closing)
        if end < len(data) and not data.startswith(following, end):
            return None
    return records


def _between(data: bytes, spans: list[tuple[int, int]]) -> tuple[bytes, ...]:
    """What stands before and between the records beside white space, comments and processing instructions."""
    starts, ends = [start for start, _ in spans], [0, *(end for _, end in spans)]
    gaps = (data[end:start] for end, start in zip(ends, starts, strict=False) if start - end > 1)
    return tuple(rest for gap in gaps if (rest := ASIDE.sub(b"", gap).strip()))


class Framing:
    """Cuts one entity's document, given as unpacked bytes in pieces of any size, into blocks."""

    def __init__(self, entity: Entity, source: str) -> None:
        self.entity = entity
        self.source = source
        self.nests = any(path.split("/")[-1] == entity.record for path in _paths(entity))

    def blocks(self, chunks: Iterable[bytes]) -> Iterator[Block]:
        """Whole records in the order of the file; DumpDamagedError if the document is not whole."""
        buffer, offset = b"", 0
        for chunk in chunks:
            buffer += chunk
            if not offset and len(buffer) >= HEAD_BYTES:
                offset = self._head(buffer)
                buffer = buffer[offset:]
            block = self._cut(buffer, offset) if offset else None
            if block is not None:
                yield block
                buffer, offset = buffer[len(block.data) :], offset + len(block.data)
            elif len(buffer) > RECORD_LIMIT:
                raise self._damaged(offset, f"a record does not end within {RECORD_LIMIT:,} bytes")
        start = 0 if offset else self._head(buffer)
        buffer, offset = buffer[start:], offset + start
        block = self._cut(buffer, offset)
        if block is not None:
            yield block
            buffer, offset = buffer[len(block.data) :], offset + len(block.data)
        self._tail(buffer, offset)

    def _head(self, first: bytes) -> int:
        """Where what follows the root element's opening tag begins."""
        root = self.entity.name.encode()
        found = re.match(PROLOGUE + b"<" + root + rb"(?:\s[^>]*)?>", first, re.DOTALL)
        if not found:
            raise self._damaged(0, f"it begins with {first[:60]!r}, not with the root element <{self.entity.name}>")
        return found.end()

    def _cut(self, buffer: bytes, offset: int) -> Block | None:
        """The whole records at the start of the buffer."""
        tag = self.entity.record
        end = 0 if self.nests else buffer.rfind(f"</{tag}>".encode())
        if end > 0:
            data = buffer[: end + len(tag) + 3]
            records = _countable(data, tag)
            if records:
                return Block(tag, data, records, offset, lined=True)
        spans = list(_spans(buffer, tag))
        if not spans:
            return None
        between = _between(buffer, spans)
        closing = f"</{self.entity.name}>".encode()
        if any(closing in gap for gap in between):
            raise self._damaged(offset, f"{closing.decode()} stands before the last record")
        return Block(tag, buffer[: spans[-1][1]], len(spans), offset, between)

    def _tail(self, rest: bytes, offset: int) -> None:
        """Hold the end of the document to account: the root element closes, and nothing follows."""
        closing = f"</{self.entity.name}>".encode()
        if re.fullmatch(rb"\s*(?:<!--.*?-->\s*)*" + closing + rb"\s*(?:<!--.*?-->\s*)*", rest, re.DOTALL):
            return
        found = f"{rest[:60]!r} instead" if rest.strip() else "the end of the file instead"
        raise self._damaged(offset, f"expected {closing.decode()} after the last whole record, found {found}")

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

"""Blocks of whole records from a gzipped dump: the file's own bytes, transcoded to UTF-8 if needed."""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from isal import igzip
from isal.isal_zlib import error as isal_error

from discogs_assets.errors import DumpDamagedError
from discogs_assets.schema.model import Entity
from discogs_assets.streams.discogs import head
from discogs_assets.streams.discogs.head import INSIDE, MISC, Head
from discogs_assets.streams.prefetch import prefetch_items

CHUNK_BYTES = 16 << 20
"""Unpacked bytes read at once: large enough to hide the cost of a call, small enough to hold a few at a time."""

HEAD_BYTES = 1 << 16
"""Bytes that suffice to identify the root element."""

RECORD_LIMIT = 256 << 20
"""Unpacked bytes of a record above which the file counts as damaged."""

STRAY_LIMIT = 1 << 20
"""Bytes within which an element between records must close; otherwise its start tag alone is a piece."""

STRAY = re.compile(
    rb"<!\[CDATA\[.*?\]\]>|</[^<>]*>|<([^\s<>/!?]+)" + INSIDE + rb">"
    rb"|(?:[^<]|<(?!!--|\?|!\[CDATA\[))[^<]*(<|\Z)",
    re.DOTALL,
)
"""Anything but a record in its place: CDATA, an end tag, a start tag, or anything up to the next tag."""


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive whole records: their bytes, their number, and their offset in the unpacked file.

    Anything between records except white space, comments and processing instructions counts as a record; the dumps have
    nothing there. `lined` means that each record begins on the line after the one before, and that no element inside a
    record has its name. `namespaces` are the root's declarations of prefixes. `root` names the root's attributes, in
    the document's first block. Without a tag, each line that is not blank is a record.
    """

    tag: str
    data: bytes
    records: int
    offset: int
    lined: bool = False
    namespaces: bytes = b""
    root: tuple[str, ...] = ()

    def spans(self) -> list[tuple[int, int]]:
        """Return start and end of each record within `data`."""
        if not self.tag:
            return list(_line_spans(self.data))
        return list(_spans_by_end_tag(self.data, self.tag) if self.lined else _spans(self.data, self.tag))


def _tag_pattern(tag: bytes) -> bytes:
    """Return the pattern of a tag from its name to its end; of a malformed tag, the name alone."""
    return re.escape(tag) + rb"(?=[\s/>])(?:" + INSIDE + rb"(>)|)"


@cache
def _tokens(tag: bytes) -> re.Pattern[bytes]:
    """Return the pattern of all tags of this name, malformed start tags included; skips CDATA and the like."""
    aside = rb"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)|<\?(?:.*?\?>|.*)"
    return re.compile(aside + rb"|<(/?)" + _tag_pattern(tag), re.DOTALL)


@cache
def _opening(tag: bytes, root: bytes) -> re.Pattern[bytes]:
    """Return the pattern of Misc, followed by the start tag of a record or the end tag of the root, if any."""
    return re.compile(MISC + rb"(?:(<" + _tag_pattern(tag) + rb")|(</" + (root or rb"(?!)") + rb"\s*>))?", re.DOTALL)


def _spans(data: bytes, tag: str, root: str = "", whole: bool = True) -> Iterator[tuple[int, int]]:
    """Yield start and end of every complete record, found by depth, and of every stray piece between records.

    Stops at the end of the root. `whole` means that nothing follows the data, so the last piece cannot grow any more.
    """
    name = tag.encode()
    opening, position = _opening(name, root.encode()), 0
    while position < len(data):
        found = opening.match(data, position)
        assert found
        start, tail = found.start(1), found.end()
        if start >= 0:
            end = tail if data.endswith(b"/>", start, tail) else _find_end(data, name, tail)
        elif found[3] is not None or tail == len(data):
            return
        else:
            start, end = tail, _find_stray_end(data, tail, whole)
        if end is None:
            return
        yield start, end
        position = end


def _find_end(data: bytes, tag: bytes, position: int) -> int | None:
    """Return the end of the element with a start tag that ends at the position, None if it does not close."""
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


def _find_stray_end(data: bytes, start: int, whole: bool) -> int | None:
    """Return the end of a piece that is not a record, None if it depends on data to come."""
    found = STRAY.match(data, start)
    if not found:
        return None
    end = found.end() - len(found[2] or b"")
    if found[2] is not None and not found[2] and not whole:
        return None
    if found[1] and not data.endswith(b"/>", start, end):
        closed = _find_end(data, found[1], end)
        if closed is None and not whole and len(data) - start <= STRAY_LIMIT:
            return None
        return closed if closed is not None and closed - start <= STRAY_LIMIT else end
    return end


def _spans_by_end_tag(data: bytes, tag: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every record of a lined block, found by end tags alone."""
    closing = b"</%b>" % tag.encode()
    start = data.find(b"<")
    while (found := data.find(closing, start)) >= 0:
        end = found + len(closing)
        yield start, end
        start = end + 1


def _line_spans(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of every line that is not blank."""
    start = 0
    for line in data.split(b"\n"):
        if line.strip():
            yield start, start + len(line)
        start += len(line) + 1


def _is_plain(data: bytes) -> bool:
    """Return True if there is no CDATA, comment or processing instruction.

    Searches for the second characters of their delimiters, because these are rare.
    """
    for mark in (b"!", b"?"):
        place = data.find(mark)
        while place >= 0:
            if data.endswith(b"<", 0, place):
                return False
            place = data.find(mark, place + 1)
    return True


def one_value(data: bytes) -> pa.Array:
    """Return an array of one value without copying it; as bytes, so that each is a character to an expression."""
    ends = pa.array([0, len(data)], pa.int64())
    return pa.Array.from_buffers(pa.large_binary(), 1, [None, ends.buffers()[1], pa.py_buffer(data)])


@cache
def _first_tag(tag: bytes) -> re.Pattern[bytes]:
    """Return the pattern of white space and a start tag, capturing the character after the name."""
    return re.compile(rb"[ \t\r\n]*<" + re.escape(tag) + rb"(?=([\s/>]))" + INSIDE + b">")


@cache
def _tag_count_pattern(tag: str) -> str:
    """Return the pattern of an end tag with a start tag on the next line, or else of a single tag of this name."""
    name = re.escape(tag)
    start = rf"""<{name}(?:/*[\s\v](?:/*(?:[^<>"'/]|"[^"<]*"|'[^'<]*'))*)?>"""
    return rf"</{name}>\n{start}|</?{name}[\s\v/>]"


def _count_records(data: bytes, tag: str) -> int | None:
    """Return the number of records if counting tags is exact, None otherwise; `data` ends with an end tag.

    It is exact if each record begins on the line after the one before, no element inside has its name, and there is no
    CDATA, comment or processing instruction.
    """
    name = tag.encode()
    first = _first_tag(name).match(data)
    if not first or first[0].endswith(b"/>") or not _is_plain(data):
        return None
    # Each boundary of records is one match. A malformed tag at a boundary, or a tag anywhere else, adds a match.
    boundaries = data.count(b"</%b>\n<%b%b" % (name, name, first[1]))
    found = pc.count_substring_regex(one_value(data), _tag_count_pattern(tag))[0].as_py()
    return boundaries + 1 if found == boundaries + 2 else None


def _join_to_last(rest: bytes, chunk: bytes, closing: bytes) -> bytes:
    """Return the rest and the chunk up to the last end tag, empty if there is none; mostly by copying them once."""
    end = chunk.rfind(closing)
    if end >= 0:
        return b"".join((rest, memoryview(chunk)[: end + len(closing)]))
    buffer = rest + chunk
    return buffer[: buffer.rfind(closing) + len(closing)] if closing in buffer else b""


def _remainder(rest: bytes, chunk: bytes, size: int) -> bytes:
    """Return the rest and the chunk without their first bytes."""
    return chunk[size - len(rest) :] if size >= len(rest) else rest[size:] + chunk


class Framing:
    """Cuts an entity's document, given as unpacked bytes in pieces of any size, into blocks.

    A record ends where its tag closes at its own depth: a label holds elements called `label`, and CDATA may quote
    tags. Anything else between records is framed like a record, so that it is accounted for.
    """

    def __init__(self, entity: Entity, source: str) -> None:
        self.entity = entity
        self.source = source
        self.nests = any(path.split("/")[-1] == entity.record for path in _paths(entity))

    def blocks(self, chunks: Iterable[bytes]) -> Iterator[Block]:
        """Yield blocks of whole records in the order of the file.

        Raises DumpDamagedError if the document is not whole.
        """
        following = iter(chunks)
        first = b""
        while len(first) < HEAD_BYTES and (chunk := next(following, b"")):
            first += chunk
        found = self._head(first)
        rest, chunk, offset = b"", found.utf8(first[found.size :]), found.size
        for each in () if found.whole else following:
            block = self._cut(rest, chunk, offset, found)
            if block is not None:
                yield block
                rest, offset = _remainder(rest, chunk, len(block.data)), offset + len(block.data)
            elif len(rest) + len(chunk) > RECORD_LIMIT:
                raise self._error(offset, f"a record does not end within {RECORD_LIMIT:,} bytes")
            else:
                rest += chunk
            chunk = found.utf8(each)
        while not found.whole and (block := self._cut(rest, chunk, offset, found, True)):
            yield block
            rest, chunk, offset = _remainder(rest, chunk, len(block.data)), b"", offset + len(block.data)
        self._tail(rest + chunk + next(following, b""), offset, found.whole)

    def _head(self, first: bytes) -> Head:
        try:
            return head.read(first[:HEAD_BYTES], self.entity.name)
        except head.HeadError as error:
            raise self._error(0, str(error)) from error

    def _cut(self, rest: bytes, chunk: bytes, offset: int, found: Head, whole: bool = False) -> Block | None:
        """Return the whole records at the start of the rest and the chunk after it, None if there are none."""
        tag = self.entity.record
        root = found.root if offset == found.size else ()
        # Counting end tags is fast, and exact if nothing in the block nests or quotes tags; otherwise depth decides.
        data = b"" if self.nests else _join_to_last(rest, chunk, b"</%b>" % tag.encode())
        if data and (records := _count_records(data, tag)):
            return Block(tag, data, records, offset, True, found.namespaces, root)
        buffer = rest + chunk
        spans = list(_spans(buffer, tag, self.entity.name, whole))
        if not spans:
            return None
        return Block(tag, buffer[: spans[-1][1]], len(spans), offset, False, found.namespaces, root)

    def _tail(self, rest: bytes, offset: int, closed: bool) -> None:
        """Raise DumpDamagedError unless the root element closes and nothing follows it."""
        closing = f"</{self.entity.name}>"
        end = b"" if closed else rb"</" + self.entity.name.encode() + rb"\s*>" + MISC
        if re.fullmatch(MISC + end, rest, re.DOTALL):
            return
        if rest.lstrip().startswith(closing.encode()) and f"<{self.entity.record}".encode() in rest:
            raise self._error(offset, f"found {closing} before the last record")
        found = f"{rest[:60]!r} instead" if rest.strip() else "the end of the file instead"
        raise self._error(offset, f"expected {closing} after the last whole record, found {found}")

    def _error(self, offset: int, what: str) -> DumpDamagedError:
        return DumpDamagedError(
            f"{self.source}: not a whole {self.entity.name} document: at unpacked byte {offset:,} {what}. "
            "Fetch the file again and compare its sha256 with the month's CHECKSUM file."
        )


def _paths(entity: Entity) -> Iterator[str]:
    return (getattr(part, "path", "") for part in entity.parts)


def _read(file: BinaryIO, stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield the unpacked chunks, each with the number of packed bytes read so far."""
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk, file.tell()


def unpack_gzip(path: Path, packed: Callable[[int], None] = lambda done: None) -> Iterator[bytes]:
    """Yield the bytes of a gzip file of one or more members, unpacking each chunk while the last is in use.

    Calls `packed` with the number of packed bytes read. Raises DumpDamagedError if the file is truncated or not gzip.
    """
    with (
        path.open("rb") as file,
        igzip.open(file, "rb") as stream,
        closing(prefetch_items(_read(file, stream))) as ahead,
    ):
        try:
            for chunk, done in ahead:
                packed(done)
                yield chunk
        except (EOFError, OSError, zlib.error, isal_error) as error:
            raise DumpDamagedError(
                f"{path}: not a whole gzip file ({error}). Fetch it again and compare its sha256 with the month's "
                "CHECKSUM file."
            ) from error

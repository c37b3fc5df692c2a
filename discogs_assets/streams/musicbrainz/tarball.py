"""Blocks of whole lines from a member of a tar.xz file."""

import io
import lzma
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from discogs_assets.errors import DumpDamagedError
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.prefetch import prefetch_items

CHUNK_BYTES = 4 << 20
"""Unpacked bytes at once: some thousand lines, with objects five times as large."""

PACKED_BYTES = 1 << 18
"""Packed bytes read at once."""

LINE_LIMIT = 256 << 20
"""Bytes of a line above which the file counts as damaged."""

END_BYTES = 1024
"""Minimum number of zeros that end a tar archive."""

ADVICE = "Fetch it again and compare its sha256 with the SHA256SUMS of the export."

Packed = Callable[[int], None]


def blocks(path: Path, member: str, packed: Packed = lambda done: None) -> Iterator[Block]:
    """Yield the member's lines in the order of the file, unpacking the next ones while the last are in use.

    Calls `packed` with the number of packed bytes read. Raises DumpDamagedError if the file is not whole xz, not whole
    tar, or lacks the member. Only a chunk and a line of the member are kept in memory.
    """
    yield from cut(path, member, unpack_member(path, member, packed))


def cut(path: Path, member: str, chunks: Iterable[bytes]) -> Iterator[Block]:
    """Yield the lines of a member given in pieces of any size, as `blocks` does."""
    buffer, offset = b"", 0
    for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if not end:
            buffer += chunk
            if len(buffer) > LINE_LIMIT:
                raise _error(path, f"a line of {member} does not end within {LINE_LIMIT:,} bytes")
            continue
        data = b"".join((buffer, memoryview(chunk)[:end]))
        yield _block(data, offset)
        buffer, offset = chunk[end:], offset + len(data)
    if buffer.strip():
        yield _block(buffer, offset)
    elif not offset:
        raise _error(path, f"{member} is empty")


def _block(data: bytes, offset: int) -> Block:
    return Block("", data, sum(1 for line in data.split(b"\n") if line.strip()), offset)


def unpack_member(path: Path, member: str, packed: Packed = lambda done: None) -> Iterator[bytes]:
    """Yield the bytes of the member. Raises DumpDamagedError as `blocks` does."""
    with path.open("rb") as file, closing(prefetch_items(_member(file, member, packed))) as ahead:
        try:
            yield from ahead
        except (EOFError, lzma.LZMAError, tarfile.TarError) as error:
            raise _error(path, str(error)) from error


def _member(file: BinaryIO, name: str, packed: Packed) -> Iterator[bytes]:
    """Yield the bytes of a member. The rest of the file is read too, since it may be damaged."""
    stream, found = _Stream(_unpack(file, packed)), False
    with tarfile.open(fileobj=stream, mode="r|", bufsize=CHUNK_BYTES) as archive:
        for each in archive:
            content = archive.extractfile(each) if each.name.removeprefix("./") == name else None
            if content:
                found = True
                while chunk := content.read(CHUNK_BYTES):
                    yield chunk
    while stream.read(CHUNK_BYTES):
        pass
    if stream.last.strip(b"\0") or len(stream.last) < END_BYTES:
        raise tarfile.ReadError("the tar archive does not end where the file does")
    if not found:
        raise tarfile.ReadError(f"the archive has no file {name}")


def _unpack(file: BinaryIO, packed: Packed) -> Iterator[bytes]:
    """Yield the unpacked bytes of the file's xz streams.

    Raises EOFError if the last stream is truncated, and LZMAError if it is not xz. The standard library's reader
    ignores trailing data that is not a stream.
    """
    data = file.read(PACKED_BYTES)
    if not data:
        raise EOFError("the file is empty")
    while data:
        unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ)
        while not unpacker.eof:
            yield unpacker.decompress(data, CHUNK_BYTES)
            packed(file.tell())
            data = file.read(PACKED_BYTES) if unpacker.needs_input else b""
            if unpacker.needs_input and not data:
                raise EOFError("the xz stream is truncated")
        data = unpacker.unused_data.lstrip(b"\0")
        while not data and (more := file.read(PACKED_BYTES)):
            data = more.lstrip(b"\0")


class _Stream(io.RawIOBase):
    """Chunks as a file to be read sequentially; `last` are the last bytes returned."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._held = memoryview(b"")
        self.last = b""

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes; none at the end."""
        while not self._held:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._held = memoryview(chunk)
        data = bytes(self._held[:size])
        self._held = self._held[size:]
        self.last = (self.last + data)[-END_BYTES:] if len(data) < END_BYTES else data[-END_BYTES:]
        return data


def _error(path: Path, what: str) -> DumpDamagedError:
    return DumpDamagedError(f"{path}: not a whole tar.xz file of MusicBrainz: {what}. {ADVICE}")

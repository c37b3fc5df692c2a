"""Original bytes of single records of a dump file, located by their rows in Parquet."""

from collections.abc import Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import polars as pl

from discogs_assets.errors import DumpDamagedError
from discogs_assets.schema.model import Entity, Field
from discogs_assets.streams.discogs import lxml_reader
from discogs_assets.streams.discogs.framing import Block, Framing, unpack_gzip


class Originals:
    """Records of a dump file as its bytes, requested in ascending order; at most one block is in memory.

    `quarantine` are the Parquet files of the refused records. Rows are in the order of the file, one for each framed
    record except the refused ones, known by their offsets. A row is therefore found by counting, at the speed of
    framing, and only blocks with a requested record are cut into records.
    """

    def __init__(self, entity: Entity, dump: Path, quarantine: Sequence[Path]) -> None:
        self.entity = entity
        self.dump = dump
        self._refused = np.sort(pl.read_parquet(list(quarantine), columns=["offset"])["offset"].to_numpy())
        self._blocks = _blocks(entity, dump)
        self._block: Block | None = None
        self._spans: list[tuple[int, int]] = []
        self._first = self._end = 0

    def __enter__(self) -> Self:
        """Return the records, positioned before the first."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop reading and close the dump."""
        self._blocks.close()

    def bytes_of(self, row: int, number: int) -> bytes:
        """Return the bytes of the record that became this row, counted from 0; `number` is the row's id.

        Raises DumpDamagedError if the file has another record there, or none.
        """
        while row >= self._end:
            self._advance(row)
        assert self._block is not None
        self._spans = self._spans or self._cut(self._block)
        start, end = self._spans[row - self._first]
        data = self._block.data[start:end]
        if str(number).encode() not in data and self._id(data, self._block.namespaces) != number:
            raise self._other(row, f"not the record {number}, but {data[:60]!r}")
        return data

    def _advance(self, row: int) -> None:
        """Advance to the next block."""
        self._block, self._spans, self._first = next(self._blocks, None), [], self._end
        if self._block is None:
            raise self._other(row, f"no record, since it ends after {self._end:,}")
        self._end += self._block.records - len(self._refused_in(self._block))

    def _refused_in(self, block: Block) -> np.ndarray:
        first, end = np.searchsorted(self._refused, [block.offset, block.offset + len(block.data)])
        return self._refused[first:end]

    def _cut(self, block: Block) -> list[tuple[int, int]]:
        """Return start and end of the records that became rows."""
        refused = set(self._refused_in(block).tolist())
        return [span for span in block.spans() if block.offset + span[0] not in refused]

    def _id(self, data: bytes, namespaces: bytes) -> int:
        key = self.entity.part(self.entity.key)
        assert isinstance(key, Field)
        return int(lxml_reader.value(lxml_reader.element(data, namespaces), key.path) or 0)

    def _other(self, row: int, found: str) -> DumpDamagedError:
        return DumpDamagedError(
            f"{self.dump}: for row {row:,} of its Parquet the file has {found}. The Parquet was made from another "
            f"file or by another version; materialise parquet/discogs/{self.entity.name} again."
        )


def _blocks(entity: Entity, dump: Path) -> Generator[Block]:
    """Yield the blocks of the file; a caller that stops early must close the generator."""
    yield from Framing(entity, str(dump)).blocks(unpack_gzip(dump))

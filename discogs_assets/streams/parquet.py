"""Parquet files: batches in and out, row groups, and source versions in the footer."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from discogs_assets import failpoints

FILE = "part-0000.parquet"
"""File of a partition that one step writes whole."""

ROW_GROUP_ROWS = 65_536
"""Maximum rows of a row group: few enough that its smallest and largest id prune a search."""

ROW_GROUP_BYTES = 64 << 20
"""Arrow bytes after which a row group is written, regardless of its rows."""

COMPRESSION: Final = "zstd"
COMPRESSION_LEVEL: Final = 3
"""For releases, files are an eighth smaller than at level 1, for a twentieth more time; level 5 saves a hundredth."""


class ParquetWriter:
    """Collects batches into row groups; each is written to the file while the next is collected."""

    def __init__(self, writer: pq.ParquetWriter, pool: Executor) -> None:
        self._writer = writer
        self._pool = pool
        self._under_way: Future[None] | None = None
        self._batches: list[pa.RecordBatch] = []
        self._rows = 0
        self._bytes = 0
        self.rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows. They are written with their row group, so a disk error is raised by a later call."""
        self._batches.append(batch)
        self._rows += len(batch)
        self._bytes += batch.nbytes
        self.rows += len(batch)
        if self._rows >= ROW_GROUP_ROWS or self._bytes >= ROW_GROUP_BYTES:
            self._flush()

    def write_frame(self, frame: pl.DataFrame) -> None:
        """Add the rows of a frame with at least the columns of the file, in any order."""
        table = as_table(frame.select(self._writer.schema.names)).cast(self._writer.schema)
        for batch in table.to_batches(ROW_GROUP_ROWS):
            self.write(batch)

    def note(self, about: Mapping[str, str]) -> None:
        """Add metadata to the footer that is known only at the end."""
        self._wait()
        self._writer.add_key_value_metadata(dict(about))

    def finish(self) -> None:
        """Write the collected rows, and wait until they are written."""
        self._flush()
        self._wait()

    def _flush(self) -> None:
        self._wait()
        if self._batches:
            self._under_way = self._pool.submit(self._put, self._batches)
        self._batches, self._rows, self._bytes = [], 0, 0

    def _wait(self) -> None:
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.result()

    def _put(self, batches: list[pa.RecordBatch]) -> None:
        table = pa.Table.from_batches(batches).replace_schema_metadata(self._writer.schema.metadata)
        self._writer.write_table(table, row_group_size=ROW_GROUP_ROWS)


def as_table(frame: pl.DataFrame) -> pa.Table:
    """Return the frame as an Arrow table, of the types that any reader of Parquet knows."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


Versions = Mapping[str, Sequence[str]]
"""For each entity the sha256 of the source dumps: one, unless sources are mixed.

Also, where known, the addresses of each site's dumps, under `discogs/source` and the like.
"""

SOURCE = "/source"
"""Suffix of a name in `Versions` for addresses instead of dumps."""


def mixture(name: str) -> str:
    """Return the plural noun for a name in `Versions` with several values, for error messages."""
    return f"sources of {name.removesuffix(SOURCE)}" if name.endswith(SOURCE) else f"dumps of {name}"


VERSIONS_KEY = "discogs.dumps"
"""Footer key for the source versions of a file."""


def stamp(versions: Versions) -> dict[str, str]:
    """Return the versions as footer metadata."""
    return {VERSIONS_KEY: json.dumps({entity: sorted(versions[entity]) for entity in sorted(versions)})}


def versions(files: Iterable[Path]) -> Versions:
    """Return the source versions of all files together."""
    found: dict[str, set[str]] = {}
    for file in files:
        footer = pq.read_metadata(file).metadata or {}
        for entity, sums in json.loads(footer.get(VERSIONS_KEY.encode(), b"{}")).items():
            found.setdefault(entity, set()).update(sums)
    return {entity: sorted(sums) for entity, sums in found.items()}


BATCH_ROWS = 65_536
"""Rows of a batch if nothing is known of their size."""


def batches(file: Path, columns: Sequence[str] | None = None, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a file in batches of `rows`, with these columns or leaves of columns, or with all of them."""
    # With pre_buffer the reader keeps all it has fetched until it is closed: in the end, the whole file.
    with pq.ParquetFile(file, pre_buffer=False) as opened:
        yield from opened.iter_batches(rows, columns=None if columns is None else [*columns])


def leaves(file: Path) -> list[str]:
    """Return the leaves of a file's columns, such as `artists.list.element.id`."""
    schema = pq.ParquetFile(file).schema
    return [schema.column(number).path for number in range(len(schema))]


def rows(files: Iterable[Path]) -> int:
    """Return the number of rows of the files together, from their footers."""
    return sum(pq.read_metadata(file).num_rows for file in files)


@contextmanager
def writing(
    path: Path, schema: pa.Schema, made_from: Versions, about: Mapping[str, str] | None = None
) -> Iterator[ParquetWriter]:
    """Open a Parquet file for writing; it is complete if the block ends without an error.

    `about` goes into its footer.
    """
    schema = schema.with_metadata({**stamp(made_from), **(about or {})})
    with (
        pq.ParquetWriter(path, schema, compression=COMPRESSION, compression_level=COMPRESSION_LEVEL) as file,
        ThreadPoolExecutor(1, "parquet") as pool,
    ):
        writer = ParquetWriter(file, pool)
        yield writer
        writer.finish()
        failpoints.reach("close")


def write_frames(path: Path, schema: pa.Schema, made_from: Versions, frames: Iterable[pl.DataFrame]) -> int:
    """Write the rows of the frames to a Parquet file, and return their number."""
    with writing(path, schema, made_from) as writer:
        for frame in frames:
            writer.write_frame(frame)
    return writer.rows

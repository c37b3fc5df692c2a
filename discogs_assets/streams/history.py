"""History of one record: its edits between two months."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from discogs_assets.schema.model import Entity
from discogs_assets.streams import edits
from discogs_assets.streams.changes import differing
from discogs_assets.streams.edits import Edit


def read_record(entity: Entity, files: Sequence[Path], number: int) -> pa.RecordBatch | None:
    """Return the record of this id, None if there is none; statistics select the row groups to read."""
    found = ds.dataset([str(file) for file in files]).to_table(filter=pc.field(entity.key) == number)
    return found[:1].combine_chunks().to_batches()[0] if len(found) else None


def find_edits(entity: Entity, old: pa.RecordBatch | None, new: pa.RecordBatch | None) -> Iterator[Edit]:
    """Yield the edits that turned a record into its newer form; None is a month without the record."""
    return (edit for _, edit in edits.find(entity, differing(entity, old, new)[0], old, new))

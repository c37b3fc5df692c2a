"""Counts of records with a value in each part, stored in Parquet footers."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from discogs_assets.schema.model import Entity, Field, Part, Type

KEY = "discogs.complete"
"""Footer key for the number of records with a value in each part. The next month reads it without reading records."""


def parts(entity: Entity) -> Iterator[Part]:
    """Return the parts that are counted: all except the id, since every record has one."""
    return (part for part in entity.parts if part.name != entity.key)


def count(entity: Entity, records: pa.RecordBatch) -> Counter[str]:
    """Return the number of records with a value in each part, or at least one item if it repeats."""
    return Counter({part.name: find_present(part, records[part.name]).true_count for part in parts(entity)})


def find_present(part: Part, values: pa.Array) -> pa.BooleanArray:
    """Return a mask of the values present: lists with at least one item, and no references of 0."""
    if pa.types.is_list(values.type):
        return pc.greater(pc.list_value_length(values), 0)
    if isinstance(part, Field) and part.type is Type.REFERENCE:
        return pc.not_equal(values, 0)
    return values.is_valid()


def stamp(counts: Mapping[str, int]) -> dict[str, str]:
    """Return the counts as footer metadata."""
    return {KEY: json.dumps(dict(counts))}


def read(files: Iterable[Path]) -> Counter[str]:
    """Return the summed counts of the files; a part is missing if any file lacks it."""
    found = [json.loads((pq.read_metadata(file).metadata or {}).get(KEY.encode(), b"{}")) for file in files]
    names = set.intersection(*map(set, found)) if found else set()
    return Counter({name: sum(each[name] for each in found) for name in sorted(names)})

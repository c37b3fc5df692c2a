"""How many of a month's records have a value in each of their parts.

What belongs here: counting in batches of records, and the place of the counts in a file's footer, where the next month
finds them without reading a record. What doesn't: what is too few (see `schema.bounds`).
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from discogs_assets.schema.model import Entity, Field, Part, Type

KEY = "discogs.complete"
"""Key in a file's footer under which it says how many of its records have a value in each part."""


def parts(entity: Entity) -> Iterator[Part]:
    """The parts that are counted: all but the id, without which there is no record."""
    return (part for part in entity.parts if part.name != entity.key)


def counted(entity: Entity, records: pa.RecordBatch) -> Counter[str]:
    """How many of the records have a value in each part, at least one item where it repeats."""
    return Counter({part.name: filled(part, records[part.name]).true_count for part in parts(entity)})


def filled(part: Part, values: pa.Array) -> pa.BooleanArray:
    """Which of the values of a part are any: at least one item where it repeats, and no id of 0."""
    if pa.types.is_list(values.type):
        return pc.greater(pc.list_value_length(values), 0)
    if isinstance(part, Field) and part.type is Type.REFERENCE:
        return pc.not_equal(values, 0)
    return values.is_valid()


def stamp(counts: Mapping[str, int]) -> dict[str, str]:
    """The counts as a footer holds them."""
    return {KEY: json.dumps(dict(counts))}


def read(files: Iterable[Path]) -> Counter[str]:
    """The counts of the files together; a part is missing if a file does not say it."""
    found = [json.loads((pq.read_metadata(file).metadata or {}).get(KEY.encode(), b"{}")) for file in files]
    said = set.intersection(*map(set, found)) if found else set()
    return Counter({name: sum(each[name] for each in found) for name in sorted(said)})

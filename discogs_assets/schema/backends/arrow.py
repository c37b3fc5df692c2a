"""Arrow schemas of the entities and flat tables, as stored in Parquet."""

from functools import cache

import pyarrow as pa

from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.model import Derived, Entity, Field, Part, Rows, Texts, Type

TYPES = {
    Type.TEXT: pa.string(),
    Type.INTEGER: pa.int64(),
    Type.REFERENCE: pa.int64(),
    Type.BOOLEAN: pa.bool_(),
    Type.REAL: pa.float64(),
    Type.UUID: pa.string(),
    Type.JSON: pa.string(),
    Type.REFERENCES: pa.list_(pa.int64()),
}

RAW = "raw"
"""Column of texts that their typed value does not reproduce: `path` is the value's place in the record, such as
`artists[2].id`, `text` the text in the dump."""

RAW_TYPE = pa.list_(pa.struct([pa.field("path", pa.string()), pa.field("text", pa.string())]))

QUARANTINE = pa.schema(
    [
        pa.field("offset", pa.int64(), metadata={"doc": "Byte offset in the unpacked file."}),
        pa.field("reason", pa.string(), metadata={"doc": "Why the record was refused."}),
        pa.field("bytes", pa.binary(), metadata={"doc": "The record as the file has it."}),
    ]
)
"""Schema of the quarantine: records that could not be read."""

FLAGGED = pa.schema(
    [
        pa.field("id", pa.int64(), metadata={"doc": "Id of the record."}),
        pa.field("rule", pa.string(), metadata={"doc": "The rule that flags it."}),
        pa.field("severity", pa.string(), metadata={"doc": "error, warning or info."}),
        pa.field("field", pa.string(), metadata={"doc": "Where in the record, as the data dictionary names it."}),
        pa.field("found", pa.string(), metadata={"doc": "What stands there; empty where nothing does."}),
        pa.field("bytes", pa.binary(), metadata={"doc": "The record as the file has it; of each rule's first 10,000."}),
    ]
)
"""Schema of the findings: records flagged by a data-quality rule."""

CHANGED = pa.schema(
    [
        pa.field("id", pa.int64(), metadata={"doc": "Id of the record."}),
        pa.field("change", pa.string(), metadata={"doc": "added, changed or removed since the month compared with."}),
        pa.field("columns", pa.list_(pa.string()), metadata={"doc": "Of a changed record the columns that differ."}),
        pa.field("name", pa.string(), metadata={"doc": "Of a removed record the name or title that it had."}),
    ]
)
"""Schema of the changes: records that differ from the month before."""


@cache
def record(entity: Entity) -> pa.Schema:
    """Return the schema of one record: scalars, structs, lists of texts and lists of structs; of Discogs also `raw`."""
    fields = [_field(part) for part in entity.parts]
    if entity.source != "discogs":
        return pa.schema(fields)
    return pa.schema([*fields, pa.field(RAW, RAW_TYPE, metadata={"doc": "Texts that no typed value gives back."})])


@cache
def sheet(of: Sheet) -> pa.Schema:
    """Return the schema of a flat table."""
    return pa.schema([_field(each) for each in of.fields])


def _field(part: Part) -> pa.Field:
    return pa.field(part.name, data_type(part), metadata={"doc": part.doc})


def data_type(part: Part) -> pa.DataType:
    """Return the Arrow type of a part."""
    if isinstance(part, (Field, Derived)):
        return TYPES[part.type]
    if isinstance(part, Texts):
        return pa.list_(pa.string())
    struct = pa.struct([_field(inner) for inner in part.fields])
    return pa.list_(struct) if isinstance(part, Rows) else struct

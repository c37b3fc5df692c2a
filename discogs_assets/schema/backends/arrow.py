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


def _column(name: str, kind: pa.DataType, doc: str) -> pa.Field:
    return pa.field(name, kind, metadata={"doc": doc})


QUARANTINE = pa.schema(
    [
        _column("offset", pa.int64(), "Byte offset in the unpacked file."),
        _column("reason", pa.string(), "Reason for the refusal."),
        _column("bytes", pa.binary(), "Bytes of the record in the file."),
    ]
)
"""Schema of the quarantine: records that could not be read."""

FLAGGED = pa.schema(
    [
        _column("id", pa.int64(), "Id of the record."),
        _column("rule", pa.string(), "Rule that flags the record."),
        _column("severity", pa.string(), "Severity: error, warning or info."),
        _column("field", pa.string(), "Field of the record, as named in the data dictionary."),
        _column("found", pa.string(), "Offending text; empty if a value is missing."),
        _column("bytes", pa.binary(), "Bytes of the record in the file, for the first 10,000 records of each rule."),
    ]
)
"""Schema of the findings: records flagged by a data-quality rule."""

CHANGED = pa.schema(
    [
        _column("id", pa.int64(), "Id of the record."),
        _column("change", pa.string(), "added, changed or removed since the compared month."),
        _column("columns", pa.list_(pa.string()), "Columns that differ, if the record was changed."),
        _column("name", pa.string(), "Former name or title, if the record was removed."),
    ]
)
"""Schema of the changes: records that differ from the month before."""


@cache
def record(entity: Entity) -> pa.Schema:
    """Return the schema of one record: scalars, structs, lists of texts and lists of structs; of Discogs also `raw`."""
    fields = [_field(part) for part in entity.parts]
    if entity.source != "discogs":
        return pa.schema(fields)
    return pa.schema([*fields, _column(RAW, RAW_TYPE, "Texts that no typed value reproduces.")])


@cache
def sheet(of: Sheet) -> pa.Schema:
    """Return the schema of a flat table."""
    return pa.schema([_field(each) for each in of.fields])


def _field(part: Part) -> pa.Field:
    return _column(part.name, data_type(part), part.doc)


def data_type(part: Part) -> pa.DataType:
    """Return the Arrow type of a part."""
    if isinstance(part, (Field, Derived)):
        return TYPES[part.type]
    if isinstance(part, Texts):
        return pa.list_(pa.string())
    struct = pa.struct([_field(inner) for inner in part.fields])
    return pa.list_(struct) if isinstance(part, Rows) else struct

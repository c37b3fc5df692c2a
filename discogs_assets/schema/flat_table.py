"""Flat tables: tables with the rows and columns of Parquet files.

Records with repeated parts are entities, and their parts relations.
"""

from dataclasses import dataclass

from discogs_assets.schema.model import Field, Index, Type


def column(name: str, doc: str, kind: Type = Type.TEXT, index: Index | None = None) -> Field:
    """Return a column that has the same name in Parquet."""
    return Field(name, "", doc, kind, index=index)


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """A flat table: `source` is the schema of its view, `key` the primary-key columns.

    A field's `name` is the column, its `index` the searches that the index serves. Its `path` is the column of the
    Parquet files if that differs; of a list the first item is taken; `.` is the whole row. `order` are the columns of
    an ordered index, after the indexed one.
    """

    source: str
    name: str
    doc: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    order: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return the name alone: a full declaration would fill pages of every message."""
        return f"Sheet({self.source}.{self.name})"

    def __post_init__(self) -> None:
        """Reject a key that is not among the columns, and duplicate columns. Raises ValueError."""
        names = [field.name for field in self.fields]
        if strange := sorted({*self.key, *self.order} - {*names}):
            raise ValueError(f"{self.source}.{self.name}: key columns {strange} are not declared")
        if len({*names}) != len(names):
            raise ValueError(f"{self.source}.{self.name}: duplicate column among {names}")

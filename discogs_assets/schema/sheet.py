"""Sheet: a table whose rows are those of Parquet files with the same columns.

What belongs here: the declaration. What doesn't: any particular sheet (see `musicbrainz` and `insights`), and what is
made of one (see `arrow` and `sql`). Records with parts that repeat are entities, and their parts relations.
"""

from dataclasses import dataclass

from discogs_assets.schema.model import Field


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """A flat table: `source` is the schema of its view, `key` the columns that tell a row.

    A field's `name` is the column, its `index` what that is searched by. Its `path` is the column of the Parquet files
    where that is another one, of a list of which the first is taken; `.` is the whole row.
    """

    source: str
    name: str
    doc: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    def __repr__(self) -> str:
        """The name: a declaration in full would fill pages of every message."""
        return f"Sheet({self.source}.{self.name})"

    def __post_init__(self) -> None:
        """Refuse a key that is no column, and a column that is there twice."""
        names = [field.name for field in self.fields]
        if strange := sorted({*self.key} - {*names}):
            raise ValueError(f"{self.source}.{self.name}: {strange} of the key are no columns")
        if len({*names}) != len(names):
            raise ValueError(f"{self.source}.{self.name}: a column occurs twice among {names}")

"""Entity → xml2arrow: the configuration by which the fast parser finds every declared value.

What belongs here: the mapping alone. What doesn't: running the parser (see `streams.parse`).
"""

from typing import Any

from discogs_assets.schema.model import Entity, Field, Table, tables


def config(entity: Entity) -> dict[str, Any]:
    """The parser's configuration: one flat table per element kind, all values nullable texts.

    Each table has a column per field and one `<level0>`, `<level1>`… per repeated element it lies in: the position of
    that element within its parent, of the record within the document.
    """
    return {"tables": [_table(table) for table in tables(entity).walk()]}


def _table(table: Table) -> dict[str, Any]:
    fields = table.fields or (Field(".", ".", ""),)
    return {
        "name": table.name or ".",
        "xml_path": table.path.rpartition("/")[0],
        "levels": [f"level{n}" for n in range(table.depth)],
        "fields": [_field(table, each) for each in fields]
        + [_preceding(table, each) for each in fields if each.preceding],
    }


def _field(table: Table, each: Field) -> dict[str, Any]:
    path = table.path if each.path == "." else f"{table.path}/{each.path}"
    return {"name": each.name, "xml_path": path, "data_type": "Utf8", "nullable": True}


def _preceding(table: Table, each: Field) -> dict[str, Any]:
    """A row of its own for the sibling, whose value belongs to the row after it."""
    path = f"{table.path.rpartition('/')[0]}/{each.preceding}"
    return {"name": before(each), "xml_path": path, "data_type": "Utf8", "nullable": True}


def before(each: Field) -> str:
    """The flat column that holds what the preceding sibling says."""
    return f"<{each.name}"

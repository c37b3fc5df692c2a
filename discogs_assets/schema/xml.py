"""Entity → xml2arrow: the configuration by which the fast parser finds every declared value.

What belongs here: the mapping alone. What doesn't: running the parser (see `streams.parse`).
"""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Paths:
    """All that the declarations read of a record: element paths as `/label/urls/url`, attributes with their element.

    A path begins at the record's element, which is `root`. `preceding` are the elements with the tag of the sibling
    that may stand before each.
    """

    root: str
    elements: frozenset[str]
    attributes: frozenset[tuple[str, str]]
    preceding: frozenset[tuple[str, str]]

    def children(self, path: str) -> list[str]:
        """The tags that an element may hold."""
        return sorted(each.rpartition("/")[2] for each in self.elements if each.rpartition("/")[0] == path)


def paths(entity: Entity) -> Paths:
    """Every element and attribute that has a declaration, and the elements on the way there."""
    elements: set[str] = set()
    attributes: set[tuple[str, str]] = set()
    preceding: set[tuple[str, str]] = set()
    for table in tables(entity).walk():
        place = table.path.removeprefix(f"/{entity.name}")
        elements |= _upwards(place)
        for each in table.fields:
            way, _, attribute = f"{place}/{each.path}".removesuffix("/.").partition("/@")
            elements |= _upwards(way)
            if attribute:
                attributes.add((way, attribute))
            if each.preceding:
                elements.add(f"{place.rpartition('/')[0]}/{each.preceding}")
                preceding.add((place, each.preceding))
    return Paths(f"/{entity.record}", frozenset(elements), frozenset(attributes), frozenset(preceding))


def _upwards(path: str) -> set[str]:
    """The path and all that lead to it."""
    tags = path.strip("/").split("/")
    return {"/" + "/".join(tags[: number + 1]) for number in range(len(tags))}

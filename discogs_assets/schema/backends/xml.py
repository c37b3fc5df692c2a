"""xml2arrow configuration derived from the entities: the parser reads every declared value."""

from dataclasses import dataclass
from typing import Any

from discogs_assets.schema.model import Entity, Field, Table, tables


def config(entity: Entity) -> dict[str, Any]:
    """Return the parser's configuration: one flat table per element kind, all values nullable texts.

    Each table has a column per field and one `<level0>`, `<level1>`… per enclosing repeated element, itself included:
    the position of that element within its parent, of the record within the document.
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
    """Return a column for the preceding sibling, which the parser puts in a row before the one it belongs to."""
    path = f"{table.path.rpartition('/')[0]}/{each.preceding}"
    return {"name": before(each), "xml_path": path, "data_type": "Utf8", "nullable": True}


def before(each: Field) -> str:
    """Return the flat column with the value of the preceding sibling."""
    return f"<{each.name}"


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths of a record that the declarations cover: elements as `/label/urls/url`, attributes with their element.

    A path begins at the record's element, `root`. `preceding` pairs an element with the sibling that may precede it.
    """

    root: str
    elements: frozenset[str]
    attributes: frozenset[tuple[str, str]]
    preceding: frozenset[tuple[str, str]]

    def children(self, path: str) -> list[str]:
        """Return the tags that an element may contain."""
        return sorted(each.rpartition("/")[2] for each in self.elements if each.rpartition("/")[0] == path)


def paths(entity: Entity) -> Paths:
    """Return every declared element and attribute, and their enclosing elements."""
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
    """Return the path and all its parents."""
    tags = path.strip("/").split("/")
    return {"/" + "/".join(tags[: number + 1]) for number in range(len(tags))}

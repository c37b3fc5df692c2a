"""What a record's XML says and what a row says, both as (path, text), to be compared.

What belongs here: two walks that share nothing but the names of paths: one over the XML as lxml reads it, knowing no
schema, one over the row. What doesn't: the readings under test.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import lxml.etree as etree

from discogs_assets.schema.backends.arrow import RAW
from discogs_assets.schema.model import Derived, Entity, Field, One, Part, Texts

Said = Counter[tuple[str, str]]


def of_xml(data: bytes) -> Said:
    """Every attribute and every text of a record that is not blank, with the path of its element."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))
    return Counter((path, text) for path, text in _walk(root, "") if text.strip())


def _walk(node: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    for name, value in node.attrib.items():
        yield f"{path}/@{name!s}", str(value)
    yield path, "".join([node.text or "", *(child.tail or "" for child in node)])
    for child in node:
        following = child.getnext()
        if (node.tag, child.tag) == ("members", "id") and following is not None and following.get("id") == child.text:
            continue  # the id of a member, said once more before the member itself
        yield from _walk(child, f"{path}/{child.tag}")


def of_row(entity: Entity, row: Mapping[str, Any]) -> Said:
    """Every value of a row that comes from the XML, as the text it came from, with the path it is declared at."""
    odd = {each["path"]: each["text"] for each in row.get(RAW) or ()}
    return Counter(_values(entity.parts, row, "", "", odd))


def _values(
    parts: Sequence[Part], row: Mapping[str, Any], path: str, place: str, odd: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for part in parts:
        value, here = row.get(part.name), f"{place}{part.name}"
        if isinstance(part, Field):
            said = odd.get(here, _text(value))
            if said is not None:
                yield _join(path, part.path), said
        elif isinstance(part, One):
            yield from _values(part.fields, value or {}, _join(path, part.path), f"{here}.", odd)
        elif isinstance(part, Texts):
            yield from ((_join(path, part.path), each) for each in value or ())
        elif not isinstance(part, Derived):
            for number, each in enumerate(value or ()):
                yield from _values(part.fields, each, _join(path, part.path), f"{here}[{number}].", odd)


def _join(path: str, tail: str) -> str:
    return path if tail == "." else f"{path}/{tail}"


def _text(value: object) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)

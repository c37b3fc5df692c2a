"""XML of the sample's records, in the modern layout of the dumps."""

from collections.abc import Mapping, Sequence
from typing import Any

import lxml.etree as etree

from discogs_assets.schema.model import Derived, Entity, Field, One, Part, Rows, Texts

Record = Mapping[str, Any]


def document(entity: Entity, records: Sequence[Record]) -> bytes:
    """Return a dump's document: the root element, one record a line, no XML declaration."""
    root = f"{entity.name}".encode()
    lines = b"".join(record(entity, each) + b"\n" for each in records)
    return b"<%b>\n%b</%b>\n" % (root, lines, root)


def record(entity: Entity, values: Record) -> bytes:
    """Return the XML of one record. Raises KeyError if it has a value that the schema does not declare."""
    element = etree.Element(entity.record)
    _fill(element, entity.parts, values)
    return etree.tostring(element, encoding="UTF-8", xml_declaration=False)


def _fill(element: etree._Element, parts: Sequence[Part], values: Record) -> None:
    if unknown := set(values) - {part.name for part in parts}:
        raise KeyError(f"<{element.tag}> has no {', '.join(sorted(unknown))}; it has {[part.name for part in parts]}")
    for part in parts:
        if part.name in values and not isinstance(part, Derived):
            _put(element, part, values[part.name])


def _put(element: etree._Element, part: Field | Texts | One | Rows, value: Any) -> None:
    if isinstance(part, Field):
        _set(element, part.path, _text(value))
    elif isinstance(part, One):
        _fill(_child(element, part.path), part.fields, value)
    else:
        container, _, tag = part.path.rpartition("/")
        holder = _child(element, container)
        for each in value:
            item = etree.SubElement(holder, tag)
            if isinstance(part, Texts):
                item.text = each
            else:
                _fill(item, part.fields, each)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _set(element: etree._Element, path: str, text: str) -> None:
    way, _, attribute = path.partition("@")
    target = element if way in ("", ".") else _child(element, way.rstrip("/"))
    if attribute:
        target.set(attribute, text)
    else:
        target.text = text


def _child(element: etree._Element, path: str) -> etree._Element:
    """Return the element at the path, created if missing."""
    for tag in path.split("/"):
        found = element.find(tag)
        element = etree.SubElement(element, tag) if found is None else found
    return element

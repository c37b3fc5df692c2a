"""Flat rows from one record's bytes, read by lxml: the same rows as from the fast parser.

It is slow and strict: it reads blocks that the fast parser refuses, and is the reference for its results.
"""

import re
from collections import defaultdict

import lxml.etree as etree
import pyarrow as pa

from discogs_assets.schema.backends.xml import before
from discogs_assets.schema.model import Entity, Field, Table, tables

Row = dict[str, str | int | None]
Flat = dict[str, list[Row]]


class RecordError(ValueError):
    """The record cannot be parsed without loss; the message gives the reason."""


def _parser() -> etree.XMLParser:
    """Return a parser without DTD, custom entities, network, comments or limits on the length of texts."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True
    )


def element(data: bytes, namespaces: bytes = b"") -> etree._Element:
    """Return the record as an element, below a root that declares these namespaces.

    Raises RecordError if it is not well-formed.
    """
    try:
        if not namespaces:
            return etree.fromstring(data, _parser())
        root = etree.fromstring(b"".join((b"<root", namespaces, b">", data, b"</root>")), _parser())
    except etree.XMLSyntaxError as error:
        raise RecordError(error.msg) from error
    if len(root) != 1 or root.text or root[0].tail:
        raise RecordError("it is not an element")
    return root[0]


def read(entity: Entity, root: etree._Element, number: int, flat: Flat) -> None:
    """Append the record's rows to `flat`; `number` is its position among the records of the batch.

    Raises RecordError, and leaves `flat` unchanged, if it is another element, has no id, or repeats a single value.
    """
    rows: Flat = defaultdict(list)
    if root.tag != entity.record:
        raise RecordError(f"it is <{root.tag}>, expected <{entity.record}>")
    _rows(tables(entity), root, (number,), rows)
    _identify(entity, rows["."][0])
    for name, found in rows.items():
        flat.setdefault(name, []).extend(found)


def _identify(entity: Entity, row: Row) -> None:
    key = row[entity.key]
    if not re.fullmatch("0*[1-9][0-9]{0,17}", str(key or "")):
        raise RecordError(f"its id is {key!r}, expected a positive integer")


def _rows(table: Table, node: etree._Element, levels: tuple[int, ...], rows: Flat) -> None:
    row: Row = {f"<level{n}>": level for n, level in enumerate(levels)}
    for field in table.fields or (Field(".", ".", ""),):
        row[field.name] = value(node, field.path)
    rows[table.name or "."].append(row)
    for child in table.children:
        _children(child, node, levels, rows)


def _children(child: Table, node: etree._Element, levels: tuple[int, ...], rows: Flat) -> None:
    assert not isinstance(child.part, Entity)
    for number, item in enumerate(node.findall(child.part.path)):
        _rows(child, item, (*levels, number), rows)
        _take_preceding(rows[child.name][-1], item, child)


def _take_preceding(row: Row, item: etree._Element, table: Table) -> None:
    previous = item.getprevious()
    for field in table.fields:
        blank = not str(row[field.name] or "").strip()
        if blank and field.preceding and previous is not None and previous.tag == field.preceding:
            row[field.name] = text(previous)


def value(node: etree._Element, path: str) -> str | None:
    """Return the text or attribute at the path, None if it is missing or empty.

    Raises RecordError if it occurs more than once, not counting empty occurrences.
    """
    head, _, attribute = path.partition("@")
    head = head.rstrip("/")
    found = [node] if head in ("", ".") else node.findall(head)
    values = [each for each in (place.get(attribute) if attribute else text(place) for place in found) if each]
    if len(values) > 1:
        raise RecordError(f"{path if attribute else f'<{head}>'} occurs {len(values)} times, expected at most once")
    return values[0] if values else None


def text(node: etree._Element) -> str | None:
    """Return the element's own text, without that of its children; None if there is none."""
    return "".join([node.text or "", *(child.tail or "" for child in node)]) or None


def batches(entity: Entity, flat: Flat) -> dict[str, pa.RecordBatch]:
    """Return a batch per table, as the fast parser does: all values texts, levels unsigned integers."""
    return {
        table.name or ".": pa.RecordBatch.from_pylist(flat.get(table.name or ".", []), _schema(table))
        for table in tables(entity).walk()
    }


def _schema(table: Table) -> pa.Schema:
    fields = table.fields or (Field(".", ".", ""),)
    names = [each.name for each in fields] + [before(each) for each in fields if each.preceding]
    levels = [pa.field(f"<level{n}>", pa.uint32()) for n in range(table.depth)]
    return pa.schema([*levels, *(pa.field(name, pa.string()) for name in names)])

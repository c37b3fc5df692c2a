"""Columns of nested, typed records from decoded JSON records."""

import json
from collections.abc import Iterator, Sequence
from itertools import chain, compress, pairwise
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa

from discogs_assets.schema.backends import arrow
from discogs_assets.schema.backends.json import attribute, paths
from discogs_assets.schema.model import Derived, Entity, Field, Kind, One, Part, Rows, Rule, Texts, Type
from discogs_assets.schema.musicbrainz import TARGET, TARGET_TYPE, TARGETS
from discogs_assets.streams.musicbrainz.discogs_urls import discogs_id, in_order

URL = "url"
"""Target type of relations to URLs."""

LINK = "discogs"
"""Type of relations to Discogs."""

_UNDERSCORE_FIRST = sorted(TARGETS, key=lambda key: "-" in key)

HELD = {
    each.replace("_", sign): tuple(
        attribute(key) for key in _UNDERSCORE_FIRST if key.replace("_", "-") == each.replace("_", "-")
    )
    for each in TARGETS
    for sign in "_-"
}
"""Attributes that may hold the target record, by target type in either spelling; that of the dumps comes first."""

Objects = Sequence[Any]


def batch(entity: Entity, records: Objects) -> pa.RecordBatch:
    """Return the records, of the type from `schema.backends.json.structure`, as rows.

    Whole columns are read from the objects and converted from plain lists; no row is ever built.
    """
    columns = _columns(entity, entity.parts, records)
    return pa.RecordBatch.from_arrays([*columns.values()], schema=arrow.record(entity))


def _columns(entity: Entity, parts: tuple[Part, ...], holders: Objects) -> dict[str, pa.Array]:
    made: dict[str, pa.Array] = {}
    for part in parts:
        made[part.name] = _derive(entity, part, made) if isinstance(part, Derived) else _column(entity, part, holders)
    return made


def _column(entity: Entity, part: Field | Texts | One | Rows, holders: Objects) -> pa.Array:
    found = _read_path(part.path, holders)
    if isinstance(part, Field):
        return pa.array(_values(part, found), arrow.TYPES[part.type])
    if isinstance(part, Texts):
        lists = [[text for text in texts if text] if texts else () for texts in found]
        return pa.array(lists, pa.list_(pa.string()))
    if isinstance(part, Rows):
        items, ends = _items(part.only, found)
        return pa.ListArray.from_arrays(ends, _struct(entity, part, items))
    return _struct(entity, part, found)


def _struct(entity: Entity, part: One | Rows, holders: Objects) -> pa.Array:
    columns = _columns(entity, part.fields, holders)
    kind = arrow.data_type(part)
    fields = kind.value_type.fields if isinstance(part, Rows) else kind.fields
    return pa.StructArray.from_arrays([*columns.values()], fields=fields)


def _items(only: Kind | None, lists: Objects) -> tuple[Objects, pa.Array]:
    """Return the selected items of all lists, and the offsets of the lists.

    Lists may be None or contain None.
    """
    items: Objects = [*chain.from_iterable(filter(None, lists))]
    if only is None:
        meant = [each is not None for each in items]
    elif only is Kind.RECORD:
        meant = [each is not None and each.target__type != URL for each in items]
    else:
        link = only is Kind.DISCOGS
        meant = [each is not None and each.target__type == URL and (each.type == LINK) is link for each in items]
    parents = np.repeat(np.arange(len(lists)), [len(each) if each else 0 for each in lists])
    counts = np.bincount(parents[np.array(meant, np.bool_)], minlength=len(lists))
    ends = np.concatenate([np.zeros(1, np.int32), np.cumsum(counts)]).astype(np.int32)
    return [*compress(items, meant)], pa.array(ends)


def _values(field: Field, found: Objects) -> Objects:
    """Return the values in normal form, with None for an empty value."""
    if field.path == TARGET_TYPE:
        return [each.replace("_", "-") if each else None for each in found]
    if field.type is Type.JSON:
        return [json.dumps(each, ensure_ascii=False, sort_keys=True) if each else None for each in found]
    if field.type is Type.UUID:
        return [each.lower() if each else None for each in found]
    return found if field.type in (Type.INTEGER, Type.BOOLEAN) else [each or None for each in found]


def _read_path(path: str, holders: Objects) -> Objects:
    """Return each holder's value at the path: of alternatives, the first with a value."""
    first, *others = paths(path)
    found = _at(first, holders)
    for other in others:
        found = [one or another for one, another in zip(found, _at(other, holders), strict=True)]
    return found


def _at(keys: Sequence[str], holders: Objects) -> Objects:
    for depth, key in enumerate(keys):
        if key == TARGET:
            holders = [_target(each) for each in holders]
        elif depth == 0:
            holders = [*map(attrgetter(attribute(key)), holders)]
        else:
            name = attribute(key)
            holders = [None if each is None else getattr(each, name) for each in holders]
    return holders


def _target(relation: Any) -> Any:
    """Return the record that a relation leads to, found under the key of its type."""
    for name in HELD.get(relation.target__type, ()):
        found = getattr(relation, name)
        if found is not None:
            return found
    return None


def _derive(entity: Entity, part: Derived, made: dict[str, pa.Array]) -> pa.Array:
    source = made[part.source]
    if part.rule is Rule.DISCOGS_ID:
        kind = entity.node.lower()
        return pa.array([discogs_id(url, kind) for url in source.to_pylist()], arrow.TYPES[part.type])
    return pa.array([*_ids(source)], arrow.TYPES[part.type])


def _ids(links: pa.ListArray) -> Iterator[Sequence[int]]:
    """Yield the ids of each record's links, in the order of `discogs_urls.in_order`."""
    ids, ended = (links.values.field(name).to_pylist() for name in ("id", "ended"))
    for start, end in pairwise(links.offsets.to_pylist()):
        yield in_order(zip(ids[start:end], ended[start:end], strict=True)) if end > start else ()

"""msgspec types derived from the entities: the parser decodes only the declared values of a JSON record."""

from collections.abc import Iterator
from functools import cache
from types import GenericAlias
from typing import Annotated, Any

import msgspec

from discogs_assets.schema.model import OR, Derived, Entity, Field, Kind, One, Part, Rows, Texts, Type
from discogs_assets.schema.musicbrainz import LEFT_OUT, TARGET, TARGETS

MBID = r"\A[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z"
"""Pattern of a UUID as RFC 4122 allows it to be written; case is not significant."""

MBID_OR_NONE = MBID.replace(r"\A", r"\A(?:").replace(r"\Z", r")?\Z")

INTEGER = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

TYPES: dict[Type, Any] = {
    Type.TEXT: str | None,
    Type.INTEGER: INTEGER | None,
    Type.BOOLEAN: bool | None,
    Type.UUID: Annotated[str, msgspec.Meta(pattern=MBID_OR_NONE)] | None,
    Type.JSON: dict[str, Any] | None,
}
"""Types that a value may have in the JSON; a line with any other type is refused."""

Tree = dict[str, Any]
"""Keys of an object, each with its type or its own tree; the tree is wrapped in a list if the key holds a list."""


@cache
def structure(entity: Entity) -> type[msgspec.Struct]:
    """Return the type of a record: one attribute for each key that is read (see `attribute`), None if absent."""
    return _struct(entity.name, tree(entity), entity)


def attribute(key: str) -> str:
    """Return the attribute name of a key; `begin-area` and `begin_area` stay distinct."""
    return key.replace("-", "__")


def paths(path: str) -> Iterator[tuple[str, ...]]:
    """Yield the keys that lead to a value, for each alternative path."""
    for each in path.split(OR):
        yield tuple(each.split("/"))


@cache
def tree(entity: Entity) -> Tree:
    """Return the keys of a record that are read."""
    found: Tree = {}
    _grow(found, entity.parts)
    return found


def _grow(tree: Tree, parts: tuple[Part, ...]) -> None:
    for part in parts:
        if not isinstance(part, Derived):
            for keys in paths(part.path):
                for target in TARGETS if TARGET in keys else ("",):
                    _put(tree, [target if key == TARGET else key for key in keys], part)
        if isinstance(part, Rows) and part.only in (Kind.URL, Kind.DISCOGS):
            tree[part.path][0].setdefault("target-type", TYPES[Type.TEXT])
            tree[part.path][0].setdefault("type", TYPES[Type.TEXT])


def _put(tree: Tree, keys: list[str], part: Field | Texts | One | Rows) -> None:
    *above, last = keys
    for key in above:
        tree = tree.setdefault(key, {})
    if isinstance(part, Field):
        tree[last] = TYPES[part.type]
    elif isinstance(part, Texts):
        tree[last] = list[str | None] | None
    elif isinstance(part, One):
        _grow(tree.setdefault(last, {}), part.fields)
    else:
        _grow(tree.setdefault(last, [{}])[0], part.fields)


def _struct(name: str, tree: Tree, entity: Entity | None = None) -> type[msgspec.Struct]:
    fields: list[Any] = []
    for key, inner in tree.items():
        if entity and key == "id":
            fields.insert(0, (attribute(key), Annotated[str, msgspec.Meta(pattern=MBID)]))
        else:
            fields.append((attribute(key), _type(f"{name}/{key}", inner), None))
    return msgspec.defstruct(name, fields, rename={attribute(key): key for key in tree}, gc=False)


def _type(name: str, inner: Any) -> Any:
    if isinstance(inner, list):
        return GenericAlias(list, (_struct(name, inner[0]) | None,)) | None
    return _struct(name, inner) | None if isinstance(inner, dict) else inner


def find_undeclared(entity: Entity, record: Any) -> Iterator[str]:
    """Yield the keys of a decoded record that are neither read nor left out on purpose, as paths from the record."""
    return _find_undeclared(record, tree(entity), "")


def _find_undeclared(value: Any, tree: Any, path: str) -> Iterator[str]:
    if isinstance(value, list) and isinstance(tree, list):
        for each in value:
            yield from _find_undeclared(each, tree[0], path)
    elif isinstance(value, dict) and isinstance(tree, dict):
        for key, inner in value.items():
            here = f"{path}/{key}" if path else key
            if here in LEFT_OUT:
                continue
            if key not in tree:
                yield here
            elif isinstance(inner, (dict, list)):
                yield from _find_undeclared(inner, tree[key], here)

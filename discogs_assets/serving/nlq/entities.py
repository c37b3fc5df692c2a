"""Entities that answers of tools name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, get_args

from discogs_assets.queries.question import Result
from discogs_assets.queries.records.entities import Kind

KINDS: tuple[Kind, ...] = get_args(Kind)

FIELDS: dict[str, Kind] = {
    "artists": "artist",
    "extraartists": "artist",
    "members": "artist",
    "groups": "artist",
    "aliases": "artist",
    "labels": "label",
    "sublabels": "label",
    "parentLabel": "label",
}
"""Types of entities without a type, by the field that they are in."""

LISTED = 50


class Entity(Result):
    """An entity of an answer."""

    id: int | str
    """Discogs id, or the name of a genre or style."""
    name: str
    type: Kind

    @property
    def key(self) -> str:
        """Reference in one text, as the explorer's links have it: artist:45467."""
        return f"{self.type}:{self.id}"


@dataclass
class Entities:
    """Entities by key, in the order of their appearance."""

    found: dict[str, Entity] = field(default_factory=dict)

    def add(self, answer: Any) -> None:
        """Add the entities of a tool's answer."""
        for each in _find(answer, ""):
            self.found.setdefault(each.key, each)

    def list_named(self, text: str) -> list[Entity]:
        """Return at most LISTED entities; the ones that the text names come first."""
        said = text.casefold()
        return sorted(self.found.values(), key=lambda each: each.name.casefold() not in said)[:LISTED]


def _find(value: Any, place: str) -> Iterator[Entity]:
    if isinstance(value, list):
        for each in value:
            yield from _find(each, place)
    if not isinstance(value, dict):
        return
    yield from _read(value, place)
    for name, each in value.items():
        yield from _find(each, name)


def _read(value: dict[str, Any], place: str) -> Iterator[Entity]:
    """Yield the entities that an object itself names, in one of the forms that answers have."""
    data = value["data"] if isinstance(value.get("data"), dict) else {}
    name = value.get("name") or value.get("title") or data.get("name") or data.get("title")
    kind = value.get("type") if value.get("type") in KINDS else FIELDS.get(place)
    if kind is None and place == "results" and "title" in value:
        kind = "release"
    yield from _make(kind, value.get("id"), name)
    yield from _make(value.get("target_type"), value.get("target_id"), value.get("target_name"))
    # The title of a video is not that of its release.
    other = None if kind or "src" in value else name
    for each in KINDS:
        yield from _make(each, value.get(f"{each}_id"), value.get(f"{each}_name") or other)


def _make(kind: Any, key: Any, name: Any) -> Iterator[Entity]:
    named = kind in ("genre", "style")
    if kind in KINDS and isinstance(name, str) and name and (key == name if named else type(key) is int):
        yield Entity(id=key, name=name, type=kind)

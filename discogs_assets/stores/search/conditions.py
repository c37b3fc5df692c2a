"""Filters of releases: conditions joined by AND, OR and NOT, in one canonical form."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from discogs_assets.schema import search_index
from discogs_assets.schema.search_index import IndexField

BARE = re.compile(r'[^\s()"]+')
"""A value that needs no quotes."""


class Value(Enum):
    """Form of a condition's value."""

    TEXT = "text"
    ID = "id"
    YEARS = "years"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Filterable:
    """A field of conditions: `of` is the field of the index, `named` the entity that a name is looked up in."""

    value: Value
    of: IndexField
    doc: str
    named: str = ""
    choices: tuple[str, ...] = ()


FILTERABLE = {
    "title": Filterable(Value.TEXT, search_index.NAME, "Words of the title, all of which must occur."),
    "artist": Filterable(Value.TEXT, search_index.ARTIST_ID, "Whole name of a main artist.", "artists"),
    "artist_id": Filterable(Value.ID, search_index.ARTIST_ID, "Discogs id of a main artist."),
    "label": Filterable(Value.TEXT, search_index.LABEL_ID, "Whole name of a label.", "labels"),
    "label_id": Filterable(Value.ID, search_index.LABEL_ID, "Discogs id of a label."),
    "master_id": Filterable(Value.ID, search_index.MASTER_ID, "Discogs id of the master."),
    "catno": Filterable(Value.TEXT, search_index.CATNO, "Catalogue number; blanks, signs and case do not matter."),
    "genre": Filterable(Value.TEXT, search_index.GENRE, "Genre."),
    "style": Filterable(Value.TEXT, search_index.STYLE, "Style."),
    "format": Filterable(Value.TEXT, search_index.FORMAT, "Carrier: Vinyl, CD."),
    "description": Filterable(Value.TEXT, search_index.DESCRIPTION, "Description of a carrier: LP, Reissue."),
    "country": Filterable(Value.TEXT, search_index.COUNTRY, "Country or region."),
    "year": Filterable(Value.YEARS, search_index.YEAR, "Year, or years such as 1970..1979, 1970.. and ..1979."),
    "decade": Filterable(Value.YEARS, search_index.YEAR, "Decade such as 1970."),
    "has": Filterable(Value.CHOICE, search_index.HAS, "`video` or `master`.", choices=("video", "master")),
    "credit": Filterable(
        Value.TEXT, search_index.CREDIT, "Whole name of a credited person, with a record or without.", "artists"
    ),
    "credit_id": Filterable(Value.ID, search_index.CREDIT, "Discogs id of a credited person."),
    "role": Filterable(Value.TEXT, search_index.CREDIT, "Role of a credit, without details in brackets: Mastered By."),
}
"""Fields of conditions."""

CREDITED = ("credit", "credit_id")
"""Fields whose conditions may name a role."""


@dataclass(frozen=True, slots=True)
class Years:
    """A range of years; None leaves it open."""

    first: int | None
    last: int | None

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.first}"
        return f"{'' if self.first is None else self.first}..{'' if self.last is None else self.last}"

    def holds(self, year: int) -> bool:
        """Return True if the year is in the range."""
        return (self.first or 0) <= year and (self.last is None or year <= self.last)


@dataclass(frozen=True, slots=True)
class Condition:
    """A release has the value in the field; a decade is the range of its years."""

    field: str
    value: str | int | Years
    role: str = ""

    def __str__(self) -> str:
        value = self.value.first if self.field == "decade" and isinstance(self.value, Years) else self.value
        role = f" AS {_quote(self.role)}" if self.role else ""
        return f"{self.field}:{_quote(str(value))}{role}"


@dataclass(frozen=True, slots=True)
class Not:
    """A release does not match the part."""

    part: "Filter"

    def __str__(self) -> str:
        return f"NOT {_enclose(self.part)}"


@dataclass(frozen=True, slots=True)
class Group:
    """A release matches all parts (AND) or one of them (OR)."""

    word: str
    parts: tuple["Filter", ...]

    def __str__(self) -> str:
        return f" {self.word} ".join(map(_enclose, self.parts))


Filter = Condition | Not | Group


def join(word: str, parts: Iterable[Filter]) -> Filter:
    """Return the canonical group of one part or more: not nested in one of its kind, ordered, each part once."""
    flat = [
        inner for each in parts for inner in (each.parts if isinstance(each, Group) and each.word == word else [each])
    ]
    ordered = sorted({str(each): each for each in flat}.items(), key=lambda each: (_rank(each[1]), each[0]))
    return ordered[0][1] if len(ordered) == 1 else Group(word, tuple(each for _, each in ordered))


def negate(part: Filter) -> Filter:
    """Return the opposite of a filter."""
    return part.part if isinstance(part, Not) else Not(part)


def conditions(part: Filter | None) -> Iterator[Condition]:
    """Yield all conditions of a filter."""
    match part:
        case Condition():
            yield part
        case Not():
            yield from conditions(part.part)
        case Group():
            for each in part.parts:
                yield from conditions(each)


def without(part: Filter | None, fields: Iterable[str]) -> Filter | None:
    """Return a filter without those of its parts, joined by AND, that are about these fields alone."""
    named = {*fields}
    parts = part.parts if isinstance(part, Group) and part.word == "AND" else [part] if part else []
    kept = [each for each in parts if not {found.field for found in conditions(each)} <= named]
    return join("AND", kept) if kept else None


def _rank(part: Filter) -> int:
    """Return the place of a part in a group: conditions, then groups, then NOTs."""
    return (Condition, Group, Not).index(type(part))


def _enclose(part: Filter) -> str:
    return f"({part})" if isinstance(part, Group) else str(part)


def _quote(value: str) -> str:
    return value if BARE.fullmatch(value) else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

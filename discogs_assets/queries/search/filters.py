"""Grammar of filters of releases, and the simple parameters that stand for conditions."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

from pydantic import Field, StringConstraints, WithJsonSchema

from discogs_assets.errors import QuestionError
from discogs_assets.queries.question import ID_LIMIT, Filled, Id
from discogs_assets.schema.search_index import DECADE_YEARS
from discogs_assets.stores.search.conditions import (
    BARE,
    CREDITED,
    FILTERABLE,
    Condition,
    Filter,
    Value,
    Years,
    join,
    negate,
)

LENGTH_LIMIT = 8_000
"""Characters of a filter."""

DEPTH_LIMIT = 10
"""Brackets and NOTs around a condition."""

CONDITION_LIMIT = 400
"""Conditions of a filter: as many as the parameters can stand for, and more."""

VALUES_LIMIT, ROLES_LIMIT = 16, 4
"""Values of one parameter."""

VALUE_LENGTH = 300

FIELD = re.compile(r"([A-Za-z_]+)\s*:")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
WORD = re.compile(r"[A-Za-z]+")
YEARS = re.compile(r"(?P<first>[1-9][0-9]{3})?(?P<dots>\.\.)?(?P<last>[1-9][0-9]{3})?")
BLANKS = re.compile(r"\s*")


class Parser:
    """A parser of one filter by recursive descent: OR of ANDs of conditions, NOTs and brackets."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._conditions = 0
        self._skip(0)

    def parse(self) -> Filter:
        """Return the filter. Raises QuestionError (422) with the place and the expectation."""
        if len(self._text) > LENGTH_LIMIT:
            raise QuestionError(422, f"filter: {len(self._text):,} characters, expected at most {LENGTH_LIMIT:,}.")
        found = self._parse_alternatives(0)
        if self._place < len(self._text):
            raise self._refuse('AND, OR or the end; quote a value with blanks or brackets, as in genre:"Funk / Soul"')
        return found

    def _parse_alternatives(self, depth: int) -> Filter:
        parts = [self._parse_all(depth)]
        while self._take_word("OR"):
            parts.append(self._parse_all(depth))
        return join("OR", parts)

    def _parse_all(self, depth: int) -> Filter:
        parts = [self._parse_part(depth)]
        while self._take_word("AND"):
            parts.append(self._parse_part(depth))
        return join("AND", parts)

    def _parse_part(self, depth: int) -> Filter:
        if depth > DEPTH_LIMIT:
            raise self._refuse(f"at most {DEPTH_LIMIT} brackets and NOTs inside one another")
        if self._take_word("NOT"):
            return negate(self._parse_part(depth + 1))
        if not self._take_sign("("):
            return self._parse_condition()
        found = self._parse_alternatives(depth + 1)
        if not self._take_sign(")"):
            raise self._refuse("AND, OR or )")
        return found

    def _parse_condition(self) -> Condition:
        began = self._place
        found = FIELD.match(self._text, self._place)
        field = found[1].lower() if found else ""
        if found is None or field not in FILTERABLE:
            raise self._refuse(f"NOT, ( or a condition such as genre:Rock, with one of {', '.join(FILTERABLE)}")
        self._conditions += 1
        if self._conditions > CONDITION_LIMIT:
            raise self._refuse(f"at most {CONDITION_LIMIT} conditions")
        self._skip(found.end())
        place = self._place
        value = self._parse_value()
        role = self._parse_value() if field in CREDITED and self._take_word("AS") else ""
        try:
            return build_condition(field, value, role)
        except ValueError as error:
            self._place = place
            raise self._refuse(f"{error} after {self._text[began:place]}") from None

    def _parse_value(self) -> str:
        quoted = QUOTED.match(self._text, self._place)
        found = quoted or BARE.match(self._text, self._place)
        value = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else found[0] if found else ""
        value = " ".join(value.split())
        if found is None or not value or len(value) > VALUE_LENGTH:
            raise self._refuse(f"a value of 1 to {VALUE_LENGTH} characters; quote it if it has blanks or brackets")
        self._skip(found.end())
        return value

    def _take_word(self, word: str) -> bool:
        found = WORD.match(self._text, self._place)
        if found is None or found[0].upper() != word:
            return False
        self._skip(found.end())
        return True

    def _take_sign(self, sign: str) -> bool:
        there = self._text.startswith(sign, self._place)
        if there:
            self._skip(self._place + 1)
        return there

    def _skip(self, place: int) -> None:
        """Go to a place, and past the blanks there."""
        blanks = BLANKS.match(self._text, place)
        self._place = blanks.end() if blanks else place

    def _refuse(self, expected: str) -> QuestionError:
        found = self._text[self._place : self._place + 20]
        shown = repr(found) if found else "the end"
        return QuestionError(422, f"filter: at character {self._place + 1}, {shown}: expected {expected}.")


def parse_filter(text: str) -> Filter:
    """Return the filter that a text stands for. Raises QuestionError (422)."""
    return Parser(text).parse()


Texts = Annotated[list[Filled] | None, Field(max_length=VALUES_LIMIT)]
Ids = Annotated[list[Id] | None, Field(max_length=VALUES_LIMIT)]
Year = Annotated[int | None, Field(ge=1000, le=9999)]

GRAMMAR = (
    'Filter such as `genre:Rock AND (format:Vinyl OR format:CD) AND NOT country:US`; credits as `credit:"Rudy Van '
    'Gelder" AS "Mastered By"`.'
)


def _write_pattern() -> str:
    """Return the grammar as a regular expression, without brackets in brackets: it can express no recursion."""
    letter, year = r'[^\s()"\\\x00-\x1f\x7f]', "[1-9][0-9]{3}"
    text = rf'({letter}{{1,290}}|"{letter}([^"\\\x00-\x1f\x7f]|\\[^\s\x00-\x1f\x7f]){{0,140}}")'
    values = {
        Value.TEXT: text,
        Value.ID: "[1-9][0-9]{0,14}",
        Value.YEARS: rf"({year}(\.\.({year})?)?|\.\.{year})",
        Value.CHOICE: "(video|master)",
    }
    named = {of: [name for name in FILTERABLE if FILTERABLE[name].value is of and name != "decade"] for of in values}
    kinds = [f"({'|'.join(names)}):{values[of]}" for of, names in named.items()]
    part = "|".join([*kinds, "decade:[1-9][0-9]{2}0", f"credit:{text} AS {text}"])
    part = f"(NOT )?({part})"
    either = rf"({part}|(NOT )?\({part}( (AND|OR) {part})*\))"
    return f"^({either}( (AND|OR) {either})*)?$"


FilterText = Annotated[
    Annotated[
        str,
        StringConstraints(max_length=LENGTH_LIMIT, pattern=r"^[^\x00-\x1f\x7f]*$"),
        WithJsonSchema({"type": "string", "maxLength": LENGTH_LIMIT, "pattern": _write_pattern()}),
    ]
    | None,
    Field(description=GRAMMAR),
]


def _describe(field: str) -> Any:
    return Field(description=FILTERABLE[field].doc)


class Simple(TypedDict):
    """Parameters that are joined by AND; of several values of one, a release must have one."""

    title: Annotated[Texts, _describe("title")]
    artist: Annotated[Texts, _describe("artist")]
    artist_id: Annotated[Ids, _describe("artist_id")]
    label: Annotated[Texts, _describe("label")]
    label_id: Annotated[Ids, _describe("label_id")]
    master_id: Annotated[Ids, _describe("master_id")]
    catno: Annotated[Texts, _describe("catno")]
    genre: Annotated[Texts, _describe("genre")]
    style: Annotated[Texts, _describe("style")]
    format: Annotated[Texts, _describe("format")]
    description: Annotated[Texts, _describe("description")]
    country: Annotated[Texts, _describe("country")]
    decade: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{2}0s?$")]] | None,
        Field(max_length=VALUES_LIMIT, description=FILTERABLE["decade"].doc),
    ]
    year_min: Annotated[Year, Field(description="Earliest year.")]
    year_max: Annotated[Year, Field(description="Latest year.")]
    has: Annotated[list[Literal["video", "master"]] | None, Field(max_length=2, description=FILTERABLE["has"].doc)]
    credit: Annotated[Texts, _describe("credit")]
    credit_id: Annotated[Ids, _describe("credit_id")]
    role: Annotated[list[Filled] | None, Field(max_length=ROLES_LIMIT, description=FILTERABLE["role"].doc)]


def read_filter(text: str | None, simple: Mapping[str, Any]) -> Filter | None:
    """Return the filter of a text and the simple parameters, None without any. Raises QuestionError (422)."""
    given = {name: values for name, values in simple.items() if values is not None and values != []}
    parts = [parse_filter(text)] if text and text.strip() else []
    years = Years(given.pop("year_min", None), given.pop("year_max", None))
    if years != Years(None, None):
        parts.append(Condition("year", years))
    credited = [name for name in CREDITED if name in given]
    roles = given.pop("role", [""]) if credited else [""]
    for name, values in given.items():
        wanted = roles if name in CREDITED else [""]
        parts.append(join("OR", [_read_simple(name, str(value), role) for value in values for role in wanted]))
    # The canonical form must be a filter itself, within its limits.
    return parse_filter(str(join("AND", parts))) if parts else None


def _read_simple(name: str, value: str, role: str) -> Condition:
    value, role = " ".join(value.split()), " ".join(role.split())
    try:
        return build_condition(name, value, role)
    except ValueError as error:
        raise QuestionError(422, f"{name}: {value[:50]!r}, expected {error}.") from None


def build_condition(field: str, value: str, role: str = "") -> Condition:
    """Return a condition on a text. Raises ValueError with the expectation if it is not a value of the field."""
    of = FILTERABLE[field]
    match of.value:
        case Value.ID:
            if not (value.isascii() and value.isdigit() and 1 <= int(value[:20]) <= ID_LIMIT):
                raise ValueError("an id, a number from 1,")
            return Condition(field, int(value), role)
        case Value.YEARS:
            return Condition(field, _read_decade(value) if field == "decade" else _read_years(value))
        case Value.CHOICE:
            if value not in of.choices:
                raise ValueError(" or ".join(of.choices))
    return Condition(field, value, role)


def _read_years(text: str) -> Years:
    found = YEARS.fullmatch(text)
    first, last = (int(found[name]) if found and found[name] else None for name in ("first", "last"))
    if found is None or (first is None and last is None) or (last is not None and not found["dots"]):
        raise ValueError("a year or years such as 1977, 1970..1979, 1970.. or ..1979")
    return Years(first, last if found["dots"] else first)


def _read_decade(text: str) -> Years:
    digits = text.removesuffix("s")
    if not re.fullmatch(r"[1-9][0-9]{2}0", digits):
        raise ValueError("a decade such as 1970")
    return Years(int(digits), int(digits) + DECADE_YEARS - 1)

"""Tests of `queries.search.filters`: the grammar, its canonical form and its limits."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from discogs_assets.errors import QuestionError
from discogs_assets.queries.search.filters import (
    CONDITION_LIMIT,
    DEPTH_LIMIT,
    LENGTH_LIMIT,
    FilterText,
    parse_filter,
    read_filter,
)
from discogs_assets.stores.search.conditions import FILTERABLE

CANONICAL = {
    "genre:Rock": "genre:Rock",
    "  GENRE : Rock  ": "genre:Rock",
    "genre:b and genre:a AND (genre:a)": "genre:a AND genre:b",
    "genre:a AND (genre:b AND (genre:c))": "genre:a AND genre:b AND genre:c",
    "genre:a OR genre:b AND genre:c": "genre:a OR (genre:b AND genre:c)",
    "NOT NOT genre:a": "genre:a",
    "not(genre:a or genre:a)": "NOT genre:a",
    "NOT country:US AND (format:CD OR format:Vinyl) AND genre:Rock": (
        "genre:Rock AND (format:CD OR format:Vinyl) AND NOT country:US"
    ),
    'genre:"Funk / Soul"': 'genre:"Funk / Soul"',
    'genre:"Rock"': "genre:Rock",
    r'title:"a \" \\ b"': r'title:"a \" \\ b"',
    "artist:AC/DC": "artist:AC/DC",
    "title:not:a": "title:not:a",
    "artist:AND": "artist:AND",
    'credit:"Rudy Van Gelder" as "Mastered By"': 'credit:"Rudy Van Gelder" AS "Mastered By"',
    "credit_id:12 AS producer AND role:mixed": "credit_id:12 AS producer AND role:mixed",
    "year:1977": "year:1977",
    "year:1970..1979": "year:1970..1979",
    "year:1970.. OR year:..1960": "year:..1960 OR year:1970..",
    "decade:1970s": "decade:1970",
    "has:video AND NOT has:master": "has:video AND NOT has:master",
}


@pytest.mark.parametrize(("text", "canonical"), CANONICAL.items())
def test_a_filter_has_one_canonical_form(text: str, canonical: str) -> None:
    found = parse_filter(text)
    assert str(found) == canonical
    assert parse_filter(canonical) == found


WRONG = {
    "": (1, "condition such as"),
    "rock": (1, "condition such as"),
    "band:Queen": (1, "one of title, artist"),
    "genre:": (7, "a value"),
    'genre:""': (7, "a value"),
    'genre:"a': (7, "a value"),
    "genre:Funk / Soul": (12, "quote a value"),
    "genre:a genre:b": (9, "AND, OR or the end"),
    "(genre:a": (9, "AND, OR or )"),
    "genre:a)": (8, "AND, OR or the end"),
    "genre:a AND": (12, "condition such as"),
    "NOT": (4, "condition such as"),
    "()": (2, "condition such as"),
    "year:77": (6, "a year or years"),
    "year:..": (6, "a year or years"),
    "year:0999": (6, "a year or years"),
    "decade:1975": (8, "a decade such as 1970"),
    "artist_id:x": (11, "an id"),
    "artist_id:0": (11, "an id"),
    "artist_id:9223372036854775808": (11, "an id"),
    "artist_id:\u0661": (11, "an id"),
    "has:cover": (5, "video or master"),
    "credit:a AS": (12, "a value"),
    "artist:a AS producer": (10, "AND, OR or the end"),
    "NOT " * (DEPTH_LIMIT + 2) + "genre:a": (45, "at most 10"),
    "(" * 500: (12, "at most 10"),
    " OR ".join(["genre:a"] * (CONDITION_LIMIT + 1)): (4401, "at most 400 conditions"),
}


@pytest.mark.parametrize(("text", "refusal"), WRONG.items(), ids=lambda value: str(value)[:30])
def test_a_wrong_filter_is_refused_with_place_and_expectation(text: str, refusal: tuple[int, str]) -> None:
    with pytest.raises(QuestionError) as refused:
        parse_filter(text)
    assert refused.value.status == 422
    assert f"filter: at character {refusal[0]}, " in str(refused.value)
    assert refusal[1] in str(refused.value)


@given(
    st.lists(
        st.sampled_from([*'()": .\\', "genre:", "NOT ", " AND ", " OR ", "year:1977", " AS ", "credit:x"]), max_size=40
    ).map("".join)
)
def test_any_text_is_a_filter_with_a_stable_form_or_refused(text: str) -> None:
    try:
        found = parse_filter(text)
    except QuestionError:
        return
    assert parse_filter(str(found)) == found


SIMPLE: list[tuple[str | None, dict[str, Any], str]] = [
    (None, {}, ""),
    ("  ", {"genre": []}, ""),
    (None, {"genre": ["Rock", "Jazz"], "format": ["Vinyl"]}, "format:Vinyl AND (genre:Jazz OR genre:Rock)"),
    (None, {"year_min": 1970}, "year:1970.."),
    ("genre:a OR genre:b", {"country": ["US"]}, "country:US AND (genre:a OR genre:b)"),
    (None, {"role": ["Producer"]}, "role:Producer"),
    (None, {"credit_id": [1], "role": ["Producer"]}, "credit_id:1 AS Producer"),
    (None, {"credit": ["A B"], "role": ["c", "d"]}, 'credit:"A B" AS c OR credit:"A B" AS d'),
    (None, {"year_min": 1970, "decade": ["1980s"], "has": ["video"]}, "decade:1980 AND has:video AND year:1970.."),
]


@pytest.mark.parametrize(("text", "simple", "canonical"), SIMPLE)
def test_simple_parameters_are_conditions(text: str | None, simple: dict[str, Any], canonical: str) -> None:
    assert str(read_filter(text, simple) or "") == canonical


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        (None, {"genre": [" "]}),
        (None, {"title": ["a"] * 20, "genre": [f"g{n}" for n in range(200)], "style": [f"s{n}" for n in range(200)]}),
        (
            " OR ".join(f"title:{number}{'a' * 290}" for number in range(25)),
            {"title": ["x" * 300, "y" * 300, "z" * 300]},
        ),
        ("(" * 10 + "genre:a OR genre:b" + ")" * 10, {"style": ["x" * 4000]}),
    ],
    ids=["blank", "many", "long", "deep"],
)
def test_conditions_beyond_the_limits_are_refused(text: str | None, simple: dict[str, Any]) -> None:
    with pytest.raises(QuestionError, match="expected"):
        read_filter(text, simple)


def test_a_filter_is_not_longer_than_its_limit() -> None:
    with pytest.raises(QuestionError, match="at most 8,000"):
        parse_filter("genre:a" + " " * LENGTH_LIMIT)


PATTERN = TypeAdapter(FilterText).json_schema()["anyOf"][0]["pattern"]


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.from_regex(PATTERN, fullmatch=True, alphabet=st.characters(codec="latin-1")))
def test_every_filter_of_the_declared_pattern_is_one(text: str) -> None:
    assume(len(text) <= LENGTH_LIMIT and sum(text.count(f"{name}:") for name in FILTERABLE) <= CONDITION_LIMIT)
    if text:
        assert str(parse_filter(str(parse_filter(text)))) == str(parse_filter(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "genre:Rock AND (format:Vinyl OR format:CD) AND NOT country:US",
        'credit:"Rudy Van Gelder" AS "Mastered By" OR NOT (year:1970..1979 AND decade:1970)',
        'title:"a \\"b\\"" AND has:video AND artist_id:1 AND year:..1960',
    ],
)
def test_the_declared_pattern_has_the_forms_of_the_documentation(text: str) -> None:
    assert re.search(PATTERN, text)


@pytest.mark.parametrize(
    "text", ["x", "genre:", "genre:Funk / Soul", "year:70", "has:cover", "genre:a genre:b", "genre:a AND"]
)
def test_what_is_no_filter_is_not_of_the_declared_pattern(text: str) -> None:
    assert not re.search(PATTERN, text)
    with pytest.raises(QuestionError):
        parse_filter(text)

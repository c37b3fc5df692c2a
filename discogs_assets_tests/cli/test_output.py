"""Tests of `cli.output`: every kind of value in every form."""

import csv
import io
import json
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.cli import output
from discogs_assets.stores.query_result import Answer, Document, Element

NODE = Element({"labels": ["Artist"], "properties": {"id": 1}}, "(:Artist {id: 1})")

DIGITS = "0.1000000000000000055511151231257827"

NESTED = '{"a": ["1969-09-26"], "1": null}'


def strict(text: str) -> Any:
    """JSON as a program reads it that knows no other numbers than JSON's, and keeps their digits."""

    def refuse(word: str) -> Any:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=refuse)


def same(value: Any, text: str) -> tuple[Any, Any, str, str]:
    """A value that is the same text in every form."""
    return value, text, text, text


VALUES: list[tuple[Any, Any, str, str]] = [
    (None, None, "", ""),
    ("", "", "", ""),
    ("ü,\n", "ü,\n", "ü,\n", "ü,\n"),
    ("\x1b[2J\r", "\x1b[2J\r", "\x1b[2J\r", "\\x1b[2J\\x0d"),
    (":cat: [bold]", ":cat: [bold]", ":cat: [bold]", ":cat: [bold]"),
    (True, True, "true", "true"),
    (10**30, 10**30, str(10**30), str(10**30)),
    (1.5, 1.5, "1.5", "1.5"),
    (math.nan, "NaN", "NaN", "NaN"),
    (-math.inf, "-Infinity", "-Infinity", "-Infinity"),
    (Decimal("1.50"), 1.5, "1.50", "1.50"),
    (Decimal(12345678901234567890), 12345678901234567890, "12345678901234567890", "12345678901234567890"),
    (Decimal("NaN"), "NaN", "NaN", "NaN"),
    (Decimal("-Infinity"), "-Infinity", "-Infinity", "-Infinity"),
    (Decimal("0.1000000000000000055511151231257827"), Decimal("0.1000000000000000055511151231257827"), *(DIGITS,) * 2),
    (Decimal("1e400"), Decimal("1e400"), "1" + "0" * 400, "1" + "0" * 400),
    (Decimal("-0.00"), 0, "-0.00", "-0.00"),
    (2**53 + 1, 2**53 + 1, "9007199254740993", "9007199254740993"),
    (1e300, Decimal("1e300"), "1e+300", "1e+300"),
    (
        [math.nan, {"a": math.inf}],
        ["NaN", {"a": "Infinity"}],
        '["NaN", {"a": "Infinity"}]',
        '["NaN", {"a": "Infinity"}]',
    ),
    (Document('{"a": 1.10}'), {"a": Decimal("1.10")}, '{"a": 1.10}', '{"a": 1.10}'),
    ({None: 1, Decimal("1.0"): 2}, {"null": 1, "1.0": 2}, '{"null": 1, "1.0": 2}', '{"null": 1, "1.0": 2}'),
    ("\ud800ü", "\ud800ü", "\\ud800ü", "\\ud800ü"),
    (["\udfff"], ["\udfff"], '["\\udfff"]', '["\\udfff"]'),
    (date(1969, 9, 26), "1969-09-26", "1969-09-26", "1969-09-26"),
    same(datetime(1969, 9, 26, 1, tzinfo=UTC), "1969-09-26T01:00:00+00:00"),
    (time(10, 30), "10:30:00", "10:30:00", "10:30:00"),
    same(timedelta(days=1, seconds=3723, microseconds=500_000), "P1DT1H2M3.5S"),
    (timedelta(0), "PT0S", "PT0S", "PT0S"),
    (timedelta(seconds=-1), "-PT1S", "-PT1S", "-PT1S"),
    (b"<a\xff", "\\x3c61ff", "\\x3c61ff", "\\x3c61ff"),
    same(UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (["Rock", None], ["Rock", None], '["Rock", null]', '["Rock", null]'),
    ({"a": [date(1969, 9, 26)], 1: None}, {"a": ["1969-09-26"], "1": None}, NESTED, NESTED),
    (NODE, NODE.json, '{"labels": ["Artist"], "properties": {"id": 1}}', NODE.text),
    ([NODE], [NODE.json], '[{"labels": ["Artist"], "properties": {"id": 1}}]', f"[{NODE.text}]"),
]


@pytest.mark.parametrize(("value", "in_json", "in_csv", "in_table"), VALUES, ids=lambda each: repr(each)[:30])
def test_a_value_in_json_in_csv_and_in_a_table(value: Any, in_json: Any, in_csv: str, in_table: str) -> None:
    assert strict(output.compact(value)) == in_json
    assert output.format_csv(value) == in_csv
    assert output.format_cell(value) == in_table


def print_rows(form: str, columns: Sequence[str], *rows: Sequence[Any], limit: int | None = None) -> tuple[int, bool]:
    return output.write(Answer(columns, iter(rows)), form, limit)


def test_json_is_one_array_with_a_record_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_rows("json", ["id", "id", "title"], [1, 2, None], [3, 4, "ü"]) == (2, False)
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 4
    assert json.loads(out) == [{"id": 1, "id_2": 2, "title": None}, {"id": 3, "id_2": 4, "title": "ü"}]


def test_an_answer_without_rows_is_valid_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    for form in output.FORMS:
        assert print_rows(form, ["a", "b"]) == (0, False)
    table, array = capsys.readouterr().out.split("a,b\n")
    assert table.split() == ["a", "b"]
    assert json.loads(array) == []


@pytest.mark.parametrize(("limit", "told"), [(1, (1, True)), (2, (2, False)), (None, (2, False))])
def test_a_limit_that_leaves_rows_out_says_so(
    limit: int | None, told: tuple[int, bool], capsys: pytest.CaptureFixture[str]
) -> None:
    for form in output.FORMS:
        assert print_rows(form, ["a"], [1], [2], limit=limit) == told
        assert ("2" in capsys.readouterr().out) is not told[1]


def test_rows_are_written_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    def rows() -> Any:
        yield [1]
        raise OSError("the server went away")

    for form in ("csv", "json"):
        with pytest.raises(OSError, match="went away"):
            output.write(Answer(["a"], rows()), form, None)
        assert "1" in capsys.readouterr().out


def test_a_table_has_numbers_to_the_right_and_no_value_becomes_a_picture(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows("table", ["n", ":cat:"], [5, ":cat:"], [1000, None])
    lines = capsys.readouterr().out.splitlines()
    assert [line.rstrip() for line in lines] == ["   n  :cat:", "   5  :cat:", "1000"]


TEXTS = st.text(st.characters(codec="utf-8"))
NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.floats(allow_nan=False).map(float)
SCALARS = st.none() | st.booleans() | TEXTS | NUMBERS


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20))
def test_json_gives_back_every_value(value: Any) -> None:
    text = io.StringIO()
    output.write_json(["a"], [[value]], text)
    assert len(text.getvalue().splitlines()) >= 3
    assert text.getvalue().count("\n") == 3
    assert strict(text.getvalue()) == [{"a": as_read(value)}]


def as_read(value: Any) -> Any:
    """The value with numbers as strict JSON has them."""
    match value:
        case bool() | None | str():
            return value
        case float() if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        case float():
            return Decimal(repr(value))
        case int() | Decimal():
            return Decimal(value)
        case dict():
            return {name: as_read(each) for name, each in value.items()}
        case _:
            return [as_read(each) for each in value]


@given(st.lists(st.tuples(TEXTS.filter(bool), NUMBERS), min_size=1))
def test_csv_gives_back_every_text_and_number(rows: list[tuple[str, int]]) -> None:
    text = io.StringIO(newline="")
    output.write_csv(["text", "number"], rows, text)
    text.seek(0)
    header, *found = csv.reader(text)
    assert header == ["text", "number"]
    assert [(each, as_number(number)) for each, number in found] == [(each, as_read(number)) for each, number in rows]


def as_number(text: str) -> Any:
    return text if text.endswith("Infinity") else Decimal(text)


def test_half_a_surrogate_does_not_end_an_answer(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for form in output.FORMS:
        print_rows(form, ["\ud800"], ["\ud83d"], [{"\ud800": 1}])
        assert b"\\ud83d" in capfdbinary.readouterr().out

"""Tests of `streams.discogs.coercion`."""

import pyarrow as pa
import pytest

from discogs_assets.schema.model import Type
from discogs_assets.streams.discogs import coercion


def texts(*found: str | None) -> pa.Array:
    return pa.array(found, pa.string())


def test_absent_empty_and_blank_are_no_value() -> None:
    found = coercion.present(texts(None, "", "  \n", "\u00a0", " a ", "\u200b"))
    assert found.to_pylist() == [None, None, None, None, " a ", "\u200b"]


@pytest.mark.parametrize(
    ("text", "value", "odd"),
    [
        ("5", 5, False),
        ("0", 0, False),
        ("007", 7, True),
        ("x", None, True),
        ("9" * 52, None, True),
        (None, None, False),
        *(
            (text, None, True)
            for text in ("0x20", "0X1", "+5", " 5 ", "5.0", "1_000", "1e3", "\u0665", "\uff15", "5\n")
        ),
        ("9" * 18, 10**18 - 1, False),
        ("9" * 19, None, True),
        (str(2**63 - 1), None, True),
        (str(-(10**18)), None, True),
        ("-1", -1, False),
    ],
)
def test_an_integer_is_parsed_and_marked_where_it_does_not_give_its_text_back(
    text: str | None, value: int | None, odd: bool
) -> None:
    for neighbour in ("1", "x", "0x2"):
        found, mask = coercion.coerce(texts(text, neighbour), Type.INTEGER)
        assert found.to_pylist() == [value, 1 if neighbour == "1" else None]
        assert (mask is not None and mask[0].as_py()) == odd


@pytest.mark.parametrize("text", ["-1", "-0", "0x1", "+1", "1" * 19])
def test_a_reference_is_no_number_unless_it_is_a_plain_one(text: str) -> None:
    found, mask = coercion.coerce(texts(text, "1", "0"), Type.REFERENCE)
    assert found.to_pylist() == [None, 1, 0]
    assert mask is not None
    assert mask.to_pylist() == [True, False, False]


def test_a_boolean_is_true_false_or_odd() -> None:
    found, mask = coercion.coerce(texts("true", "false", "yes", None), Type.BOOLEAN)
    assert found.to_pylist() == [True, False, None, None]
    assert mask is not None
    assert mask.to_pylist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1969", 1969),
        ("1969-00-00", 1969),
        ("1969-09-26", 1969),
        ("1860", 1860),
        ("2027", 2027),
        ("1859", None),
        ("2028", None),
        ("0400-01-01", None),
        ("0", None),
        ("0000", None),
        ("197", None),
        ("19690", None),
        ("?", None),
        ("ca. 1969", None),
        (None, None),
    ],
)
def test_a_year_is_the_first_four_digits_from_1860_to_next_year(text: str | None, year: int | None) -> None:
    assert coercion.year(texts(text), 2027).to_pylist() == [year]


def artist(name: str | None, join: str | None = None, anv: str | None = None) -> dict[str, str | None]:
    return {"name": name, "join": join, "anv": anv}


@pytest.mark.parametrize(
    ("artists", "line"),
    [
        ([], None),
        ([artist("Pink Floyd", ",")], "Pink Floyd"),
        ([artist("Nirvana (2)")], "Nirvana"),
        ([artist("Bill Evans", "&"), artist("Jim Hall")], "Bill Evans & Jim Hall"),
        ([artist("A", ","), artist("B", "Feat."), artist("C", "&")], "A, B Feat. C"),
        ([artist("A"), artist("B")], "A, B"),
        ([artist("A", ",Canta:"), artist("B")], "A,Canta: B"),
        ([artist("Samuel L Session", None, "Samuel L")], "Samuel L"),
        ([artist(None)], None),
    ],
)
def test_a_credit_reads_as_printed(artists: list[dict[str, str | None]], line: str | None) -> None:
    kind = pa.list_(pa.struct([(name, pa.string()) for name in ("name", "join", "anv")]))
    found = coercion.credit(pa.array([[artist("Before")], artists, [artist("After")]], kind))
    assert found.to_pylist() == ["Before", line, "After"]


def test_a_slice_of_credits_reads_as_the_whole() -> None:
    kind = pa.list_(pa.struct([(name, pa.string()) for name in ("name", "join", "anv")]))
    whole = pa.array([[artist("A")], [artist("B", "&"), artist("C")], [artist("D")]], kind)
    assert coercion.credit(whole.slice(1, 2)).to_pylist() == ["B & C", "D"]

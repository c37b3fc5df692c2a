"""Tests of `sample.generated.columns`."""

import lxml.etree as etree
import numpy as np
import pyarrow as pa

from discogs_assets.sample.generated import columns, oddities
from discogs_assets.sample.generated.columns import Pool
from discogs_assets.sample.generated.elements import Row


def _read(data: str) -> etree._Element:
    return etree.fromstring(f"<a>{data}</a>".encode())[0]


def test_an_odd_text_reads_back_exactly_from_an_element() -> None:
    for text in (*oddities.TEXTS, *oddities.ROLES, *oddities.URLS):
        pool = Pool([text])
        assert (_read(columns.element("b", pool.values)[0].as_py()).text or "") == text
        assert pool.said.tolist() == [bool(text.strip())]


def test_an_odd_text_reads_back_exactly_from_an_attribute() -> None:
    for text in (*oddities.NAMES, *oddities.CATNOS, *oddities.QUANTITIES, oddities.LONG):
        row = Row("b", 1)
        row.attribute("c", Pool([text], attribute=True).take(np.zeros(1, np.int64)))
        assert _read(row.written()[0].as_py()).get("c") == text


def test_no_text_stands_where_a_number_is_negative() -> None:
    taken = Pool(["a", " "]).take(np.array([0, -1, 1]))
    assert (taken.values.to_pylist(), taken.said.tolist()) == (["a", None, " "], [True, False, False])


def test_rows_are_grouped_by_their_parents_without_being_copied() -> None:
    rows = pa.array(["a", "b", "c"])
    grouped = columns.grouped(rows, np.array([2, 0, 1]))
    assert grouped.to_pylist() == ["ab", "", "c"]
    assert grouped.buffers()[2].address == rows.buffers()[2].address
    assert columns.grouped(rows[1:], np.array([0, 2])).to_pylist() == ["", "bc"]


def test_texts_are_scattered_over_the_flagged_rows() -> None:
    text = Pool(["a", "b"]).take(np.array([0, 1]))
    assert columns.scattered(text, np.array([False, True, True])).values.to_pylist() == [None, "a", "b"]

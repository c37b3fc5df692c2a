"""Tests of `streams.insights.lookup`."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.streams.insights.lookup import Lookup

IDS = st.integers(0, 2**62) | st.integers(0, 9)


@given(st.dictionaries(IDS, st.integers(0, 2**40)), st.lists(IDS | st.none()))
def test_it_finds_what_a_dictionary_finds(numbers: dict[int, int], wanted: list[int | None]) -> None:
    frame = pl.DataFrame({"id": [*numbers], "number": [*numbers.values()]}, dict.fromkeys(("id", "number"), pl.Int64))
    found = Lookup.of(frame).find(pl.Series(wanted, dtype=pl.Int64))
    assert found.dtype == pl.Int64
    assert found.to_list() == [None if each is None else numbers.get(each) for each in wanted]

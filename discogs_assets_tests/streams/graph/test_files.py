"""Tests of `streams.graph.files`."""

from collections import Counter

import polars as pl
import pytest

from discogs_assets.schema import graph as model
from discogs_assets.streams.graph import files


@pytest.mark.parametrize("text", ["", "short", "x" * model.TEXT_LIMIT, "🎵" * model.TEXT_LIMIT])
def test_a_text_that_an_index_takes_stays_whole(text: str) -> None:
    assert pl.select(files.limit_length(pl.lit(text))).item() == text


@pytest.mark.parametrize("letter", ["x", "ü", "🎵"])
def test_a_text_too_long_for_an_index_is_cut_between_characters(letter: str) -> None:
    found = pl.select(files.limit_length(pl.lit(letter * (model.TEXT_LIMIT + 1)))).item()
    assert found == letter * model.TEXT_LIMIT
    assert len(found.encode()) <= 8_000


def test_a_tally_names_what_was_left_out_also_if_nothing_and_what_was_cut() -> None:
    tally = files.Tally(3, Counter(self=0, dangling=2), Counter(name=0, title=1))
    assert dict(tally.facts()) == {"omitted/dangling": 2, "omitted/self": 0, "cut/title": 1}

"""Tests of `streams.insights.degree`."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from discogs_assets.streams.insights.degree import degrees, types


def test_the_types_that_nodes_may_have() -> None:
    assert set(types("Genre")) == {"IS", "PART_OF"}
    assert {"BY", "MEMBER_OF", "CREDITED_ON"} < set(types("Artist"))
    assert "MEMBER_OF" not in types("Release")
    assert set(types("Release", "Artist")) == {*types("Release"), *types("Artist")}


@pytest.mark.parametrize("label", ["Artist", "Release", "Label", "Genre"])
def test_relationships_count_at_both_ends(
    label: str, related: Callable[[str], dict[str, pl.DataFrame]], tmp_path: Path
) -> None:
    files, expected = [], dict[int, int]()
    for kind in types(label):
        for pair, table in related(kind).items():
            files.append(tmp_path / f"{kind}" / f"{pair}.parquet")
            files[-1].parent.mkdir(exist_ok=True)
            table.write_parquet(files[-1])
            for end, column in zip(pair.split("-"), table.iter_columns(), strict=False):
                for number in column if end == label else ():
                    expected[number] = expected.get(number, 0) + 1
    assert expected
    assert degrees(label, files).rows() == sorted(expected.items())

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
    label: str, related: Callable[[str], dict[str, pl.DataFrame]], nodes: dict[str, list[Path]], tmp_path: Path
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
    found = degrees(label, nodes[label], files)
    (ids,) = (column for column in pl.read_parquet(nodes[label]).iter_columns() if "ID" in column.name)
    assert expected.keys() <= {*ids}
    assert dict(zip(found.ids.tolist(), found.numbers.tolist(), strict=True)) == {
        number: expected.get(number, 0) for number in ids
    }


def test_a_relationship_of_a_node_that_is_not_there_does_not_count(tmp_path: Path) -> None:
    nodes, file = tmp_path / "nodes.parquet", tmp_path / "Release-Artist.parquet"
    for ids, counts in (([], []), ([3, 7], [1, 0])):
        pl.DataFrame({"id:ID(Artist)": pl.Series(ids, dtype=pl.Int64)}).write_parquet(nodes)
        pl.DataFrame({":START_ID(Release)": [1, 1, 1], ":END_ID(Artist)": [3, 5, 9]}).write_parquet(file)
        assert degrees("Artist", [nodes], [file]).numbers.tolist() == counts

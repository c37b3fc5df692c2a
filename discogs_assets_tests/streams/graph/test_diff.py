"""Tests of `streams.graph.diff`: carried out on the old rows it gives the new ones."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.streams.graph import diff, table
from discogs_assets.streams.graph.diff import KINDS, TIMES, Sorted
from discogs_assets_tests.tables import NEW, OLD

IDS = st.integers(1, 4)
TEXTS = st.none() | st.lists(st.sampled_from(["A", "B"]), max_size=2)
RELATED = st.lists(st.tuples(IDS, IDS, st.sampled_from([None, "Bass", "Voice"]), TEXTS), max_size=12)
NODES = st.dictionaries(IDS, st.tuples(st.sampled_from([None, "A", "B"]), TEXTS), max_size=4)


def rows(frame: pl.DataFrame) -> list[str]:
    return [repr(sorted((name, value) for name, value in row.items() if value is not None)) for row in frame.to_dicts()]


def by_key(frame: pl.DataFrame, keys: list[str]) -> dict[Any, str]:
    return dict(zip(frame.select(keys).rows(), rows(frame), strict=True))


def related(old: pl.DataFrame, found: Iterable[Sorted]) -> Counter[str]:
    """The old relationships after what goes and comes; what goes has to be there."""
    left = Counter(rows(old))
    for kind, frame in found:
        times = frame[TIMES] if kind == "gone" else [1] * len(frame)
        for row, count in zip(rows(frame.drop(TIMES, strict=False)), times, strict=True):
            assert kind == "come" or left[row] >= count
            left[row] += count if kind == "come" else -count
    return +left


def nodes(old: pl.DataFrame, found: Iterable[Sorted], keys: list[str]) -> dict[Any, str]:
    """The old nodes after what is removed, changed and added; what is added must not be there, all else has to be."""
    left = by_key(old, keys)
    for kind, frame in found:
        for key, row in by_key(frame, keys).items():
            assert (key in left) == (kind != "added")
            left[key] = row
            if kind == "removed":
                del left[key]
    return left


@given(RELATED, RELATED)
def test_the_old_relationships_with_what_goes_and_comes_are_the_new_ones(old: list[Any], new: list[Any]) -> None:
    schema: dict[str, Any] = {"start": pl.Int64, "end": pl.Int64, "role": pl.String, "catnos": pl.List(pl.String)}
    a, b = (pl.DataFrame(each, schema=schema, orient="row") for each in (old, new))
    found = diff.relationships(diff.compare(a, b), ["start", "end"])
    assert related(a, found) == Counter(rows(b))


@given(NODES, NODES, st.booleans())
def test_the_old_nodes_with_what_is_removed_changed_and_added_are_the_new_ones(
    old: dict[int, Any], new: dict[int, Any], grown: bool
) -> None:
    schema: dict[str, Any] = {"id": pl.Int64, "name": pl.String, "urls": pl.List(pl.String)}
    a, b = (pl.DataFrame([(key, *row) for key, row in m.items()], schema=schema, orient="row") for m in (old, new))
    a = a.drop("name") if grown else a
    found = diff.nodes(diff.compare(a, b), ["id"])
    assert nodes(a, found, ["id"]) == by_key(b, ["id"])


@pytest.mark.parametrize("most", [2, 1_000])
def test_a_month_with_the_difference_is_the_next_in_ranges_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(diff, "RANGE_ROWS", most)
    monkeypatch.setattr(table, "SAMPLED", 1)
    before, now = OLD.write(tmp_path / "old", "2026-10"), NEW.write(tmp_path / "new", "2026-11")
    found = diff.between(before, now, tmp_path)
    for title, new in table.parts(now).items():
        old, whole = (each.between((None, None)) for each in (table.parts(before)[title], new))
        said = [(each.kind, pl.read_parquet(each.file)) for each in found if each.table.title == title]
        if new.ends:
            assert related(old, said) == Counter(rows(whole))
        else:
            assert nodes(old, said, new.keys) == by_key(whole, new.keys)


def test_parallel_relationships_alike_are_counted_and_nodes_told_apart_by_their_key(tmp_path: Path) -> None:
    before, now = OLD.write(tmp_path / "old", "2026-10"), NEW.write(tmp_path / "new", "2026-11")
    found = diff.between(before, now, tmp_path)
    said = {(each.table.title, each.kind): pl.read_parquet(each.file).rows() for each in found}
    assert [each.kind for each in found] == sorted((each.kind for each in found), key=KINDS.index)
    assert said["CREDITED_ON Artist-Release", "gone"] == [(1, 10, "Bass", 2), (3, 12, "Bass", 1), (4, 11, None, 1)]
    assert (2, 10, "Voice") in said["CREDITED_ON Artist-Release", "come"]
    assert said["IS Release-Genre", "gone"] == [(12, "Jazz", 1), (12, "Blues", 1)]
    assert said["Artist", "removed"] == [(3,)]
    assert said["Artist", "changed"] == [(4, "Named anew", ["Named anew"])]
    assert said["Artist", "added"] == [(5, "Come", ["Come"])]
    assert said["Genre", "changed"] == [("Jazz", 1), ("Rock", 2)]


def test_a_month_does_not_differ_from_itself_and_two_from_each_other_always_in_the_same_order(tmp_path: Path) -> None:
    before, now = OLD.write(tmp_path / "old", "2026-10"), NEW.write(tmp_path / "new", "2026-11")
    assert diff.between(now, replace(now, month="2026-12"), tmp_path) == []
    files: list[list[bytes]] = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        found = diff.between(before, now, tmp_path / name)
        files.append([each.file.read_bytes() for each in found])
    assert files[0] == files[1]


def test_months_with_other_tables_or_columns_of_another_type_are_not_compared(tmp_path: Path) -> None:
    before, now = OLD.write(tmp_path / "old", "2026-10"), NEW.write(tmp_path / "new", "2026-11")
    assert diff.incomparable(before, now) is None
    less = replace(now, nodes={label: files for label, files in now.nodes.items() if label != "Artist"})
    assert diff.incomparable(before, less) == "only one of them has the table Artist"
    (file,) = now.nodes["Release"]
    pl.read_parquet(file).with_columns(title=pl.lit(1)).write_parquet(file)
    assert diff.incomparable(before, now) == "title of Release was String and is Int32"
    pl.read_parquet(file).drop("title").write_parquet(file)
    assert diff.incomparable(before, now) is None

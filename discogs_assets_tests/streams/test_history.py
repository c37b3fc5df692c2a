"""Tests of `streams.history`."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from discogs_assets.schema.backends import arrow
from discogs_assets.schema.discogs import LABELS, RELEASES
from discogs_assets.streams import parquet
from discogs_assets.streams.edits import Edit
from discogs_assets.streams.history import find_edits, read_record


def make_release(**values: Any) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{"id": 7, **values}], arrow.record(RELEASES))


def make_tracks(*titles: str) -> list[dict[str, str]]:
    return [{"title": title} for title in titles]


@pytest.mark.parametrize(
    ("old", "new", "edits"),
    [
        ({"title": "A"}, {"title": "A"}, []),
        ({"title": "A"}, {"title": "B"}, [("title", "A", "B")]),
        ({"title": "A"}, {}, [("title", "A", None)]),
        ({"genres": ["Rock"]}, {"genres": ["Rock", "Pop"]}, [("genres[2]", None, "Pop")]),
        ({"genres": ["Rock", "Pop"]}, {"genres": ["Pop"]}, [("genres[1]", "Rock", None)]),
        (
            {"tracklist": make_tracks("A", "C")},
            {"tracklist": make_tracks("A", "D")},
            [("tracklist[2].title", "C", "D")],
        ),
    ],
)
def test_an_edit_names_the_innermost_field_with_its_values(
    old: Any, new: Any, edits: list[tuple[str, Any, Any]]
) -> None:
    found = find_edits(RELEASES, make_release(**old), make_release(**new))
    assert list(found) == [Edit("changed", *each) for each in edits]


def test_a_record_added_or_removed_is_one_edit_of_its_title() -> None:
    one = make_release(title="A")
    assert list(find_edits(RELEASES, None, one)) == [Edit("added", "title", None, "A")]
    assert list(find_edits(RELEASES, one, None)) == [Edit("removed", "title", "A", None)]
    assert list(find_edits(RELEASES, None, None)) == []


def test_a_record_is_read_by_its_id(tmp_path: Path) -> None:
    schema = arrow.record(LABELS)
    with parquet.writing(tmp_path / "part.parquet", schema, {}) as writer:
        writer.write(pa.RecordBatch.from_pylist([{"id": n, "name": f"Label {n}"} for n in (1, 2, 3)], schema))
    found = read_record(LABELS, [tmp_path / "part.parquet"], 2)
    assert found is not None
    assert found["name"].to_pylist() == ["Label 2"]
    assert read_record(LABELS, [tmp_path / "part.parquet"], 9) is None

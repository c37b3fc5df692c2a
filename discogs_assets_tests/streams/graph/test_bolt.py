"""Tests of `streams.graph.bolt`: which rows are sent, and in which order."""

from pathlib import Path

import pytest

from discogs_assets.streams.graph import bolt
from discogs_assets_tests.tables import NEW, OLD


def test_a_month_is_made_nodes_before_relationships(tmp_path: Path) -> None:
    stages = bolt.plan_load(NEW.write(tmp_path, "2026-11"))
    assert [stage.title for stage in stages] == [
        *("Artist created", "Release created", "Genre created"),
        *("CREDITED_ON Artist-Release created", "IS Release-Genre created"),
    ]
    releases, credited = [*stages[1].batches(0)], [*stages[3].batches(0)]
    assert [batch.rows for batch in releases] == [
        [{"id": 10, "title": "One"}, {"id": 11}, {"id": 13, "title": "Added"}]
    ]
    assert credited[0].rows[3:5] == [
        {"start_key": 4, "end_key": 11, "properties": {"role": "Bass"}},
        {"start_key": 5, "end_key": 13, "properties": {}},
    ]


def test_a_month_is_changed_from_what_has_to_go_first_to_what_needs_the_rest(tmp_path: Path) -> None:
    before, now = OLD.write(tmp_path / "old", "2026-10"), NEW.write(tmp_path / "new", "2026-11")
    stages = bolt.plan_changes(before, now, tmp_path)
    done = [stage.title.rpartition(" ")[2] for stage in stages]
    assert done == ["deleted"] * 5 + ["updated"] * 2 + ["created"] * 5
    assert ["-" in stage.title for stage in stages] == [True] * 2 + [False] * 8 + [True] * 2
    (batch,) = stages[0].batches(0)
    assert (len(batch.rows), batch.meant) == (3, 4)
    assert batch.rows[0] == {"start_key": 1, "end_key": 10, "times": 2, "properties": {"role": "Bass"}}
    assert [batch.rows for batch in stages[2].batches(0)] == [[{"id": 3}]]


def test_batches_go_on_at_any_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bolt, "BATCH_ROWS", 2)
    monkeypatch.setattr(bolt, "WINDOW_ROWS", 4)
    stage = bolt.plan_load(OLD.write(tmp_path, "2026-10"))[3]
    sizes = [[len(batch.rows) for batch in stage.batches(start)] for start in (0, 3, 6)]
    assert sizes == [[2, 2, 2], [2, 1], []]
    whole = [row for batch in stage.batches(0) for row in batch.rows]
    assert [row for batch in stage.batches(3) for row in batch.rows] == whole[3:]

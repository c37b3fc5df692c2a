"""Tests of `streams.graph.table`: rows as a database holds them, and tables in parts."""

from pathlib import Path

import polars as pl
import pytest

from discogs_assets.streams.graph import table
from discogs_assets_tests.tables import NEW, OLD, Month


def test_rows_are_in_the_form_that_an_import_leaves(tmp_path: Path) -> None:
    parts = table.parts(NEW.write(tmp_path, "2026-11"))
    assert list(parts) == ["Artist", "Release", "Genre", "CREDITED_ON Artist-Release", "IS Release-Genre"]
    whole = {title: each.between((None, None)) for title, each in parts.items()}
    assert whole["Artist"].row(0, named=True) == {"id": 1, "name": "Group", "namevariations": ["Group"]}
    assert whole["Release"].rows() == [(10, "One"), (11, None), (13, "Added")]
    assert whole["Genre"].columns == ["name", "release_count"]
    assert whole["IS Release-Genre"].rows() == [(10, "Rock"), (11, "Jazz"), (13, "Rock"), (13, "Ambient")]
    assert parts["CREDITED_ON Artist-Release"].schema == whole["CREDITED_ON Artist-Release"].schema


@pytest.mark.parametrize("start", [0, 3, 6, 9])
def test_windows_give_every_row_from_any_one_on(tmp_path: Path, start: int) -> None:
    each = table.parts(OLD.write(tmp_path, "2026-10"))["CREDITED_ON Artist-Release"]
    found = [row for window in each.windows(start, 2) for row in window.rows()]
    assert found == each.between((None, None)).rows()[start:]


def test_ranges_hold_each_row_once_and_of_two_tables_the_same_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "SAMPLED", 1)
    months = [Month({}, credits=[(7, release, None) for release in range(start, 100)]) for start in (0, 50)]
    both = [
        table.parts(month.write(tmp_path / str(number), "2026-10"))["CREDITED_ON Artist-Release"]
        for number, month in enumerate(months)
    ]
    cuts = table.cuts(both, 30)
    assert len(cuts) == 5
    for each in both:
        read = pl.concat(each.between(cut) for cut in cuts)
        assert read.rows() == each.between((None, None)).rows()
    assert max(sum(len(each.between(cut)) for each in both) for cut in cuts) <= 40
    assert table.cuts(both, 1_000) == [(None, None)]

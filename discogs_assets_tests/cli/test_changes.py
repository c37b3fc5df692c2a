"""Tests of `cli.changes`; its tables are held in the tests of `defs.assets.changes`."""

from pathlib import Path

import pyarrow as pa
import pytest

from discogs_assets.cli.changes import show
from discogs_assets.errors import DumpMissingError, SettingError
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.discogs import LABELS
from discogs_assets.streams import parquet


@pytest.mark.parametrize("entity", [None, "artists"])
def test_a_month_without_changes_is_named_with_the_command_that_makes_them(
    entity: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path))
    with pytest.raises(DumpMissingError, match=r"changes/discogs/artists has no partition 2026-11-01.*--select"):
        show("2026-11", entity, 20)


def test_an_entity_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="'tracks', expected one of artists, labels, masters, releases"):
        show("2026-11", "tracks", 20)


def test_an_id_shows_the_fields_of_a_record_over_all_months_in_the_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path))
    schema = arrow.record(LABELS)
    for month, name in (("2026-09-01", "Old"), ("2026-10-01", "Old"), ("2026-11-01", "New")):
        folder = Path(tmp_path, "lake/parquet/discogs/labels", month)
        folder.mkdir(parents=True)
        with parquet.writing(folder / "part.parquet", schema, {}) as writer:
            writer.write(pa.RecordBatch.from_pylist([{"id": 5, "name": name}], schema))
    for asked, edited in ((None, True), ("2026-11", True), ("2026-10", False)):
        show(asked, "labels", 20, 5)
        out, err = capsys.readouterr()
        assert (out.split()[5:] == ["2026-11", "changed", "name", "Old", "New"]) is edited
        assert "label 5 is in" in err


@pytest.mark.parametrize("entity", [None, "tracks"])
def test_an_id_needs_an_entity(entity: str | None) -> None:
    with pytest.raises(SettingError, match="--id 5 needs --entity, one of artists, labels, masters, releases"):
        show(None, entity, 20, 5)


def test_only_an_id_needs_no_month() -> None:
    with pytest.raises(SettingError, match="the month is missing"):
        show(None, "labels", 20)

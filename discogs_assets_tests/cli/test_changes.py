"""Tests of `cli.changes`; its tables are held in the tests of `defs.assets.changes`."""

from pathlib import Path

import pytest

from discogs_assets.cli.changes import show
from discogs_assets.errors import DumpMissingError, SettingError


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

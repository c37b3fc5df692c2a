"""Tests of `cli.sample`."""

from pathlib import Path

import pytest

from discogs_assets.cli import app
from discogs_assets.errors import SettingError
from discogs_assets.sample import generator
from discogs_assets.sample.generator import musicbrainz


def test_the_command_says_what_it_wrote_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app(["sample", "--releases", "30", "--months", "1", "--to", str(tmp_path)], result_action="return_value")
    out, err = capsys.readouterr()
    truth = generator.truth(tmp_path, "2026-10-01")
    head, *rows, folder = out.splitlines()
    assert head.split()[:2] == ["month", "artists"]
    assert [row.split()[0] for row in rows] == ["2026-10"]
    assert rows[0].split()[4] == str(truth["records"]["releases"])
    assert folder == str(tmp_path)
    assert f"DISCOGS_DUMPS={tmp_path}" in err


def test_a_plan_that_cannot_be_carried_out_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="layout 'new' is none of"):
        app(["sample", "--layout", "new", "--to", str(tmp_path)], result_action="return_value")


def test_musicbrainz_runs_are_written_beside_the_months_if_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sample", "--releases", "300", "--months", "1", "--musicbrainz", "--to", str(tmp_path)]
    app(words, result_action="return_value")
    truth = musicbrainz.truth(tmp_path / "musicbrainz", "2026-10-01")
    row = next(line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("20261003-001001"))
    assert row[1:5] == [str(truth[name]["records"]) for name in ("artist", "label", "release-group", "release")]
    assert (tmp_path / "musicbrainz" / "LATEST").exists()

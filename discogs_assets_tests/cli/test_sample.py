"""Tests of `cli.sample`."""

from pathlib import Path

import pytest

from discogs_assets.cli import app
from discogs_assets.errors import SettingError
from discogs_assets.sample import generated


def test_the_command_says_what_it_wrote_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app(["sample", "--releases", "30", "--months", "1", "--to", str(tmp_path)], result_action="return_value")
    out, err = capsys.readouterr()
    truth = generated.truth(tmp_path, "2026-10-01")
    head, *rows, folder = out.splitlines()
    assert head.split()[:2] == ["month", "artists"]
    assert [row.split()[0] for row in rows] == ["2026-10"]
    assert rows[0].split()[4] == str(truth["records"]["releases"])
    assert folder == str(tmp_path)
    assert f"DISCOGS_DUMPS={tmp_path}" in err


def test_a_plan_that_cannot_be_carried_out_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="layout 'new' is none of"):
        app(["sample", "--layout", "new", "--to", str(tmp_path)], result_action="return_value")

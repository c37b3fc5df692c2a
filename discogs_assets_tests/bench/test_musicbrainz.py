"""Tests of `bench.musicbrainz`."""

import json
from pathlib import Path

import pytest

from discogs_assets.bench.musicbrainz import BEYOND_XZ, plan
from discogs_assets.cli import app
from discogs_assets.errors import SettingError
from discogs_assets.sample.generated import musicbrainz
from discogs_assets.sample.generated.plan import Plan


def test_each_step_counts_what_the_generator_made_at_every_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, keep = tmp_path / "figures.json", tmp_path / "kept"
    words = ["bench", "musicbrainz", "--artists", "60", "120", "--entity", "artist", "--keep", str(keep)]
    app([*words, "--json", str(file)], result_action="return_value")
    figures = json.loads(file.read_text())["figures"]
    assert [(each["releases"], each["step"], each["role"]) for each in figures] == [
        (size, *step) for size in (60, 120) for step in (("xz alone", "limit"), ("dump to Parquet", "ours"))
    ]
    for each in figures:
        truth = musicbrainz.truth(keep / f"musicbrainz-{each['releases']}", "2026-10-01")["artist"]
        assert (each["records"], each["unpacked"]) == (truth["records"], truth["bytes"])
    assert figures[1]["about"][BEYOND_XZ] > 0
    assert figures[1]["written"] > 0
    printed = capsys.readouterr().out
    assert "60 artists; MB/s of raw JSON" in printed
    assert "MB/s a core beyond xz" in printed


def test_a_plan_has_about_as_many_artists_as_asked_for() -> None:
    artists = plan(100_000).size("artists")
    assert artists * 0.25 == pytest.approx(100_000, rel=0.01)
    assert isinstance(plan(5), Plan)


@pytest.mark.parametrize("words", [["--artists", "5", "5"], ["--artists", "0"], ["--entity", "work"]])
def test_what_cannot_be_measured_is_refused(words: list[str]) -> None:
    with pytest.raises(SettingError):
        app(["bench", "musicbrainz", *words], result_action="return_value")

"""Tests of `bench.conversion`."""

import json
import sys
from pathlib import Path

import pytest

from discogs_assets.bench import conversion
from discogs_assets.bench.conversion import BEYOND_XZ
from discogs_assets.bench.dumps import Dumps, count_records
from discogs_assets.bench.rivals import Rival
from discogs_assets.cli import app
from discogs_assets.errors import SettingError
from discogs_assets.sample import generator
from discogs_assets.sample.generator import Plan, musicbrainz

PARTITION = "2026-10-01"


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Dumps:
    folder = tmp_path_factory.mktemp("dumps")
    generator.write(folder, Plan(200, months=1))
    return Dumps(folder, 200, (PARTITION,))


@pytest.mark.slow
def test_each_step_counts_what_the_generator_made(dumps: Dumps, tmp_path: Path) -> None:
    truth, file = generator.truth(dumps.folder, PARTITION), tmp_path / "figures.json"
    words = ["bench", "parse", "--dumps", str(dumps.folder), "--entity", "releases", "--json", str(file)]
    app(words, result_action="return_value")
    written = json.loads(file.read_text())
    found = written["figures"]
    steps = ["gunzip alone", "framing alone", "tokenising alone", "dump to Parquet"]
    assert [each["step"] for each in found] == steps
    assert [each["role"] for each in found] == ["limit", "limit", "limit", "ours"]
    assert {each["records"] for each in found} == {each["releases"] for each in found} == {truth["records"]["releases"]}
    assert {each["unpacked"] for each in found} == {truth["bytes"]["releases"]}
    assert found[3]["written"] > 0
    assert all(each["ours_times_as_fast"] > 0 for each in found[:3])
    assert written["machine"]["cores"] >= 1
    assert "polars" in written["versions"]


@pytest.mark.parametrize("name", ["artists", "labels", "masters", "releases"])
def test_framing_and_tokenising_find_every_record(dumps: Dumps, name: str) -> None:
    made = generator.truth(dumps.folder, PARTITION)["records"][name]
    assert count_records(dumps.find_file(name), name) == conversion.tokenise(dumps.find_file(name), name) == made


def test_a_rival_is_measured_by_what_it_writes(dumps: Dumps, tmp_path: Path) -> None:
    program = tmp_path / "other"
    code = "import sys, polars; polars.DataFrame({'id': [1, 2]}).write_parquet(sys.argv[1] + '/labels.parquet')"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" $1\n')
    program.chmod(0o755)
    rival = Rival("other", "other==1.0", converts={"convert": ("{output}", "{dumps}")})
    (theirs,) = conversion.measure_rival(rival, program, dumps.find_file("labels"), (200, "labels", 12345))
    assert (theirs.role, theirs.step, theirs.records, theirs.unpacked) == ("rival", "other convert", 2, 12345)
    assert theirs.written > 0
    assert theirs.processor > 0


def test_a_rival_that_fails_is_a_figure_that_says_why(dumps: Dumps, tmp_path: Path) -> None:
    program = tmp_path / "other"
    program.write_text("#!/bin/sh\necho it cannot read $1 >&2; exit 3\n")
    program.chmod(0o755)
    rival = Rival("other", "other==1.0", converts={"convert": ("{dumps}",)})
    (theirs,) = conversion.measure_rival(rival, program, dumps.find_file("labels"), (200, "labels", 12345))
    assert theirs.seconds is None
    assert theirs.failure is not None
    assert "it cannot read" in theirs.failure
    assert not list(dumps.find_file("labels").parent.glob("discogs_bench_*"))


@pytest.mark.slow
def test_each_step_of_an_export_counts_what_the_generator_wrote_at_every_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, keep = tmp_path / "figures.json", tmp_path / "kept"
    words = ["bench", "musicbrainz", "--artists", "120", "60", "60", "--entity", "artist", "--keep", str(keep)]
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
    assert "60 artists; MB/s unpacked" in printed
    assert "inferred" not in printed
    assert "MB/s a core beyond xz" in printed


@pytest.mark.parametrize(
    ("words", "error"), [(["--artists", "0"], SettingError), (["--artists", "5", "--entity", "work"], SystemExit)]
)
def test_an_impossible_export_is_refused(words: list[str], error: type[BaseException]) -> None:
    with pytest.raises(error):
        app(["bench", "musicbrainz", *words], result_action="return_value")

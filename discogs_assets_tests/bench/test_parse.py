"""Tests of `bench.parse`."""

import json
import sys
from pathlib import Path

import pytest

from discogs_assets.bench import parse
from discogs_assets.bench.dumps import Dumps
from discogs_assets.bench.rivals import Rival
from discogs_assets.cli import app
from discogs_assets.sample import generated
from discogs_assets.sample.generated import Plan

PARTITION = "2026-10-01"


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Dumps:
    folder = tmp_path_factory.mktemp("dumps")
    generated.write(folder, Plan(200, months=1))
    return Dumps(folder, 200, (PARTITION,))


def test_each_step_counts_what_the_generator_made(dumps: Dumps, tmp_path: Path) -> None:
    truth, file = generated.truth(dumps.folder, PARTITION), tmp_path / "figures.json"
    words = ["bench", "parse", "--dumps", str(dumps.folder), "--entity", "releases", "--json", str(file)]
    app(words, result_action="return_value")
    said = json.loads(file.read_text())
    found = said["figures"]
    steps = ["gunzip alone", "framing alone", "tokenising alone", "dump to Parquet"]
    assert [each["step"] for each in found] == steps
    assert [each["role"] for each in found] == ["limit", "limit", "limit", "ours"]
    assert {each["records"] for each in found} == {each["releases"] for each in found} == {truth["records"]["releases"]}
    assert {each["unpacked"] for each in found} == {truth["bytes"]["releases"]}
    assert found[3]["written"] > 0
    assert all(each["ours_times_as_fast"] > 0 for each in found[:3])
    assert said["machine"]["cores"] >= 1
    assert "polars" in said["versions"]


@pytest.mark.parametrize("name", ["artists", "labels", "masters", "releases"])
def test_framing_and_tokenising_find_every_record(dumps: Dumps, name: str) -> None:
    made = generated.truth(dumps.folder, PARTITION)["records"][name]
    assert parse.frame(dumps.file(name), name) == parse.tokenise(dumps.file(name), name) == made


def test_a_rival_is_measured_by_what_it_writes(dumps: Dumps, tmp_path: Path) -> None:
    program = tmp_path / "writing"
    code = "import sys, polars; polars.DataFrame({'id': [1, 2]}).write_parquet(sys.argv[1] + '/labels.parquet')"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" $1\n')
    program.chmod(0o755)
    rival = Rival("other", "1.0", "other", converts={"convert": ("{output}", "{dumps}")})
    (theirs,) = parse.against(rival, program, dumps.file("labels"), (200, "labels", 12345))
    assert (theirs.role, theirs.step, theirs.records, theirs.unpacked) == ("rival", "other convert", 2, 12345)
    assert theirs.written > 0
    assert theirs.processor > 0


def test_a_rival_that_fails_is_a_figure_that_says_why(dumps: Dumps, tmp_path: Path) -> None:
    program = tmp_path / "failing"
    program.write_text("#!/bin/sh\necho it cannot read $1 >&2; exit 3\n")
    program.chmod(0o755)
    rival = Rival("other", "1.0", "other", converts={"convert": ("{dumps}",)})
    (theirs,) = parse.against(rival, program, dumps.file("labels"), (200, "labels", 12345))
    assert theirs.seconds is None
    assert theirs.failure is not None
    assert "it cannot read" in theirs.failure
    assert not list(dumps.file("labels").parent.glob("discogs_bench_*"))

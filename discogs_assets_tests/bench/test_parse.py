"""Tests of `bench.parse` and `bench.measurement`."""

import json
from pathlib import Path

import pytest

from discogs_assets.bench import parse
from discogs_assets.bench.measurement import alone
from discogs_assets.cli import app
from discogs_assets.sample import generated
from discogs_assets.sample.generated import Plan


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dumps")
    generated.write(folder, Plan(200, months=1))
    return folder


def test_work_is_measured_in_a_process_of_its_own() -> None:
    took = alone(bytearray, 50_000_000)
    assert len(took.value) == 50_000_000
    assert took.peak > 50_000_000
    assert 0 < took.seconds < 30


def test_each_step_counts_what_the_generator_made(folder: Path) -> None:
    truth = generated.truth(folder, "2026-10-01")
    found = list(parse.figures(folder, ["releases"]))
    assert [each.step for each in found] == ["gunzip alone", "framing alone", "dump to Parquet"]
    assert {each.records for each in found} == {truth["records"]["releases"]}
    assert {each.megabytes for each in found} == {round(truth["bytes"]["releases"] / 1e6, 1)}
    assert found[0].of_limit == 1.0
    assert found[2].written_megabytes > 0


def test_framing_finds_every_record(folder: Path) -> None:
    (path,) = folder.rglob("*releases.xml.gz")
    assert parse.frame(path, "releases") == generated.truth(folder, "2026-10-01")["records"]["releases"]


def test_the_command_prints_figures_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app(["bench", "parse", "--dumps", str(folder), "--entity", "labels", "--json"], result_action="return_value")
    found = json.loads(capsys.readouterr().out)
    assert {each["entity"] for each in found} == {"labels"}

"""Tests of `cli.bench_report` and `cli.bench_commands`: options, tables and files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from discogs_assets.bench.dumps import Dumps
from discogs_assets.bench.figures import ALL_ASSETS, Figure, make_figure
from discogs_assets.bench.measurement import Usage
from discogs_assets.cli import app
from discogs_assets.cli.bench_commands import Options
from discogs_assets.cli.bench_report import plot, run
from discogs_assets.errors import SettingError


def benchmark(dumps: Dumps, *_: object, **more: Any) -> Iterator[Figure]:
    """Yield figures in proportion to the releases."""
    size = dumps.releases
    usage, facts = Usage(size / 100, size / 50, size * 100, 0.0, 5), {"records": size, "written": size * 1000}
    yield make_figure(Usage(size / 400), size, "graph", "reading alone", "limit", records=size)
    yield make_figure(usage, size, "graph", ALL_ASSETS, "ours", **facts)
    yield make_figure(Usage(size / 200), size, "graph", "sorting", "part")
    yield make_figure(Usage(), size, "graph", "other convert", "rival", failure="it gave up")
    for indexed in (True, False):
        about = {"median_ms": 1.5, "slowest_ms": 2.5, "indexed": indexed}
        yield make_figure(Usage(0.0015), size, "questions", "a release by id", "question", records=1, about=about)


def test_tables_show_every_size_and_separately_the_inferred_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Options((80, 40, 40), keep=tmp_path / "kept", json=tmp_path / "it.json", plot=tmp_path / "it.svg")
    run("month", benchmark, options)
    printed = capsys.readouterr()
    tables = printed.out.split("\n\n")
    assert [table.strip().partition(" ")[0] for table in tables] == ["40", "questions", "80", "questions", "inferred,"]
    assert "0.25" in tables[0]
    rows = [line[:24].rstrip() for line in tables[0].splitlines()[-4:]]
    assert rows == ["graph", "  limit: reading alone", "  of it sorting", "  rival: other convert"]
    assert "failed" in tables[0]
    assert [line.split()[-4:] for line in tables[1].splitlines()[-2:]] == [
        ["1", "1.5", "2.5", "yes"],
        ["1", "1.5", "2.5", "no"],
    ]
    assert "other convert failed: it gave up" in printed.err
    assert "least squares" in printed.err
    written = json.loads((tmp_path / "it.json").read_text())
    assert [each["releases"] for each in written["figures"]] == [40] * 6 + [80] * 6
    assert written["inferred"][0]["seconds"] == pytest.approx(written["inferred"][0]["releases"] / 100, abs=1)
    assert written["machine"]["cores"] >= 1
    assert (tmp_path / "it.svg").read_text().startswith("<?xml")


def test_a_single_size_infers_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("month", benchmark, Options((40,), keep=tmp_path, json=tmp_path / "figures.json"))
    assert "inferred" not in capsys.readouterr().out
    assert json.loads((tmp_path / "figures.json").read_text())["inferred"] == []


@pytest.mark.parametrize(("against", "place"), [("discogskit", "30-plain"), (None, "30")])
def test_a_rival_that_fails_on_odd_values_gets_generated_dumps_without_them(
    against: str | None, place: str, tmp_path: Path
) -> None:
    run("parse", benchmark, Options((30,), keep=tmp_path), against=against)
    assert [each.name for each in tmp_path.iterdir()] == [place]


def test_a_plot_has_a_line_for_each_step_and_none_for_parts(tmp_path: Path) -> None:
    found = [each for size in (200, 1000) for each in benchmark(Dumps(tmp_path, size, ()))]
    plot(found, "discogs bench month", tmp_path / "it.svg")
    text = (tmp_path / "it.svg").read_text()
    assert "graph: reading alone" in text
    assert "sorting" not in text
    assert "other convert" not in text


@pytest.mark.parametrize(
    "words",
    [
        ["month", "--releases", "5", "6", "--dumps", "given"],
        ["month", "--releases", "0"],
    ],
)
def test_an_impossible_measurement_is_refused(words: list[str]) -> None:
    with pytest.raises(SettingError, match=r"--dumps has|0 releases"):
        app(["bench", *words], result_action="return_value")


@pytest.mark.parametrize(
    ("words", "expected"), [(["--plot", "it.doc"], "svg"), (["--against", "nobody"], "discogskit")]
)
def test_an_invalid_option_is_refused_before_anything_is_measured(
    words: list[str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        app(["bench", "parse", "--keep", str(tmp_path), *words], result_action="return_value")
    assert expected in capsys.readouterr().err
    assert not list(tmp_path.iterdir())

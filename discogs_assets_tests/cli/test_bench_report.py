"""Tests of `cli.bench_report` and `cli.bench_commands`: what is asked for, and what is shown."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from discogs_assets.bench.dumps import Dumps, Source
from discogs_assets.bench.measuring.results import WHOLE, Figure
from discogs_assets.cli.bench_report import Asked, asked, run
from discogs_assets.errors import SettingError


def figures(dumps: Dumps) -> Iterator[Figure]:
    """As a benchmark gives them: twice as much of everything for twice as many releases."""
    size = dumps.releases
    yield Figure(size, "graph", WHOLE, "ours", size, written=size * 1000, seconds=size / 100, processor=size / 50)
    yield Figure(size, "graph", "sorting", "part", seconds=size / 200)
    yield Figure(size, "graph", "reading alone", "limit", size, seconds=size / 400)
    yield Figure(size, "graph", "other convert", "rival", failure="it gave up")
    about = {"median_ms": 1.5, "slowest_ms": 2.5, "indexed": True}
    yield Figure(size, "questions", "a release by id", "question", 1, seconds=0.0015, about=about)


def test_tables_show_every_size_and_apart_from_it_what_is_inferred(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = Asked([40, 80], Source(keep=tmp_path / "kept"), json=tmp_path / "figures.json", plot=tmp_path / "it.svg")
    run("month", wanted, 1, figures)
    printed = capsys.readouterr()
    tables = printed.out.split("\n\n")
    assert [table.strip().partition(" ")[0] for table in tables] == [
        "40",
        "questions",
        "80",
        "questions",
        "measured:",
        "inferred,",
    ]
    assert "0.25" in tables[0]
    rows = [line[:24].rstrip() for line in tables[0].splitlines()[-4:]]
    assert rows == ["graph", "  of it sorting", "  limit: reading alone", "  rival: other convert"]
    assert "failed" in tables[0]
    assert "other convert failed: it gave up" in printed.err
    assert "least squares" in printed.err
    said = json.loads((tmp_path / "figures.json").read_text())
    assert [each["releases"] for each in said["figures"]] == [40] * 5 + [80] * 5
    whole = said["cost"]["inferred"]["seconds"]
    assert whole == pytest.approx(said["cost"]["inferred"]["releases"] / 100)
    assert (tmp_path / "it.svg").stat().st_size > 0


def test_a_single_size_infers_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("month", Asked([40], Source(keep=tmp_path), json=tmp_path / "figures.json"), 1, figures)
    assert "inferred" not in capsys.readouterr().out
    assert "cost" not in json.loads((tmp_path / "figures.json").read_text())


def test_a_rival_that_gives_up_on_odd_values_gets_generated_dumps_without_them(tmp_path: Path) -> None:
    assert asked((5,), None, None, "discogskit", None, None).source.plain
    assert not asked((5,), tmp_path, None, "discogskit", None, None).source.plain
    assert not asked((5,), None, None, None, None, None).source.plain


@pytest.mark.parametrize(("sizes", "dumps"), [((5, 6), Path("given")), ((5, 5), None), ((0,), None)])
def test_sizes_that_mean_nothing_are_refused(sizes: tuple[int, ...], dumps: Path | None) -> None:
    with pytest.raises(SettingError, match="--releases"):
        asked(sizes, dumps, None, None, None, None)


def test_a_picture_that_cannot_be_drawn_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"\.svg"):
        run("month", Asked([40], Source(keep=tmp_path), plot=tmp_path / "it.doc"), 1, figures)
    assert not list(tmp_path.iterdir())

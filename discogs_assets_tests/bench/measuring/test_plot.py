"""Tests of `bench.measuring.plot`."""

from pathlib import Path

import pytest

from discogs_assets.bench.measuring import plot
from discogs_assets.bench.measuring.results import Figure
from discogs_assets.errors import SettingError

FOUND = [
    Figure(size, subject, step, role, seconds=size / 1000, peak=size * 100, servers_peak=5)  # type: ignore[arg-type]
    for size in (200, 1000)
    for subject, step, role in (
        ("graph", "all assets", "ours"),
        ("graph", "sorting", "part"),
        ("parquet", "gunzip alone", "limit"),
    )
]


def test_time_and_memory_of_steps_are_drawn_and_parts_are_not() -> None:
    found = plot.series([*FOUND, Figure(200, "graph", "other", "rival", failure="no")])
    assert found == {
        "graph": {200: (0.2, 20_005), 1000: (1.0, 100_005)},
        "parquet: gunzip alone": {200: (0.2, 20_005), 1000: (1.0, 100_005)},
    }


def test_a_picture_is_written_in_the_form_of_its_name(tmp_path: Path) -> None:
    plot.draw(FOUND, "discogs bench month", tmp_path / "month.svg")
    assert (tmp_path / "month.svg").read_text().startswith("<?xml")


def test_another_form_is_refused() -> None:
    with pytest.raises(SettingError, match=r"ends in \.svg or \.png"):
        plot.check(Path("month.jpeg"))

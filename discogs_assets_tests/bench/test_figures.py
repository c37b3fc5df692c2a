"""Tests of `bench.figures`."""

import json
from typing import Any

import pytest

from discogs_assets.bench import figures
from discogs_assets.bench.figures import GROWTH, WHOLE_DUMP, Figure, Role
from discogs_assets.bench.measurement import Usage


def figure(step: str, role: Role, seconds: float | None = None, releases: int = 1000, **more: Any) -> Figure:
    return figures.make_figure(Usage(seconds), releases, "releases", step, role, **more)


OURS = figure("dump to Parquet", "ours", 2.0, records=1000, unpacked=4_000_000)
LIMIT = figure("gunzip alone", "limit", 0.5)
RIVAL = figure("other convert", "rival", 20.0)
FAILED = figure("broken convert", "rival", failure="no")
ELSEWHERE = figure("gunzip alone", "limit", 9.0, releases=2000)


def test_a_ratio_is_the_multiple_of_our_speed() -> None:
    found = [OURS, LIMIT, RIVAL, FAILED, ELSEWHERE]
    assert [figures.compute_ratio(found, each) for each in found] == [None, 0.25, 10.0, None, None]


def test_figures_are_json_with_rates_of_wall_seconds_and_ratios() -> None:
    first, second, third = json.loads(json.dumps(figures.to_json([OURS, RIVAL, FAILED])))
    assert (first["records_per_second"], first["megabytes_per_second"]) == (500, 2)
    assert first["ours_times_as_fast"] is None
    assert second["ours_times_as_fast"] == 10.0
    assert third["records_per_second"] is None
    assert {"seconds", "processor", "peak", "written", "servers_processor", "servers_peak"} <= set(first)


def test_a_figure_has_the_measurements() -> None:
    found = figures.make_figure(Usage(1.5, 2.5, 30, 0.5, 10), 1000, "neo4j", "import alone", "limit", records=7)
    assert (found.seconds, found.processor, found.servers_processor) == (1.5, 2.5, 0.5)
    assert (found.peak, found.servers_peak, found.records) == (30, 10, 7)


def stage(size: int, role: Role = "ours", step: str = "all assets") -> Figure:
    usage = Usage(size * 1e-3 + 50, size * 2e-3, 500_000_000)
    return figures.make_figure(usage, size, "parquet", step, role, written=size * 100)


def test_an_extrapolation_needs_two_sizes() -> None:
    assert figures.extrapolate([stage(200_000), stage(200_000, "part", "sorting")]) == []


def test_the_whole_dump_is_a_point_on_the_line() -> None:
    found, _ = figures.extrapolate([stage(size) for size in (500_000, 200_000, 1_000_000)])
    assert found.releases == WHOLE_DUMP
    assert found.seconds == pytest.approx(WHOLE_DUMP * 1e-3 + 50, rel=1e-4)
    assert found.processor == pytest.approx(WHOLE_DUMP * 2e-3, rel=1e-4)
    assert found.written == WHOLE_DUMP * 100
    assert found.peak == 500_000_000
    assert found.about[GROWTH] == pytest.approx(1050 / 250 / 5, abs=0.01)


def test_growth_is_1_if_linear_and_more_if_worse() -> None:
    for seconds, growth in (((2.0, 10.0), 1.0), ((2.0, 20.0), 2.0), ((0.0, 1.0), None)):
        pair = [figure("s", "ours", each, size) for each, size in zip(seconds, (200, 1000), strict=True)]
        assert figures.extrapolate(pair)[0].about[GROWTH] == growth


def test_a_shrinking_quantity_is_never_extrapolated_below_0() -> None:
    assert figures.extrapolate([figure("s", "ours", 10.0, 200), figure("s", "ours", 5.0, 1000)])[0].seconds == 0


def test_limits_rivals_and_steps_of_only_one_size_are_not_extrapolated() -> None:
    sizes = (200_000, 1_000_000)
    others = [stage(size, role, "other") for size in sizes for role in ("limit", "rival", "before")]
    failed = [figure("all assets", "ours", releases=size, failure="no") for size in sizes]
    assert figures.extrapolate([*others, *failed]) == []
    found = figures.extrapolate([*others, *map(stage, sizes), stage(200_000, "part", "sorting")])
    assert [each.step for each in found] == ["all assets", "all assets"]


def test_parts_are_not_added_to_the_sum_of_all_stages() -> None:
    found = figures.extrapolate([stage(size, role, role) for size in (200, 1000) for role in ("ours", "part")])
    whole, part, total = found
    assert part.role == "part"
    assert (total.subject, total.seconds, total.written) == ("all, one after the other", whole.seconds, whole.written)


def test_steps_in_turn_add_up_except_their_peaks() -> None:
    first = figures.make_figure(Usage(1.0, 2.0, 10, 0.5, 5), 7, "a", "all assets", "before", records=3)
    second = figures.make_figure(Usage(2.0, 3.0, 8, 0.5, 9), 7, "b", "all assets", "ours", records=4)
    found = figures.add_up([first, second], "both", "parse and load")
    assert (found.seconds, found.processor, found.servers_processor, found.records) == (3.0, 5.0, 1.0, 7)
    assert (found.peak, found.servers_peak, found.releases, found.role) == (10, 9, 7, "ours")


def test_the_machine_and_the_versions_are_named() -> None:
    assert figures.read_machine()["cores"] >= 1
    assert {"discogs_assets", "Python", "polars", "Neo4j"} <= set(figures.read_versions())

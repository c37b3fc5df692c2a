"""Tests of `bench.measuring.results`."""

import json

from discogs_assets.bench.measuring import results
from discogs_assets.bench.measuring.measurement import Measured
from discogs_assets.bench.measuring.results import Figure

OURS = Figure(1000, "releases", "dump to Parquet", "ours", 1000, 4_000_000, 500_000, 2.0, 3.0, servers_processor=1.0)
LIMIT = Figure(1000, "releases", "gunzip alone", "limit", 1000, 4_000_000, seconds=0.5)
RIVAL = Figure(1000, "releases", "other convert", "rival", 1000, 4_000_000, seconds=20.0)
FAILED = Figure(1000, "releases", "broken convert", "rival", failure="no")
ELSEWHERE = Figure(2000, "releases", "gunzip alone", "limit", seconds=9.0)


def test_a_ratio_says_how_many_times_as_fast_ours_is() -> None:
    found = [OURS, LIMIT, RIVAL, FAILED, ELSEWHERE]
    assert [results.ratio(found, each) for each in found] == [None, 0.25, 10.0, None, None]


def test_rates_are_of_wall_seconds() -> None:
    assert OURS.records_per_second == 500
    assert OURS.megabytes_per_second == 2
    assert OURS.whole_processor == 4
    assert FAILED.records_per_second is None


def test_figures_are_json_with_what_follows_from_them() -> None:
    first, second = json.loads(json.dumps(results.said([OURS, RIVAL])))
    assert first["megabytes_per_second"] == 2.0
    assert first["ours_times_as_fast"] is None
    assert second["ours_times_as_fast"] == 10.0
    assert {"seconds", "processor", "peak", "biggest", "written", "servers_processor"} <= set(first)


def test_a_figure_has_what_was_measured() -> None:
    took = Measured(1.5, 2.5, 30, None, 20, 0.5, 10)
    found = results.figure(took, 1000, "neo4j", "import alone", "limit", records=7)
    assert (found.seconds, found.processor, found.servers_processor) == (1.5, 2.5, 0.5)
    assert (found.peak, found.biggest, found.servers_peak, found.records) == (30, 20, 10, 7)

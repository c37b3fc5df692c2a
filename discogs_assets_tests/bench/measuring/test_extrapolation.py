"""Tests of `bench.measuring.extrapolation`."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.bench.measuring import extrapolation
from discogs_assets.bench.measuring.results import Figure, Role

SIZES = (200_000, 500_000, 1_000_000)


def stage(size: int, role: Role = "ours", step: str = "all assets") -> Figure:
    """Ten microseconds a release and five seconds besides, three cores of four in half of the time."""
    seconds = size * 1e-5 + 5
    return Figure(size, "graph", step, role, written=size * 100, seconds=seconds, processor=seconds * 2, peak=10**9)


@given(
    slope=st.floats(0, 1e-2),
    intercept=st.floats(0, 1e3),
    sizes=st.lists(st.integers(10_000, 10**7), min_size=2, max_size=5, unique=True),
)
def test_a_line_through_points_of_a_line_is_that_line(slope: float, intercept: float, sizes: list[int]) -> None:
    found = extrapolation.line({size: slope * size + intercept for size in sizes})
    for size in (min(sizes), max(sizes)):
        assert found.at(size) == pytest.approx(slope * size + intercept, rel=1e-3, abs=1e-3)


def test_a_line_of_one_size_goes_through_the_origin() -> None:
    assert extrapolation.line({1000: 2.0}).at(10_000) == pytest.approx(20)


def test_growth_is_1_where_it_is_linear_and_more_where_it_is_worse() -> None:
    assert extrapolation.growth({200: 2.0, 1000: 10.0}) == pytest.approx(1)
    assert extrapolation.growth({200: 2.0, 1000: 20.0, 500: 1.0}) == pytest.approx(2)
    assert extrapolation.growth({200: 2.0}) is None
    assert extrapolation.growth({200: 0.0, 1000: 1.0}) is None


@given(seconds=st.floats(0.1, 1e5), busy=st.floats(0.1, 1), cores=st.integers(1, 64), others=st.integers(1, 64))
def test_more_cores_never_slow_down_and_never_do_more_than_share_the_work(
    seconds: float, busy: float, cores: int, others: int
) -> None:
    found = extrapolation.on_cores(seconds, seconds * busy * cores, cores, others)
    assert min(1.0, cores / others) * seconds * 0.999 <= found <= max(1.0, cores / others) * seconds * 1.001


def test_what_ran_on_one_core_stays_as_it_is() -> None:
    assert extrapolation.on_cores(100, 100, 2, 16) == 100
    assert extrapolation.on_cores(100, 60, 2, 16) == 100
    assert extrapolation.on_cores(100, 200, 2, 16) == pytest.approx(12.5)
    assert extrapolation.on_cores(100, 150, 2, 16) == pytest.approx(50 + 50 / 8)
    assert extrapolation.on_cores(100, 100, 1, 16) == 100


def test_a_model_needs_two_sizes() -> None:
    assert extrapolation.costs([stage(200_000)], 4) == []


def test_the_whole_dump_is_a_point_on_the_line() -> None:
    (found,) = extrapolation.costs([stage(size) for size in SIZES], 4)
    assert found.whole["seconds"] == pytest.approx(extrapolation.WHOLE * 1e-5 + 5)
    assert found.whole["written"] == pytest.approx(extrapolation.WHOLE * 100)
    assert found.growth["written"] == pytest.approx(1)
    assert (found.growth["seconds"] or 0) < 1
    assert found.many < found.whole["seconds"]


def test_limits_rivals_and_what_only_one_size_has_are_not_modelled() -> None:
    others = [stage(size, role, "other") for size in SIZES for role in ("limit", "rival", "before")]
    failed = [Figure(size, "neo4j", "all assets", "ours", failure="no") for size in SIZES]
    assert len(extrapolation.costs([*others, *failed, stage(200_000), stage(500_000)], 4)) == 0


def test_measured_and_inferred_are_kept_apart_and_parts_are_not_added() -> None:
    found = extrapolation.costs([stage(size, role, role) for size in SIZES for role in ("ours", "part")], 4)
    model = json.loads(json.dumps(extrapolation.said(found, 4)))
    assert set(model) == {"measured", "inferred"}
    assert [set(each["at"]) for each in model["measured"]] == [set(map(str, SIZES))] * 2
    whole, part = model["inferred"]["stages"]
    assert part["part"]
    assert model["inferred"]["seconds"] == whole["whole"]["seconds"]
    assert model["inferred"]["seconds_on_16_cores"] == whole["seconds_on_16_cores"]
    assert "least squares" in model["inferred"]["rule"]

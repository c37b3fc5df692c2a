"""Tests of `schema.thresholds`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.schema import thresholds
from discogs_assets.schema.discogs import ARTISTS, ENTITIES, RELEASES
from discogs_assets.schema.thresholds import BOUNDS, Bounds

SIZES = st.integers(40, 30_000_000)


def test_every_entity_has_bounds_and_every_reference_by_id_is_among_those_that_have_to_resolve() -> None:
    assert tuple(BOUNDS) == ENTITIES
    keyed = {link.type for entity in ENTITIES for link in entity.links if link.key}
    assert {each.type for each in thresholds.REFERRING} == keyed
    assert {label for each in thresholds.REFERRING for label in thresholds.target_labels(each)} == {
        "Artist",
        "Label",
        "Master",
    }


@pytest.mark.parametrize("each", BOUNDS.values(), ids=lambda each: each.entity.name)
@given(before=SIZES)
def test_a_month_that_lacks_30_percent_is_out_of_bounds_and_one_that_lacks_a_handful_is_not(
    each: Bounds, before: int
) -> None:
    least, most = each.counts(before)
    assert before * 7 // 10 < least <= before - thresholds.SLACK
    assert before + thresholds.SLACK <= most


@given(before=SIZES, months=st.integers(1, 200))
def test_a_gap_leaves_room_for_growth_but_not_for_loss(before: int, months: int) -> None:
    least, most = BOUNDS[ARTISTS].counts(before, months)
    assert least == BOUNDS[ARTISTS].counts(before)[0]
    assert most >= before * (1 + thresholds.GROWTH) ** months - 1


def test_the_months_of_2023_to_2026_are_within_bounds() -> None:
    assert BOUNDS[ARTISTS].counts(8_823_813, 29)[1] > 9_957_079
    assert BOUNDS[RELEASES].counts(18_952_204, 5)[1] > 19_341_287
    assert BOUNDS[RELEASES].counts(19_341_287)[0] == 19_341_287 - 193_412


@pytest.mark.parametrize(
    ("before", "of", "least"),
    [(1.0, 10**6, 0.98), (0.61, 10**6, 0.59), (0.03, 10**6, 0.015), (0.0, 10**6, 0.0), (0.5, 100, 0.4), (0.05, 0, 0.0)],
)
def test_a_share_may_fall_by_two_points_or_half_or_ten_records(before: float, of: int, least: float) -> None:
    assert thresholds.least_share(before, of) == pytest.approx(least, abs=1e-4)


@pytest.mark.parametrize(("framed", "refused"), [(1, 20), (200_000, 20), (19_341_287, 1_934)])
def test_a_month_may_lack_twenty_records_or_one_in_ten_thousand(framed: int, refused: int) -> None:
    assert thresholds.max_refused(framed) == refused

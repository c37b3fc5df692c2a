"""Tests of `sample.generated.draws`."""

import numpy as np

from discogs_assets.sample.generated import draws

KEYS = draws.keyed(np.arange(100_000), "test")


def test_a_value_follows_from_its_key_and_name_alone() -> None:
    picked = np.array([99_999, 5])
    assert (draws.bits(KEYS, "a")[picked] == draws.bits(KEYS[picked], "a")).all()
    assert (draws.bits(KEYS, "a") != draws.bits(KEYS, "b")).all()
    assert draws.bits(KEYS[:1], "a").tolist() == [PINNED]


PINNED = 11766849364938366961
"""What every machine draws from the first key."""


def test_numbers_stay_below_their_bound_and_reach_its_ends() -> None:
    for drawn in (draws.below(KEYS, "n", 10), draws.low(KEYS, "n", 10), draws.zipf(KEYS, "n", 10, 1)):
        assert set(drawn.tolist()) == set(range(10))


def test_small_numbers_are_the_frequent_ones() -> None:
    counts = np.bincount(draws.zipf(KEYS, "n", 1_000, 2), minlength=1_000)
    assert counts[0] > counts[10] > counts[200] > 0


def test_a_deck_deals_by_weight() -> None:
    dealt = draws.dealt(KEYS, "d", draws.deck({3: 75, 8: 25}))
    assert set(dealt.tolist()) == {3, 8}
    assert abs((dealt == 3).mean() - 0.75) < 0.01


def test_rows_are_numbered_within_their_parents() -> None:
    assert draws.ordinals(np.array([2, 0, 3])).tolist() == [0, 1, 0, 1, 2]
    assert len(set(draws.spread(KEYS[:2], np.array([2, 3]), "rows").tolist())) == 5


def test_distinct_numbers_are_counted_once() -> None:
    assert (draws.distinct(np.array([3, 1, 3])), draws.distinct(np.array([], np.int64))) == (2, 0)

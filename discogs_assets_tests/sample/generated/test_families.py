"""Tests of `sample.generated.families`."""

import numpy as np

from discogs_assets.sample.generated import families
from discogs_assets.sample.generated.census import Census
from discogs_assets.sample.generated.draws import Ints
from discogs_assets.sample.generated.families import Cells, Editions
from discogs_assets.sample.generated.plan import Plan

PLAN = Plan(20_000)


def _pairs(indexes: Ints, counts: Ints, others: Ints) -> set[tuple[int, int]]:
    return set(zip(np.repeat(indexes, counts).tolist(), others.tolist(), strict=True))


def test_aliases_name_each_other_and_no_artist_is_its_own() -> None:
    census = Census(PLAN, "artists", 1)
    indexes = np.arange(census.size)
    pairs = _pairs(indexes, *families.aliases(Cells(census, indexes)))
    assert pairs == {(b, a) for a, b in pairs}
    assert pairs
    assert all(a != b for a, b in pairs)


def test_members_and_groups_are_two_sides_of_the_same() -> None:
    census = Census(PLAN, "artists", 1)
    indexes = np.arange(census.size)
    members, groups = families.belonging(Cells(census, indexes))
    assert _pairs(indexes, *members) == {(b, a) for a, b in _pairs(indexes, *groups)} != set()


def test_a_sublabel_names_the_label_that_names_it() -> None:
    census = Census(PLAN, "labels", 1)
    indexes = np.arange(census.size)
    owned, parents = families.sublabels(Cells(census, indexes))
    assert _pairs(indexes, *owned) == {(b, a) for a, b in _pairs(indexes, *parents)} != set()


def test_a_main_release_belongs_to_its_master() -> None:
    masters, releases = Census(PLAN, "masters", 1), Census(PLAN, "releases", 1)
    editions = Editions(masters, releases)
    indexes = np.arange(masters.size)
    assert (editions.master_of(editions.main_of(indexes)) == indexes).all()
    linked = editions.master_of(np.arange(releases.size)) >= 0
    assert 0.58 < linked.mean() < 0.66

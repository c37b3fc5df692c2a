"""Tests of `sample.generator.families`."""

from discogs_assets.sample.generator import families
from discogs_assets.sample.generator.families import Editions
from discogs_assets.sample.generator.plan import Plan
from discogs_assets.sample.generator.population import Population

PLAN = Plan(20_000)


def _pairs(entity: str, part: str) -> set[tuple[int, int]]:
    population = Population(PLAN, entity, 1)
    return {
        (index, other)
        for index in range(population.size)
        for other in families.relatives(population, index, entity)[part].get(index, ())
    }


def test_aliases_name_each_other_and_no_artist_is_its_own() -> None:
    pairs = _pairs("artists", "aliases")
    assert pairs == {(b, a) for a, b in pairs} != set()
    assert all(a != b for a, b in pairs)


def test_members_and_groups_are_two_sides_of_the_same() -> None:
    assert _pairs("artists", "members") == {(b, a) for a, b in _pairs("artists", "groups")} != set()


def test_a_sublabel_names_the_label_that_names_it() -> None:
    assert _pairs("labels", "sublabels") == {(b, a) for a, b in _pairs("labels", "parentLabel")} != set()


def test_a_main_release_belongs_to_its_master() -> None:
    masters, releases = Population(PLAN, "masters", 1), Population(PLAN, "releases", 1)
    editions = Editions(masters, releases)
    assert all(editions.master(editions.main(master)) == master for master in range(masters.size))
    linked = sum(editions.master(release) is not None for release in range(releases.size))
    assert 0.58 < linked / releases.size < 0.66

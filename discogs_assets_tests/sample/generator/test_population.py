"""Tests of `sample.generator.population`."""

from itertools import pairwise

from discogs_assets.sample.generator.plan import Plan
from discogs_assets.sample.generator.population import Population
from discogs_assets.schema.discogs import PLACEHOLDERS

PLAN = Plan(30_000, months=4)


def test_ids_ascend_with_gaps_and_none_is_a_placeholder() -> None:
    population = Population(PLAN, "artists", 0)
    ids = [population.identify(index) for index in range(population.size)]
    spare = {population.spare(index) for index in range(population.size)}
    assert all(before < after for before, after in pairwise(ids))
    assert not set(ids) & (spare | set(PLACEHOLDERS))


def test_a_removed_record_stays_removed_and_a_merged_one_leads_to_one_that_existed() -> None:
    months = [Population(PLAN, "releases", month) for month in range(PLAN.months)]
    alive = [{index for index in range(each.size) if each.alive(index)} for each in months]
    for (old, before), (new, after) in pairwise(zip(months, alive, strict=True)):
        removed = before - after
        assert removed
        assert all(index >= old.size for index in after - before)
        merges = new.merges(0, new.size)
        assert merges
        assert {number for number, _ in merges} <= {new.identify(index) for index in removed}
        assert {target for _, target in merges} <= {new.identify(index) for index in after}


def test_edits_only_add_up() -> None:
    months = [Population(PLAN, "labels", month) for month in range(PLAN.months)]
    first = range(months[0].size)
    assert all(old.version(index) <= new.version(index) for old, new in pairwise(months) for index in first)
    assert any(months[0].version(index) < months[-1].version(index) for index in first)

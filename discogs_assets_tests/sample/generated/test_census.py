"""Tests of `sample.generated.census`."""

import numpy as np

from discogs_assets.sample.generated.census import Census
from discogs_assets.sample.generated.plan import Plan
from discogs_assets.schema.discogs import PLACEHOLDERS

PLAN = Plan(300_000, months=4)


def test_ids_ascend_with_gaps_and_none_is_a_placeholder() -> None:
    census = Census(PLAN, "artists", 0)
    indexes = np.arange(census.size)
    ids, spare = census.ids(indexes), census.spare(indexes)
    assert (np.diff(ids) > 0).all()
    assert not set(ids.tolist()) & (set(spare.tolist()) | set(PLACEHOLDERS))


def test_what_is_gone_stays_gone_and_a_merged_record_leads_to_one_that_was_there() -> None:
    months = [Census(PLAN, "releases", month) for month in range(PLAN.months)]
    living = [set(census.living(0, census.size).tolist()) for census in months]
    for before, after, census in zip(living, living[1:], months[1:], strict=False):
        size = int(census.starts[-2])
        assert before - after
        assert {index for index in after - before if index < size} == set()
        assert census.merges()
        targets = census.resolved(np.array(sorted(before - after)))
        moved = {int(each) for each in targets} - (before - after)
        assert moved <= before


def test_numbers_given_later_replace_earlier_ones() -> None:
    census = Census(PLAN, "labels", 3)
    edits = census.edits["profile"]
    assert (np.diff(edits.indexes) > 0).all()
    assert set(edits.values.tolist()) == {1, 2, 3}
    assert census.versions(np.array([census.size + 5]), "profile").tolist() == [0]

"""Tests of `sample.months`."""

from itertools import pairwise

import pytest

from discogs_assets.sample import months, xml
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity

OCTOBER, NOVEMBER = months.PARTITIONS
entities = pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)


@entities
def test_ids_ascend_without_repeating(entity: Entity) -> None:
    for partition in months.PARTITIONS:
        ids = [each["id"] for each in months.records(entity, partition)]
        assert all(a < b for a, b in pairwise(ids))


@entities
def test_every_record_has_its_place_in_the_schema(entity: Entity) -> None:
    for partition in months.PARTITIONS:
        for record in months.records(entity, partition):
            assert xml.record(entity, record).startswith(f"<{entity.record}".encode())


def test_the_second_month_adds_changes_and_removes() -> None:
    added = changed = removed = 0
    for entity in ENTITIES:
        before = {each["id"]: each for each in months.records(entity, OCTOBER)}
        after = {each["id"]: each for each in months.records(entity, NOVEMBER)}
        added += len(set(after) - set(before))
        removed += len(set(before) - set(after))
        changed += sum(before[each] != after[each] for each in set(before) & set(after))
    assert (added > 5, changed > 5, removed > 3) == (True, True, True)


def test_the_sample_has_no_other_month() -> None:
    with pytest.raises(KeyError, match="2026-10-01, 2026-11-01"):
        months.records(ENTITIES[0], "2026-12-01")

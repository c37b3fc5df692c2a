"""Tests of `cli.load`."""

import pytest

from discogs_assets.cli.load import EXAMPLES, example, partitions_of
from discogs_assets.defs.targets import REQUIRED
from discogs_assets.errors import SettingError
from discogs_assets.settings import Settings


def test_a_month_or_a_range_is_accepted() -> None:
    assert partitions_of("2026-10") == ["2026-10-01"]
    assert partitions_of("2026-09..2026-11") == ["2026-09-01", "2026-10-01", "2026-11-01"]


@pytest.mark.parametrize("wrong", ["2026-11..2026-10", "2026-13", "..2026-10", "2026-10..", "november"])
def test_any_other_text_is_refused(wrong: str) -> None:
    with pytest.raises(SettingError, match="xpected one"):
        partitions_of(wrong)


def test_the_query_proposed_at_the_end_is_one_that_a_chosen_target_answers() -> None:
    assert set(EXAMPLES) == set(REQUIRED)
    assert example(Settings(targets="neo4j,relational")) == EXAMPLES["relational"]
    assert example(Settings(targets="search,neo4j")) == EXAMPLES["neo4j"]

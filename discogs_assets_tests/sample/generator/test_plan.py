"""Tests of `sample.generator.plan`."""

import pytest

from discogs_assets.errors import SettingError
from discogs_assets.sample.generator.plan import CENSUS, Plan


def test_entities_keep_the_ratios_of_the_real_dumps() -> None:
    plan = Plan(193_412)
    assert {entity: plan.size(entity) / count for entity, count in CENSUS.items()} == pytest.approx(
        dict.fromkeys(CENSUS, 0.01), rel=0.001
    )


def test_months_follow_each_other_across_the_year() -> None:
    assert Plan(1, months=3, first="2026-11-01").partitions == ("2026-11-01", "2026-12-01", "2027-01-01")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"releases": 0}, "0 releases"),
        ({"months": 0}, "0 months"),
        ({"layout": "new"}, "classic, 2025, modern"),
        ({"first": "2026-10-02"}, "2026-10-02"),
        ({"first": "October"}, "October"),
    ],
)
def test_what_cannot_be_carried_out_is_refused_by_name(changes: dict[str, object], named: str) -> None:
    with pytest.raises(SettingError, match=named):
        Plan(**{"releases": 1, **changes})  # type: ignore[arg-type]

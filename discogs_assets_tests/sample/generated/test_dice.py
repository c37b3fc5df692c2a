"""Tests of `sample.generated.dice`."""

import re
from collections import Counter

from discogs_assets.sample.generated.dice import Dice


def test_the_same_key_gives_the_same_numbers() -> None:
    first, second, other = Dice(5), Dice(5), Dice(6)
    drawn = [first.bits() for _ in range(10)]
    assert drawn == [second.bits() for _ in range(10)]
    assert drawn != [other.bits() for _ in range(10)]


def test_numbers_below_a_bound_are_all_about_as_frequent() -> None:
    dice = Dice(1)
    counts = Counter(dice.below(7) for _ in range(7_000))
    assert sorted(counts) == list(range(7))
    assert all(850 < count < 1_150 for count in counts.values())


def test_a_uuid_is_one_of_version_4() -> None:
    form = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert all(re.fullmatch(form, Dice(key).uuid()) for key in range(500))


def test_dates_have_a_day_a_month_or_a_year_alone() -> None:
    dice = Dice(2)
    dates = [dice.date(1960, 1969) for _ in range(300)]
    assert {len(each) for each in dates} == {4, 7, 10}
    assert {each[:4] for each in dates} == {str(year) for year in range(1960, 1970)}


def test_keys_come_in_every_order() -> None:
    dice = Dice(3)
    orders = {tuple(dice.shuffled({"a": 1, "b": 2, "c": 3})) for _ in range(200)}
    assert len(orders) == 6
    assert dice.shuffled({"a": 1, "b": 2}) == {"a": 1, "b": 2}

"""Tests of `stores.neo4j.neo4j_json`; nodes and paths come from a real server in the tests of `cli/README.md`."""

from typing import Any

import pytest
from neo4j.spatial import CartesianPoint
from neo4j.time import Date, DateTime, Duration, Time

from discogs_assets.stores.neo4j.neo4j_json import plain


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (Date(1969, 9, 26), "1969-09-26"),
        (Time(10, 30, 0, 1), "10:30:00.000000001"),
        (DateTime(1969, 9, 26, 10), "1969-09-26T10:00:00.000000000"),
        (Duration(months=14, days=3, seconds=5), "P1Y2M3DT5S"),
        (CartesianPoint((1.0, 2.0)), {"srid": 7203, "coordinates": [1.0, 2.0]}),
        ([Date(1969, 9, 26), None], ["1969-09-26", None]),
        ({"day": Date(1969, 9, 26)}, {"day": "1969-09-26"}),
    ],
)
def test_the_drivers_own_values_become_plain(value: Any, expected: Any) -> None:
    assert plain(value) == expected

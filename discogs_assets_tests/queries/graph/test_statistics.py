"""Tests of `queries.statistics`: counts of the graph."""

import pytest

from discogs_assets_tests.queries.conftest import Served

pytestmark = pytest.mark.timeout(600)


def test_the_counts_are_those_of_the_records(served: Served) -> None:
    found, month = served.api.answer("graph/stats"), served.month
    records = [*month.releases.values(), *month.masters.values()]
    assert found["counts"] == {
        "artists": len(month.artists),
        "labels": len(month.labels),
        "masters": len(month.masters),
        "releases": len(month.releases),
        "genres": len({name for each in records for name in each.get("genres") or ()}),
        "styles": len({name for each in records for name in each.get("styles") or ()}),
    }
    assert found["total_entities"] == sum(found["counts"].values())
    assert found["relationships"]["BY"] == sum(len(month.artist_ids(each)) for each in records)

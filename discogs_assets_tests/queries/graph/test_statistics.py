"""Tests of `queries.statistics`: counts of the graph."""

import pytest

from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)


def test_the_counts_are_those_of_the_records(api: Api) -> None:
    found = api.get("/api/graph/stats").json()
    records = [*sample.releases.values(), *sample.masters.values()]
    assert found["counts"] == {
        "artists": len(sample.artists),
        "labels": len(sample.labels),
        "masters": len(sample.masters),
        "releases": len(sample.releases),
        "genres": len({name for each in records for name in each.get("genres") or ()}),
        "styles": len({name for each in records for name in each.get("styles") or ()}),
    }
    assert found["total_entities"] == sum(found["counts"].values())
    assert found["relationships"]["BY"] == sum(len(sample.artist_ids(each)) for each in records)

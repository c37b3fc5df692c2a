"""Tests of `serving.api.caching`: tags follow the loads."""

from dataclasses import replace

from discogs_assets.serving.api.caching import entity_tag, matches
from discogs_assets.stores.postgres.publication import Publication


def test_a_tag_is_that_of_a_publication() -> None:
    one = Publication("2026-11", {"discogs.labels": "discogs_2026_11.labels__0001"}, sequence=4, state="done")
    assert entity_tag(one) != entity_tag(replace(one, sequence=5))
    unpublished = replace(one, sequence=0)
    other = replace(unpublished, tables={"discogs.labels": "discogs_2026_11.labels__0002"})
    assert entity_tag(unpublished) != entity_tag(other)
    assert matches(f"{entity_tag(one)}, x", entity_tag(one))
    assert not matches(None, entity_tag(one))

"""Tests of `serving.api.caching`: the cache is bounded by bytes, and tags follow the loads."""

from dataclasses import replace

from discogs_assets.serving.api.caching import ENTRY_BYTES, Cache, entity_tag, matches
from discogs_assets.stores.postgres.publication import Publication


def test_the_cache_drops_what_was_not_used_for_longest_and_never_exceeds_its_bytes() -> None:
    cache = Cache(limit=20 * (ENTRY_BYTES + 101))
    for number in range(30):
        cache.put(f"{number}", b"x" * 100)
        assert cache.get("0") is not None
        assert cache.size <= cache.limit
    assert cache.get("29") is not None
    assert cache.get("1") is None


def test_putting_again_replaces_and_a_huge_body_is_not_kept() -> None:
    cache = Cache(limit=10_000)
    cache.put("a", b"x" * 100)
    cache.put("a", b"y" * 50)
    assert cache.size == 1 + 50 + ENTRY_BYTES
    cache.put("b", b"z" * 5_000)
    assert cache.get("b") is None


def test_a_tag_is_that_of_a_publication() -> None:
    one = Publication("2026-11", {"discogs.labels": "discogs_2026_11.labels__0001"}, sequence=4, state="done")
    assert entity_tag(one) != entity_tag(replace(one, sequence=5))
    unpublished = replace(one, sequence=0)
    other = replace(unpublished, tables={"discogs.labels": "discogs_2026_11.labels__0002"})
    assert entity_tag(unpublished) != entity_tag(other)
    assert matches(f"{entity_tag(one)}, x", entity_tag(one))
    assert not matches(None, entity_tag(one))

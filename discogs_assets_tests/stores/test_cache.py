"""Tests of `stores.cache`: entries are bounded by their sizes."""

from discogs_assets.stores.cache import Cache

ENTRY = 300


def open_cache(limit: int) -> Cache[str, bytes]:
    return Cache(limit, lambda key, body: len(key) + len(body) + ENTRY)


def test_the_cache_drops_what_was_not_used_for_longest_and_never_exceeds_its_limit() -> None:
    cache = open_cache(20 * (ENTRY + 101))
    for number in range(30):
        cache.put(f"{number}", b"x" * 100)
        assert cache.get("0") is not None
        assert cache.size <= cache.limit
    assert cache.get("29") is not None
    assert cache.get("1") is None
    assert (cache.hits, cache.misses) == (31, 1)


def test_putting_again_replaces_and_a_huge_value_is_not_kept() -> None:
    cache = open_cache(10_000)
    cache.put("a", b"x" * 100)
    cache.put("a", b"y" * 50)
    assert cache.size == 1 + 50 + ENTRY
    cache.put("b", b"z" * 5_000)
    assert cache.get("b") is None
    assert cache.get("a") == b"y" * 50

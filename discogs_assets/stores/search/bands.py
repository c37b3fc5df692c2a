"""First hits of a common query, without a look at all hits: searches among the first documents of an order."""

from collections.abc import Callable, Sequence
from typing import Any

import tantivy
from tantivy import Occur, Query

from discogs_assets.schema import search_index
from discogs_assets.stores.search.documents import LEVELS, SCHEMA

FIRST, GROWTH = 2_000, 4
"""Least documents of the first band, and of each next one as a multiple of the one before."""

SMALL = 10
"""A band is small if it has at most one in `SMALL` documents of the index."""

SURPLUS = 3
"""Hits to be expected in a band, as a multiple of those wanted, so that it probably has enough."""

YEARS = range(1860, 2100)
"""Years that releases may have."""

FIRST_YEARS = 8
"""Years that are searched one by one before all are."""

Hits = Sequence[tuple[Any, tantivy.DocAddress]]


class Bands:
    """Parts of an index that hold the first documents of an order: the most popular, the oldest, the newest."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._count = searcher.num_docs
        self.years = {year: count for year in YEARS if (count := searcher.doc_freq(search_index.YEAR.name, year))}
        """Number of documents of each year."""
        self._levels = self._choose({level: searcher.doc_freq(search_index.LEVEL.name, level) for level in LEVELS})

    def _choose(self, counts: dict[int, int]) -> dict[int, int]:
        """Return the levels of bands that grow, with their documents; one of nearly the whole index saves nothing."""
        found, least = dict[int, int](), float(FIRST)
        for level in reversed(counts):
            if least <= counts[level] <= self._count // 2:
                found[level] = counts[level]
                least = counts[level] * GROWTH
        return found

    def suit(self, total: int, limit: int) -> bool:
        """Return True if a query with this number of hits will probably find enough of them in a small band."""
        return any(size < self._count // SMALL and self._hold(size, total, limit) for size in self._levels.values())

    def _hold(self, size: int, total: int, limit: int) -> bool:
        return total * size > SURPLUS * limit * self._count

    def search(self, order: str, query: Query, limit: int, total: int, find: Callable[[Query], Hits]) -> Hits:
        """Return the first hits in an order, at most as many as the limit.

        `find` returns the first hits of a query in that order, `total` is the estimated number of all. Bands of popular
        documents hold one another, those of a year do not.
        """
        if order == "popularity":
            for level, size in self._levels.items():
                if self._hold(size, total, limit):
                    hits = find(_within(query, search_index.LEVEL.name, level))
                    if len(hits) >= limit:
                        return hits
            return find(query)
        gathered: list[tuple[Any, tantivy.DocAddress]] = []
        for year in sorted(self.years, reverse=order == "-year")[:FIRST_YEARS]:
            gathered += find(_within(query, search_index.YEAR.name, year))
            if len(gathered) >= limit:
                return gathered[:limit]
        return find(query)


def _within(query: Query, field: str, value: int) -> Query:
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, Query.term_query(SCHEMA, field, value))])


def years_query(first: int | None, last: int | None) -> Query:
    """Return the query for a range of years: of terms for its decades and years, which cost less than a range does."""
    start, end = max(first or 0, YEARS[0]), min(last or YEARS[-1], YEARS[-1])
    terms = list[Query]()
    while start <= end:
        whole = start % search_index.DECADE_YEARS == 0 and start + search_index.DECADE_YEARS - 1 <= end
        terms.append(Query.term_query(SCHEMA, (search_index.DECADE if whole else search_index.YEAR).name, start))
        start += search_index.DECADE_YEARS if whole else 1
    return Query.boolean_query([(Occur.Should, term) for term in terms]) if terms else Query.empty_query()

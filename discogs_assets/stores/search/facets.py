"""Releases by a filter: the hits, their exact number, and counts of their values."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import tantivy
from tantivy import Occur, Query

from discogs_assets.schema import roles, search_index
from discogs_assets.schema.search_index import IndexField
from discogs_assets.stores.cache import Cache
from discogs_assets.stores.search import documents
from discogs_assets.stores.search.bands import Bands, Hits, years_query
from discogs_assets.stores.search.conditions import (
    FILTERABLE,
    Condition,
    Filter,
    Group,
    Not,
    Years,
    conditions,
    join,
    without,
)
from discogs_assets.stores.search.documents import SCHEMA, WORDS, Hit

FACETS = ("genre", "style", "format", "description", "country", "decade")
"""Facets that are counted."""

YEARLY = ("country", "format", "genre")
"""Facets whose values are counted by year in advance."""

VALUES = 100
"""Largest number of values of a facet."""

CACHE_VALUES = 200_000
"""Number of counted values that are kept in memory, of all facets and filters together."""

SORTS = {"popularity": search_index.POPULAR.name, "year": search_index.OLDEST.name, "-year": search_index.NEWEST.name}
"""Orders of releases, by the field sorted by; releases of one year or popularity are in the order of their ids."""

COMMON = 20_000
"""Number of hits from which the first of them are searched for among the first documents of the order."""

Counts = Sequence[tuple[str, int]]
"""Values of a facet with their numbers of releases, the largest first; decades ascending."""

Lookup = Callable[[str, str], Sequence[Hit]]
"""Search for the entities of a name."""


class FacetSearch:
    """Search for releases by filters; it keeps what it has counted. Any number of threads may search at once.

    `lookup` returns the entities of a name.
    """

    def __init__(self, searcher: tantivy.Searcher, bands: Bands, lookup: Lookup) -> None:
        self._searcher = searcher
        self._lookup = lookup
        self._bands = bands
        self._common = COMMON
        self._yearly: dict[tuple[str, str], dict[int, int]] = {}
        self.kept = Cache[tuple[str, bytes], Counts](CACHE_VALUES, lambda _, counts: len(counts) + 1)
        self.totals = Cache[bytes, int](CACHE_VALUES, lambda _, total: 1)

    def find(self, filter: Filter | None, sort: str, limit: int, offset: int = 0) -> tuple[int, Iterator[Hit]]:  # noqa: A002
        """Return the number of all releases that match, and an iterator over a page of them in the order of a sort."""
        query, end = self._query(filter), max(1, min(offset + limit, self._searcher.num_docs))

        def search(query: Query, count: bool = False) -> tantivy.SearchResult:
            return self._searcher.search(query, end, count, order_by_field=SORTS[sort], order=tantivy.Order.Asc)

        total = self._total(filter)
        if total is not None and (total > self._common or (sort == "popularity" and self._bands.suit(total, end))):
            hits: Hits = self._bands.search(sort, query, end, total, lambda part: search(part).hits)
        else:
            found = search(query, count=True)
            total, hits = int(found.count), found.hits  # type: ignore[attr-defined] # missing in the stub
            self.totals.put(_key(filter), total)
        return total, map(self._read, islice(hits, offset, None))

    def warm(self) -> None:
        """Count what many filters ask for: the values of each facet over all releases, and their years."""
        self.count(None, FACETS)
        for facet in YEARLY:
            self._count_years(facet)

    def _count_years(self, facet: str) -> None:
        """Count the releases of each year with each value of a facet."""
        years = {"year": {"histogram": {"field": search_index.YEAR.name, "interval": 1, "min_doc_count": 1}}}
        found = self._searcher.aggregate(self._query(None), {facet: {**_aggregation(facet), "aggs": years}})
        for each in found[facet]["buckets"]:
            self._yearly[facet, each["key"]] = {int(year["key"]): year["doc_count"] for year in each["year"]["buckets"]}

    def _total(self, part: Filter | None) -> int | None:
        """Return the number of releases that match, None if it must be counted."""
        kept = self.totals.get(_key(part))
        if kept is not None:
            return kept
        match part:
            case None:
                return self._searcher.num_docs
            case Condition(value=Years() as years):
                return sum(number for year, number in self._bands.years.items() if years.holds(year))
            case Condition(field=field, value=str() as value) if field in (*FACETS, "has"):
                return self._searcher.doc_freq(field, documents.fold_value(value))
            case Not():
                inner = self._total(part.part)
                return None if inner is None else self._searcher.num_docs - inner
            case Group(word="OR", parts=(first, second)):
                found = [self._total(each) for each in (first, second, join("AND", [first, second]))]
                return None if None in found else found[0] + found[1] - found[2]  # type: ignore[operator]
            case Group(word="AND", parts=(first, Not() as second)):
                found = [self._total(each) for each in (first, join("AND", [first, second.part]))]
                return None if None in found else found[0] - found[1]  # type: ignore[operator]
            case Group(word="AND", parts=parts) if all(isinstance(each, Condition) for each in parts):
                return self._sum_years([*conditions(part)])
        return None

    def _sum_years(self, parts: Sequence[Condition]) -> int | None:
        """Return the number of releases with a value in a range of years, None if it is not known."""
        values = [(each.field, str(each.value)) for each in parts if each.field in YEARLY]
        ranges = [each.value for each in parts if isinstance(each.value, Years)]
        if len(values) != 1 or not ranges or len(ranges) + 1 < len(parts):
            return None
        counts = self._yearly.get(values[0])
        if counts is None:
            return None
        return sum(count for year, count in counts.items() if all(each.holds(year) for each in ranges))

    def count(self, filter: Filter | None, facets: Sequence[str]) -> dict[str, Counts]:  # noqa: A002
        """Return the counts of each facet over the releases that match the conditions on other fields."""
        wanted: dict[Filter | None, list[str]] = {}
        for facet in facets:
            fields = ("year", "decade") if facet == "decade" else (facet,)
            wanted.setdefault(without(filter, fields), []).append(facet)
        found = {facet: counts for part, names in wanted.items() for facet, counts in self._count(part, names).items()}
        return {facet: found[facet] for facet in facets}

    def _count(self, part: Filter | None, facets: Sequence[str]) -> dict[str, Counts]:
        found = {facet: counts for facet in facets if (counts := self.kept.get((facet, _key(part)))) is not None}
        missing = [facet for facet in facets if facet not in found]
        if missing:
            counted = count_values(self._searcher, self._query(part), missing)
            for facet, counts in counted.items():
                self.kept.put((facet, _key(part)), counts)
            found |= counted
        return found

    def _read(self, hit: tuple[Any, tantivy.DocAddress]) -> Hit:
        (record,) = self._searcher.doc(hit[1]).get_all(search_index.RECORD.name)
        return documents.read_hit("releases", 0.0, record)

    def _query(self, part: Filter | None) -> Query:
        match part:
            case None:
                return Query.all_query()
            case Condition():
                return self._condition(part)
            case Not():
                return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, self._query(part.part))])
            case Group(word="OR"):
                return Query.boolean_query([(Occur.Should, self._query(each)) for each in part.parts])
            case Group():
                return self._all_of(part.parts)

    def _all_of(self, parts: Sequence[Filter]) -> Query:
        wanted = [(Occur.Must, self._query(each)) for each in parts if not isinstance(each, Not)]
        unwanted = [(Occur.MustNot, self._query(each.part)) for each in parts if isinstance(each, Not)]
        return Query.boolean_query([*(wanted or [(Occur.Must, Query.all_query())]), *unwanted])

    def _condition(self, each: Condition) -> Query:
        of = FILTERABLE[each.field].of
        if isinstance(each.value, Years):
            return years_query(each.value.first, each.value.last)
        if of is search_index.CREDIT:
            return self._credit(each)
        if FILTERABLE[each.field].named:
            return _any_of(of, self._ids(each))
        if isinstance(each.value, int):
            return Query.term_query(SCHEMA, of.name, each.value)
        if of is search_index.NAME:
            return _title(each.value)
        fold = documents.squeeze if of is search_index.CATNO else documents.fold_value
        return Query.term_query(SCHEMA, of.name, fold(each.value))

    def _credit(self, each: Condition) -> Query:
        if each.field == "role":
            return _any_of(search_index.CREDIT, [f"/{key}" for key in roles.keys(str(each.value))])
        named = isinstance(each.value, str)
        people = [*self._ids(each), search_index.digest_name(str(each.value))] if named else [each.value]
        keys = roles.keys(each.role) if each.role else [""]
        return _any_of(search_index.CREDIT, [f"{person}/{key}" for person in people for key in keys])

    def _ids(self, each: Condition) -> list[int]:
        """Return the ids of the entities of the condition's name."""
        return [hit.id for hit in self._lookup(FILTERABLE[each.field].named, str(each.value)) if hit.id]


def _key(part: Filter | None) -> bytes:
    """Return a digest of the filter, so that long ones take no more memory than short ones."""
    return hashlib.blake2b(str(part or "").encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _title(text: str) -> Query:
    """Return the query for all words of a title, or for the whole of it if it has none, such as `!!!`."""
    words = dict.fromkeys(WORDS.analyze(documents.clean(text)))
    if not words:
        return Query.term_query(SCHEMA, search_index.WHOLE_NAME.name, documents.fold(text))
    return Query.boolean_query([(Occur.Must, Query.term_query(SCHEMA, search_index.NAME.name, word)) for word in words])


def _any_of(field: IndexField, terms: Sequence[Any]) -> Query:
    """Return the query for one of several terms; it matches nothing if there is none."""
    if len(terms) == 1:
        return Query.term_query(SCHEMA, field.name, terms[0])
    return Query.term_set_query(SCHEMA, field.name, terms) if terms else Query.empty_query()


def count_values(searcher: tantivy.Searcher, query: Query, facets: Iterable[str]) -> dict[str, Counts]:
    """Return the counts of each facet over the documents that match."""
    found = searcher.aggregate(query, {facet: _aggregation(facet) for facet in facets})
    return {facet: _read_counts(facet, found[facet]["buckets"]) for facet in facets}


def _aggregation(facet: str) -> Mapping[str, Any]:
    if facet == "decade":
        return {"histogram": {"field": search_index.YEAR.name, "interval": search_index.DECADE_YEARS}}
    return {"terms": {"field": facet, "size": VALUES}}


def _read_counts(facet: str, buckets: Sequence[Mapping[str, Any]]) -> Counts:
    if facet == "decade":
        return [(f"{each['key']:.0f}", each["doc_count"]) for each in buckets if each["doc_count"]]
    counted = [(each["key"], each["doc_count"]) for each in buckets]
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))

"""Releases by a filter: the hits, their exact number, and counts of their values."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from threading import Lock
from typing import Any

import tantivy
from tantivy import Occur, Query

from discogs_assets.schema import roles, search_index
from discogs_assets.schema.search_index import IndexField
from discogs_assets.stores.search import documents
from discogs_assets.stores.search.conditions import (
    DECADE,
    FILTERABLE,
    Condition,
    Filter,
    Group,
    Not,
    Years,
    without,
)
from discogs_assets.stores.search.documents import SCHEMA, WORDS, Hit

FACETS = ("genre", "style", "format", "description", "country", "decade")
"""Facets that are counted."""

VALUES = 100
"""Largest number of values of a facet."""

CACHE_VALUES = 200_000
"""Number of counted values that are kept in memory, of all facets and filters together."""

SORTS = {"popularity": search_index.POPULAR.name, "year": search_index.OLDEST.name, "-year": search_index.NEWEST.name}
"""Orders of releases, by the field sorted by; releases of one year or popularity are in the order of their ids."""

BATCH = 500
"""Hits that are read at once."""

Counts = Sequence[tuple[str, int]]
"""Values of a facet with their numbers of releases, the largest first; decades ascending."""

Lookup = Callable[[str, str], Sequence[Hit]]
"""Search for the entities of a name."""


class FacetSearch:
    """Search for releases by filters; it keeps what it has counted. Any number of threads may search at once.

    `lookup` returns the entities of a name.
    """

    def __init__(self, searcher: tantivy.Searcher, lookup: Lookup) -> None:
        self._searcher = searcher
        self._lookup = lookup
        self._kept: OrderedDict[tuple[str, str], Any] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def find(self, filter: Filter | None, sort: str, limit: int, offset: int = 0) -> tuple[int, Iterator[Hit]]:  # noqa: A002
        """Return the number of all releases that match, and an iterator over a page of them in the order of a sort."""
        query, most = self._query(filter), max(1, self._searcher.num_docs)
        found = self._searcher.search(
            query, min(offset + limit, most), order_by_field=SORTS[sort], order=tantivy.Order.Asc
        )
        return int(found.count), map(self._read, islice(found.hits, offset, None))  # type: ignore[attr-defined]

    def count(self, filter: Filter | None, facets: Sequence[str]) -> dict[str, Counts]:  # noqa: A002
        """Return the counts of each facet over the releases that match the conditions on other fields."""
        wanted: dict[Filter | None, list[str]] = {}
        for facet in facets:
            fields = ("year", "decade") if facet == "decade" else (facet,)
            wanted.setdefault(without(filter, fields), []).append(facet)
        found = {facet: counts for part, names in wanted.items() for facet, counts in self._count(part, names).items()}
        return {facet: found[facet] for facet in facets}

    def _count(self, part: Filter | None, facets: Sequence[str]) -> dict[str, Counts]:
        kept = {facet: self._recall(facet, part) for facet in facets}
        missing = [facet for facet, counts in kept.items() if counts is None]
        if missing:
            wanted = {facet: _aggregation(facet) for facet in missing}
            buckets = self._searcher.aggregate(self._query(part), wanted)
            for facet in missing:
                kept[facet] = self._keep(facet, part, _read_counts(facet, buckets[facet]["buckets"]))
        return {facet: counts for facet, counts in kept.items() if counts is not None}

    def _recall(self, facet: str, part: Filter | None) -> Counts | None:
        with self._lock:
            key = (facet, str(part))
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, facet: str, part: Filter | None, counts: Counts) -> Counts:
        """Keep counts; the least recently used go when there are too many."""
        with self._lock:
            self._size += len(counts) + 1 - len(self._kept.pop((facet, str(part)), ()))
            self._kept[facet, str(part)] = counts
            while self._size > CACHE_VALUES:
                self._size -= len(self._kept.popitem(last=False)[1]) + 1
        return counts

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
            years = (each.value.first, each.value.last)
            if None not in years and years[0] > years[1]:
                return Query.empty_query()
            return Query.range_query(SCHEMA, of.name, tantivy.FieldType.Integer, *years, use_inverted_index=True)
        if of is search_index.CREDIT:
            return self._credit(each)
        if FILTERABLE[each.field].named:
            return _any_of(of, self._ids(each))
        if isinstance(each.value, int):
            return Query.term_query(SCHEMA, of.name, each.value)
        if of is search_index.NAME:
            return _title(each.value)
        fold = documents.squeeze if of is search_index.CATNO else documents.fold
        return Query.term_query(SCHEMA, of.name, fold(each.value))

    def _credit(self, each: Condition) -> Query:
        if each.field == "role":
            return _any_of(search_index.CREDIT, [f"/{key}" for key in roles.keys(str(each.value))])
        people = self._ids(each) if isinstance(each.value, str) else [each.value]
        keys = roles.keys(each.role) if each.role else [""]
        return _any_of(search_index.CREDIT, [f"{person}/{key}" for person in people for key in keys])

    def _ids(self, each: Condition) -> list[int]:
        """Return the ids of the entities of the condition's name."""
        return [hit.id for hit in self._lookup(FILTERABLE[each.field].named, str(each.value)) if hit.id]


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


def _aggregation(facet: str) -> Mapping[str, Any]:
    if facet == "decade":
        return {"histogram": {"field": search_index.YEAR.name, "interval": DECADE}}
    return {"terms": {"field": facet, "size": VALUES}}


def _read_counts(facet: str, buckets: Sequence[Mapping[str, Any]]) -> Counts:
    if facet == "decade":
        return [(f"{each['key']:.0f}", each["doc_count"]) for each in buckets if each["doc_count"]]
    counted = [(each["key"], each["doc_count"]) for each in buckets]
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))

"""Search over all entities of one load: whole words, prefixes, exact names, filters, counts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from discogs_assets.errors import LoadError
from discogs_assets.schema import search_index
from discogs_assets.schema.search_index import ENTITIES, IndexField, Kind
from discogs_assets.stores.search import documents
from discogs_assets.stores.search.bands import Bands, Hits, years_query
from discogs_assets.stores.search.documents import SCHEMA, START_LETTERS, WORDS, Hit, squeeze
from discogs_assets.stores.search.facets import COMMON, SORTS, FacetSearch, count_values

WORD_MATCH, EXACT_MATCH, EXACT_COMPLETION = 2.0, 20.0, 8.0
"""Weights of a word in the name, relative to one elsewhere; of a whole name or code, relative to BM25 and a prefix."""

CODES = (search_index.CODE, search_index.CATNO)
"""Fields that a text is searched in without its blanks and signs."""

COUNTED = ("genre", "format", "country", "decade")
"""Facets of a search."""

CANDIDATES = 100
"""Largest number of entities of one name that a lookup returns."""


LIKE_WORDS = 8
"""Largest number of words of a text for which similar names are looked for."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on releases and masters, all of which must hold; of several values of one, one must match.

    With any condition, other entities never match. Masters have no format and no country.
    """

    genres: Sequence[str] = ()
    styles: Sequence[str] = ()
    formats: Sequence[str] = ()
    countries: Sequence[str] = ()
    year_min: int | None = None
    year_max: int | None = None
    artist_id: int | None = None
    label_id: int | None = None
    master_id: int | None = None

    def queries(self) -> Iterator[Query]:
        """Yield a query for each condition."""
        named = (
            (search_index.GENRE, self.genres),
            (search_index.STYLE, self.styles),
            (search_index.FORMAT, self.formats),
            (search_index.COUNTRY, self.countries),
        )
        for field, names in named:
            if names:
                yield Query.term_set_query(SCHEMA, field.name, [*map(documents.fold_value, names)])
        if self.year_min is not None or self.year_max is not None:
            yield years_query(self.year_min, self.year_max)
        ids = (self.artist_id, self.label_id, self.master_id)
        for field, number in zip(
            (search_index.ARTIST_ID, search_index.LABEL_ID, search_index.MASTER_ID), ids, strict=True
        ):
            if number is not None:
                yield Query.term_query(SCHEMA, field.name, number)


NO_FILTERS = Filters()

Facets = Mapping[str, Sequence[tuple[str, int]]]
"""Counts of values, by facet: `decade` (`1970s`) ascending, the others by falling count."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the hits, the exact number of all of them, and the facets if asked for."""

    total: int
    hits: Sequence[Hit]
    facets: Facets


class SearchIndex:
    """The indexes of one load, mapped into memory. Any number of threads may search at once."""

    def __init__(self, searchers: Mapping[str, tantivy.Searcher]) -> None:
        self._searchers = searchers
        self._bands = {entity: Bands(searcher) for entity, searcher in searchers.items()}
        self.facets = FacetSearch(searchers["releases"], self._bands["releases"], self.find_names)

    @classmethod
    def open(cls, folder: Path) -> "SearchIndex":
        """Open the load in a folder. Raises LoadError if it lacks an entity or was written by another version."""
        return cls({entity: _open(folder / entity) for entity in ENTITIES})

    @property
    def documents(self) -> dict[str, int]:
        """Number of documents of each entity."""
        return {entity: searcher.num_docs for entity, searcher in self._searchers.items()}

    def search(
        self,
        text: str,
        entities: Sequence[str] = (),
        filters: Filters = NO_FILTERS,
        limit: int = 20,
        offset: int = 0,
        *,
        facets: bool = False,
    ) -> Page:
        """Return documents with all words of the text, or with it as their name or code; the best first.

        The score is BM25, with a bonus for a whole name or code, times a logarithm of the popularity. A blank text
        matches everything. The text is never read as query syntax. Without `entities`, all are searched.
        """
        query = _all_of([_match(text), *filters.queries()])
        return self._page(query, entities or ENTITIES, "", limit, offset, facets)

    def complete(self, text: str, entity: str | None = None, limit: int = 10) -> Sequence[Hit]:
        """Return documents with all words of the text, the last one as a prefix; exact names and popular ones first."""
        wanted = Completion.read(text)
        if wanted is None:
            return []
        chosen = [entity] if entity else ENTITIES
        ranked = [(place, *hit) for place, name in enumerate(chosen) for hit in self._complete(name, wanted, limit)]
        best = sorted(ranked, key=lambda hit: (-hit[1], hit[0]))[:limit]
        return [self._read(chosen[place], score, at) for place, score, at in best]

    def _complete(self, entity: str, wanted: "Completion", limit: int) -> Sequence[tuple[float, tantivy.DocAddress]]:
        """Return the first completions of one index: exact names with their bonus, the others by popularity alone."""
        searcher = self._searchers[entity]

        def find(query: Query, score: float = 1.0) -> Hits:
            count = max(1, min(limit + len(named), searcher.num_docs))
            query = Query.const_score_query(query, score)
            return searcher.search(query, count, count=False, weight_by_field=search_index.POPULARITY.name).hits

        named: Hits = []
        if any(searcher.doc_freq(field.name, term) for field, term in wanted.exact):
            exact = _any_of([_term(field, term) for field, term in wanted.exact])
            named = find(_all_of([wanted.all, exact]), 1.0 + EXACT_COMPLETION)
        total = searcher.doc_freq(search_index.STARTS.name, wanted.last[:START_LETTERS])
        if total > COMMON:
            hits = self._bands[entity].search("popularity", wanted.words, limit + len(named), total, find)
        else:
            hits = find(wanted.words)
        # Names with a short prefix have a word with it, but for some such as A.C.D.; codes are the costliest part.
        if wanted.codes and not (wanted.short and len(hits) >= limit):
            hits = [*hits, *find(wanted.codes)]
        found = {(at.segment_ord, at.doc): (score, at) for score, at in [*hits, *named]}
        return [hit for _, hit in sorted(found.items(), key=lambda each: (-each[1][0], each[0]))][:limit]

    def suggest(self, text: str, entities: Sequence[str] = (), limit: int = 3) -> Sequence[str]:
        """Return names with words like all of the text's, popular ones first: for a text without a hit.

        Words differ by at most one letter, by two if they have more than five, none below three letters. If no name has
        all, those with any word of more than three letters are returned: shorter ones are in too many.
        """
        words = dict.fromkeys(WORDS.analyze(documents.clean(text)))
        if not words or len(words) > LIKE_WORDS:
            return []
        queries = [_all_of([*map(_resemble, words)]), _any_of([_resemble(word) for word in words if len(word) > 3])]
        pages = (self._page(query, entities or ENTITIES, "", CANDIDATES, 0) for query in queries)
        found = next((page.hits for page in pages if page.total), [])
        return [*dict.fromkeys(hit.name for hit in found)][:limit]

    def lookup(self, entity: str, name: str) -> Sequence[Hit]:
        """Return the entities of this exact name, popular ones first.

        If none has it, return those that differ in case, accents or width alone. At most `CANDIDATES` are considered.
        """
        found = self.find_names(entity, name)
        return [hit for hit in found if hit.name == name] or found

    def find_names(self, entity: str, name: str) -> Sequence[Hit]:
        """Return the `CANDIDATES` most popular entities whose name differs in case, accents or width at most."""
        query = Query.term_query(SCHEMA, search_index.WHOLE_NAME.name, documents.fold(name))
        return self._page(query, [entity], SORTS["popularity"], CANDIDATES, 0).hits

    def releases(self, filters: Filters, sort: str = "year", limit: int = 20, offset: int = 0) -> Page:
        """Return releases in the order of `SORTS`; those of one year by id, those without a year last."""
        return self._page(_all_of([*filters.queries()]), ["releases"], SORTS[sort], limit, offset)

    def _page(
        self, query: Query, entities: Sequence[str], sort: str, limit: int, offset: int, facets: bool = False
    ) -> Page:
        """Return hits merged over the entities; ties are in the order of `ENTITIES`, then of the index."""
        chosen = [entity for entity in ENTITIES if entity in entities]
        found = {entity: self._find(entity, query, sort, offset + limit) for entity in chosen}
        ranked = [[(-score, place, at) for score, at in found[name].hits] for place, name in enumerate(chosen)]
        best = islice(merge(*ranked, key=lambda hit: hit[:2]), offset, offset + limit)
        hits = [self._read(chosen[place], -score, at) for score, place, at in best]
        totals = Counter({entity: _total(each) for entity, each in found.items()})
        return Page(totals.total(), hits, self._count(query, totals) if facets else {})

    def _find(self, entity: str, query: Query, sort: str, limit: int) -> tantivy.SearchResult:
        """Return the first hits of one index by score and popularity, or by a field."""
        searcher = self._searchers[entity]
        # Tantivy reserves memory for this many hits, even if fewer match.
        count = max(1, min(limit, searcher.num_docs))
        if not sort:
            return searcher.search(query, count, weight_by_field=search_index.POPULARITY.name)
        return searcher.search(query, count, order_by_field=sort, order=tantivy.Order.Asc)

    def _read(self, entity: str, score: float, address: tantivy.DocAddress) -> Hit:
        (record,) = self._searchers[entity].doc(address).get_all(search_index.RECORD.name)
        return documents.read_hit(entity, score, record)

    def _count(self, query: Query, types: Counter[str]) -> Facets:
        found = {facet: Counter[str]() for facet in COUNTED}
        for entity in +types:
            for facet, counts in count_values(self._searchers[entity], query, COUNTED).items():
                found[facet].update(dict(counts))
        decades = sorted((f"{decade}s", count) for decade, count in found.pop("decade").items())
        return {"type": _rank(types), **{facet: _rank(counts) for facet, counts in found.items()}, "decade": decades}


def _open(folder: Path) -> tantivy.Searcher:
    try:
        index = tantivy.Index.open(str(folder))
        if index.schema != SCHEMA:
            raise ValueError("another version has written it, with other fields")
    except (ValueError, OSError) as error:
        raise LoadError(
            f"the search index in {folder} cannot be opened: {error}. Materialise search/{folder.name} of its month "
            "again, and publish the month."
        ) from error
    documents.register_analyzers(index)
    index.config_reader("manual")
    return index.searcher()


def _total(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined] # missing in the stub


def _rank(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted((+counts).items(), key=lambda each: (-each[1], each[0]))


def _all_of(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries]) if queries else Query.all_query()


def _any_of(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _term(field: IndexField, text: str) -> Query:
    return Query.term_query(SCHEMA, field.name, text, "freq" if field.kind is Kind.WORDS else "basic")


def _resemble(word: str) -> Query:
    """Return the query for words of names that differ in few letters; two that changed places are one difference."""
    distance = 0 if len(word) < 3 else 1 if len(word) < 6 else 2
    return Query.fuzzy_term_query(SCHEMA, search_index.NAME.name, word, distance=distance, transposition_cost_one=True)


def _exact(text: str) -> list[Query]:
    """Return queries for the text as a whole name, and as a code if it has letters or digits."""
    return [Query.const_score_query(_term(*each), EXACT_MATCH) for each in _list_exact(text)]


def _list_exact(text: str) -> list[tuple[IndexField, str]]:
    """Return the terms of the text as a whole name, and as a code if it has letters or digits."""
    code = squeeze(text)
    return [(search_index.WHOLE_NAME, documents.fold(text)), *((field, code) for field in CODES if code)]


def _match(text: str) -> Query:
    """Return the query for all words of a text, or for the whole of it; everything if it is blank."""
    text = documents.clean(text)
    if not text:
        return Query.all_query()
    words = dict.fromkeys(WORDS.analyze(text))
    both = [
        Query.disjunction_max_query(
            [Query.boost_query(_term(search_index.NAME, word), WORD_MATCH), _term(search_index.ALSO, word)]
        )
        for word in words
    ]
    return _any_of([*([_all_of(both)] if both else []), *_exact(text)])


@dataclass(frozen=True, slots=True)
class Completion:
    """A text whose last word is incomplete: the queries for its words and for its codes, and its exact terms."""

    last: str
    words: Query
    codes: Query | None
    exact: Sequence[tuple[IndexField, str]]
    short: bool
    """True for a single word with an indexed prefix."""

    @classmethod
    def read(cls, text: str) -> "Completion | None":
        """Return the completion of a text, None if it is blank."""
        text = documents.clean(text)
        if not text:
            return None
        *whole, last = WORDS.analyze(text) or [""]
        code, exact = squeeze(text), _list_exact(text)
        if not last:
            return cls("", _prefix(search_index.WHOLE_NAME, documents.fold(text)), None, exact, short=False)
        known = [_any_of([_term(search_index.NAME, word), _term(search_index.ALSO, word)]) for word in {*whole}]
        # Catalogue numbers have digits; the dictionary of all is long.
        fields = CODES if any(map(str.isdigit, code)) else CODES[:1]
        codes = _any_of([_prefix(field, code) for field in fields]) if len(code) >= START_LETTERS else None
        short = not whole and len(last) <= START_LETTERS
        return cls(last, _all_of([*known, _prefix(search_index.NAME, last)]), codes, exact, short)

    @property
    def all(self) -> Query:
        """Query for all completions."""
        return _any_of([self.words, *([self.codes] if self.codes else [])])


def _prefix(field: IndexField, text: str) -> Query:
    """Return the query for terms with a prefix. Short prefixes of words match many terms, so they are indexed."""
    if field is search_index.NAME and len(text) <= START_LETTERS:
        return _term(search_index.STARTS, text)
    return Query.fuzzy_term_query(SCHEMA, field.name, text, distance=0, prefix=True)

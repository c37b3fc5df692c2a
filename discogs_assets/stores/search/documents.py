"""Documents of the search index: how text becomes terms, and the part of a record that a hit shows."""

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import tantivy
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from discogs_assets import faults
from discogs_assets.schema import search_index as fields
from discogs_assets.schema.search_index import DECADE_YEARS, FIELDS, NO_NUMBER, Kind, Part, Row

START_LETTERS = 3
"""Longest prefix of a word that is a term of its own."""

LETTERS = range(1, START_LETTERS + 1)
"""Lengths of these prefixes."""

TEXT_LENGTH = 300
"""Characters of a question's text, and of a whole name, that count."""

HEAP_BYTES = 96 << 20
"""Memory of a writer before it writes a segment."""

UNKNOWN_YEAR = 9999
"""Year of a document without one in the ascending sort key; 0 in the descending one."""

ID_LIMIT = 1 << 32
"""Factor of the year or popularity in a sort key; ids are less."""

LEVELS = (
    *(2, 3, 5, 8, 13, 20, 30, 40, 50, 60, 70, 80, 90, 100, 130, 160, 200, 250, 300, 400, 500, 700),
    *(1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000),
)
"""Popularities that divide the documents, so that a search for the most popular ones need not see all."""


class Hit(msgspec.Struct, frozen=True, array_like=True):
    """A document as found; `id` is None for a genre or style, and `popularity` a number of releases.

    Of a release it also has the artists, as id and name, and the labels, as id, name and catalogue number.
    """

    id: int | None = None
    name: str = ""
    year: int | None = None
    popularity: int = 0
    genres: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    subtitle: str | None = None
    artists: tuple[tuple[int | None, str | None], ...] = ()
    labels: tuple[tuple[int | None, str | None, str | None], ...] = ()
    country: str | None = None
    formats: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    entity: str = ""
    score: float = 0.0


def _build_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in FIELDS:
        match field.kind:
            case Kind.INTEGER:
                builder.add_integer_field(field.name, indexed=not field.fast or field is fields.YEAR, fast=field.fast)
            case Kind.STORED:
                builder.add_bytes_field(field.name, stored=True)
            case _:
                detail = "freq" if field.kind is Kind.WORDS else "basic"
                builder.add_text_field(
                    field.name, fast=field.fast, tokenizer_name=field.kind.name.lower(), index_option=detail
                )
    return builder.build()


def _build_analyzer(tokenizer: Tokenizer) -> TextAnalyzer:
    # Accents go before the case: the lower case of İ has an accent that the filter does not know.
    return TextAnalyzerBuilder(tokenizer).filter(Filter.ascii_fold()).filter(Filter.lowercase()).build()


SCHEMA = _build_schema()

WORDS, WHOLE = _build_analyzer(Tokenizer.simple()), _build_analyzer(Tokenizer.raw())
TERMS, RAW = TextAnalyzerBuilder(Tokenizer.whitespace()).build(), TextAnalyzerBuilder(Tokenizer.raw()).build()
"""Analyzers of words and whole texts, of terms, and of texts as they are."""


def register_analyzers(index: tantivy.Index) -> None:
    """Make the analyzers known to an index that was created or opened."""
    for kind, analyzer in ((Kind.WORDS, WORDS), (Kind.WHOLE, WHOLE), (Kind.TERMS, TERMS)):
        index.register_tokenizer(kind.name.lower(), analyzer)
    # Values are searched without case and accents, and counted as they are.
    index.register_fast_field_tokenizer(Kind.WHOLE.name.lower(), RAW)


def clean(text: str) -> str:
    """Return the text as it is searched: one form of each character, single spaces, and a limited length."""
    return " ".join(unicodedata.normalize("NFKC", drop_surrogates(text[:TEXT_LENGTH])).split())


def drop_surrogates(text: str) -> str:
    """Return the text without lone surrogates, which no index can hold."""
    return text.encode("utf-8", "ignore").decode()


def fold(text: str) -> str:
    """Return a whole text in lower case without accents."""
    return "".join(WHOLE.analyze(clean(text)))


def fold_value(text: str) -> str:
    """Return a facet's value, indexed as written, in lower case without accents."""
    return "".join(WHOLE.analyze(drop_surrogates(text)))


def squeeze(text: str) -> str:
    """Return the letters and digits of a text in lower case without accents: `acdc`, `blp1577`."""
    return "".join(WORDS.analyze(clean(text)))


def write_documents(folder: Path, rows: Iterable[Row]) -> int:
    """Write the index of one entity to an empty folder, and return the number of documents that it holds.

    Raises DiskFullError if there is no room for it.
    """
    index = tantivy.Index(SCHEMA, str(folder), reuse=False)
    register_analyzers(index)
    writer = index.writer(HEAP_BYTES, 1)
    try:
        for row in rows:
            writer.add_document(tantivy.Document.from_dict(describe(row), SCHEMA))
        writer.commit()
        writer.wait_merging_threads()
    except ValueError as error:
        # The writer's thread may report a full disk as nothing but its own end.
        if faults.free_bytes(folder) < faults.ROOM:
            raise faults.full(f"writing the search index ended with {error}", folder) from error
        raise
    for file in folder.glob(".*"):
        # Locks and notes of the writer, of no use to readers.
        file.unlink()
    index.reload()
    return index.searcher().num_docs


def describe(row: Row) -> dict[str, list[Any]]:
    """Return the values of a row's document, by field; fields without a value are left out."""
    names = [unicodedata.normalize("NFKC", name) for name in (row.name or "", *row.variations)]
    starts = {word[:letters] for name in names for word in WORDS.analyze(name) for letters in LETTERS}
    also = dict.fromkeys([row.subtitle or "", *(each.name or "" for each in row.artists)])
    numbers = (each.catno for each in row.labels if each.catno and each.catno.lower() != NO_NUMBER)
    ids = row.id or 0
    values: dict[str, list[Any]] = {
        fields.NAME.name: names,
        fields.ALSO.name: [unicodedata.normalize("NFKC", text) for text in also],
        fields.WHOLE_NAME.name: [*filter(None, [clean(names[0])])],
        fields.CODE.name: [*filter(None, [squeeze(names[0])])],
        fields.CATNO.name: [*filter(None, map(squeeze, dict.fromkeys(numbers)))],
        fields.STARTS.name: [" ".join(starts)],
        fields.GENRE.name: [*row.genres],
        fields.STYLE.name: [*row.styles],
        fields.FORMAT.name: [*row.formats],
        fields.DESCRIPTION.name: [*row.descriptions],
        fields.COUNTRY.name: [row.country] if row.country else [],
        fields.YEAR.name: [] if row.year is None else [row.year],
        fields.DECADE.name: [] if row.year is None else [row.year // DECADE_YEARS * DECADE_YEARS],
        fields.POPULARITY.name: [row.popularity],
        fields.LEVEL.name: [level for level in LEVELS if level <= row.popularity],
        fields.POPULAR.name: [-row.popularity * ID_LIMIT + ids],
        fields.OLDEST.name: [(UNKNOWN_YEAR if row.year is None else row.year) * ID_LIMIT + ids],
        fields.NEWEST.name: [-(row.year or 0) * ID_LIMIT + ids],
        fields.ARTIST_ID.name: _list_ids(row.artists),
        fields.LABEL_ID.name: _list_ids(row.labels),
        fields.MASTER_ID.name: [] if row.master_id is None else [row.master_id],
        fields.CREDIT.name: [row.credits] if row.credits else [],
        fields.HAS.name: ["video " * row.video + "master" * bool(row.master_id)],
        fields.RECORD.name: [_write_record(row)],
    }
    return {name: found for name, found in values.items() if found}


def _list_ids(parts: Sequence[Part]) -> list[int]:
    return [*{each.id for each in parts if each.id}]


def _write_record(row: Row) -> bytes:
    """Return the values of a hit in its order, without the empty ones at the end."""
    artists = [(each.id, each.name) for each in row.artists]
    labels = [(each.id, each.name, each.catno) for each in row.labels]
    values: list[Any] = [row.id, row.name or "", row.year, row.popularity, row.genres, row.styles, row.subtitle]
    values += [artists, labels, row.country, row.formats, row.descriptions]
    while not values[-1]:
        values.pop()
    return msgspec.json.encode(values)


def read_hit(entity: str, score: float, record: bytes) -> Hit:
    """Return the hit of a stored record."""
    return msgspec.structs.replace(_DECODER.decode(record), entity=entity, score=score)


_DECODER = msgspec.json.Decoder(Hit)

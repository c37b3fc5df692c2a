"""Documents of the search index: how text becomes terms, and the part of a record that a hit shows."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import tantivy
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from discogs_assets import faults
from discogs_assets.schema.search_index import (
    ALSO,
    ARTIST_ID,
    CODE,
    FIELDS,
    GENRE,
    LABEL_ID,
    MASTER_ID,
    NAME,
    NEWEST,
    OLDEST,
    POPULARITY,
    RECORD,
    STARTS,
    STYLE,
    WHOLE_NAME,
    YEAR,
    Kind,
    Row,
)

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

YEAR_STEP = 1 << 40
"""Factor of the year in a sort key; ids are less."""


class Hit(msgspec.Struct, frozen=True):
    """A document as found; `id` is None for a genre or style, and `popularity` a number of releases."""

    entity: str = ""
    id: int | None = None
    name: str = ""
    year: int | None = None
    popularity: int = 0
    score: float = 0.0
    genres: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    subtitle: str | None = None


SHOWN = ("id", "name", "year", "popularity", "genres", "styles", "subtitle")
"""Values of a row that a hit shows."""


def _build_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in FIELDS:
        match field.kind:
            case Kind.INTEGER:
                builder.add_integer_field(field.name, indexed=not field.fast or field is YEAR, fast=field.fast)
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
"""Analyzers of words and whole texts."""


def register_analyzers(index: tantivy.Index) -> None:
    """Make the analyzers known to an index that was created or opened."""
    for kind, analyzer in ((Kind.WORDS, WORDS), (Kind.WHOLE, WHOLE)):
        index.register_tokenizer(kind.name.lower(), analyzer)


def clean(text: str) -> str:
    """Return the text as it is searched: one form of each character, single spaces, and a limited length."""
    return " ".join(unicodedata.normalize("NFKC", drop_surrogates(text[:TEXT_LENGTH])).split())


def drop_surrogates(text: str) -> str:
    """Return the text without lone surrogates, which no index can hold."""
    return text.encode("utf-8", "ignore").decode()


def fold(text: str) -> str:
    """Return a whole text in lower case without accents."""
    return "".join(WHOLE.analyze(clean(text)))


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
    """Return the values of a row's document, by field."""
    names = [unicodedata.normalize("NFKC", name) for name in (row.name or "", *row.variations)]
    starts = {word[:letters] for name in names for word in WORDS.analyze(name) for letters in LETTERS}
    ids = row.id or 0
    return {
        NAME.name: names,
        ALSO.name: [unicodedata.normalize("NFKC", text) for text in (row.subtitle or "", *row.also)],
        WHOLE_NAME.name: [*filter(None, [clean(names[0])])],
        CODE.name: [*filter(None, map(squeeze, (names[0], *row.codes)))],
        STARTS.name: [" ".join(starts)],
        GENRE.name: [*row.genres],
        STYLE.name: [*row.styles],
        YEAR.name: [] if row.year is None else [row.year],
        POPULARITY.name: [row.popularity],
        OLDEST.name: [(UNKNOWN_YEAR if row.year is None else row.year) * YEAR_STEP + ids],
        NEWEST.name: [-(row.year or 0) * YEAR_STEP + ids],
        ARTIST_ID.name: [*row.artist_ids],
        LABEL_ID.name: [*row.label_ids],
        MASTER_ID.name: [] if row.master_id is None else [row.master_id],
        RECORD.name: [
            msgspec.json.encode({name: getattr(row, name) for name in SHOWN if getattr(row, name) is not None})
        ],
    }


def read_hit(entity: str, score: float, record: bytes) -> Hit:
    """Return the hit of a stored record."""
    return msgspec.structs.replace(_DECODER.decode(record), entity=entity, score=score)


_DECODER = msgspec.json.Decoder(Hit)

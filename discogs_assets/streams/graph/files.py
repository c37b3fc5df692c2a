"""Definitions shared by node and relationship tables: keys, text limits, a month's tables, counts."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from discogs_assets.schema import graph

Files = Mapping[str, list[Path]]
"""Parquet files by entity, node label or relationship type."""


@dataclass(frozen=True)
class Tables:
    """All graph tables of a month: `nodes` by label, `relationships` by type, a file for each pair of labels.

    `known` is their digest, if it is stored with them.
    """

    month: str
    nodes: Files
    relationships: Files
    known: str = ""

    @property
    def files(self) -> Iterator[tuple[str, Path]]:
        """Every file with its label or type."""
        for name, files in sorted([*self.nodes.items(), *self.relationships.items()]):
            yield from ((name, file) for file in files)

    @property
    def pairs(self) -> list[tuple[str, list[Path]]]:
        """Every relationship file with its type, as an import takes them."""
        return [(kind, [file]) for kind, files in self.relationships.items() for file in files]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the names and bytes of all tables."""
        if self.known:
            return self.known
        whole = hashlib.sha256()
        for name, file in self.files:
            with file.open("rb") as stream:
                whole.update(f"{name}/{file.name} {hashlib.file_digest(stream, 'sha256').hexdigest()}\n".encode())
        return whole.hexdigest()


@dataclass(slots=True)
class Tally:
    """Counts of a table: `rows` written, references `omitted` by reason, texts `cut` by property.

    `enriched` are the rows from MusicBrainz. `matches` counts the links between its records and Discogs'.
    """

    rows: int = 0
    omitted: Counter[str] = field(default_factory=Counter)
    cut: Counter[str] = field(default_factory=Counter)
    enriched: int = 0
    matches: dict[str, int] = field(default_factory=dict)

    def facts(self) -> Iterator[tuple[str, int]]:
        """Yield each count with its name."""
        yield from ((f"omitted/{reason}", count) for reason, count in sorted(self.omitted.items()))
        yield from ((f"cut/{name}", count) for name, count in sorted(self.cut.items()) if count)
        yield from ((f"musicbrainz/{name}", count) for name, count in self.matches.items())
        if self.enriched:
            yield "musicbrainz/relationships", self.enriched


def omit(frame: pl.DataFrame, reasons: Mapping[str, pl.Expr], tally: Tally, source: str = "") -> pl.DataFrame:
    """Return the rows that meet all conditions, in order; count the others by the first condition they fail."""
    for reason, sound in reasons.items():
        before, frame = len(frame), frame.filter(sound)
        tally.omitted[f"{source}{reason}"] += before - len(frame)
    return frame


def write_load(file: Path, month: str, load: str) -> None:
    """Write the table of the single node that identifies the month and load a store holds."""
    columns = {":ID(Load)": [0], "source": ["discogs"], "month": [month], "load": [load]}
    pl.DataFrame(columns).write_parquet(file)


def ends(file: Path) -> tuple[str, str]:
    """Return the start and end label of a relationship table from its file name, as in `Release-Artist.parquet`."""
    start, end = file.stem.split("-")
    return start, end


def between(files: Iterable[Path], start: str, end: str) -> pl.LazyFrame:
    """Return the import ids, `start` and `end`, of the nodes joined by a type's relationships between these labels.

    Raises KeyError if there is no such file.
    """
    file = {ends(file): file for file in files}[start, end]
    columns = {"start": graph.start_column(start), "end": graph.end_column(end)}
    return pl.scan_parquet(file).select(pl.col(column).alias(name) for name, column in columns.items())


def keys(part: str) -> pl.Expr:
    """Return the distinct keys by which a release refers to nodes in this part: ids or texts."""
    link, element = graph.link_of(part), pl.element()
    key = element.struct.field(link.key) if link and link.key else limit_length(element)
    return pl.col(part).list.eval(key).list.unique()


def limit_length(text: pl.Expr) -> pl.Expr:
    """Return the text of an indexed property, truncated to the longest text that an index takes."""
    return pl.when(too_long(text)).then(text.str.slice(0, graph.TEXT_LIMIT)).otherwise(text)


def too_long(text: pl.Expr) -> pl.Expr:
    """Return True if the text is cut. Bytes are counted first, because counting characters is slow."""
    return (text.str.len_bytes() > graph.TEXT_LIMIT) & (text.str.len_chars() > graph.TEXT_LIMIT)


def scan_keys(label: str, nodes: Files) -> pl.LazyFrame:
    """Return the nodes that can be referenced: `key`, the id or name in records, and `node`, the import's id."""
    key = graph.id_column(label) if graph.node(label).entity else "name"
    return pl.scan_parquet(nodes[label]).select(pl.col(key).alias("key"), pl.col(graph.id_column(label)).alias("node"))

"""What the tables of nodes and those of relationships have in common.

What belongs here: how a node is identified, how long a text may be, a month's tables as one thing, and the account of
what was written and left out. What doesn't: computing either (see `nodes`, `statistics` and `relationships`).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from discogs_assets.schema import graph

Files = Mapping[str, list[Path]]
"""Parquet files by entity or node label."""


@dataclass(frozen=True)
class Tables:
    """All graph tables of a month: `nodes` by label, `relationships` by type, a file for each pair of labels.

    `known` is their digest, if somebody has kept it with them.
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
        """Every file of relationships with its type, each as an import takes it."""
        return [(kind, [file]) for kind, files in self.relationships.items() for file in files]

    @cached_property
    def digest(self) -> str:
        """What tells these tables from any others, by every byte of them."""
        if self.known:
            return self.known
        whole = hashlib.sha256()
        for name, file in self.files:
            with file.open("rb") as stream:
                whole.update(f"{name}/{file.name} {hashlib.file_digest(stream, 'sha256').hexdigest()}\n".encode())
        return whole.hexdigest()


@dataclass(slots=True)
class Tally:
    """What became of what was stated: `rows` written, `omitted` by reason, texts `cut` by property.

    `enriched` are the rows among them that MusicBrainz states; `matches` tells how its records meet Discogs'.
    """

    rows: int = 0
    omitted: Counter[str] = field(default_factory=Counter)
    cut: Counter[str] = field(default_factory=Counter)
    enriched: int = 0
    matches: dict[str, int] = field(default_factory=dict)

    def facts(self) -> Iterator[tuple[str, int]]:
        """Each count under its name."""
        yield from ((f"omitted/{reason}", count) for reason, count in sorted(self.omitted.items()))
        yield from ((f"cut/{name}", count) for name, count in sorted(self.cut.items()) if count)
        yield from ((f"musicbrainz/{name}", count) for name, count in self.matches.items())
        if self.enriched:
            yield "musicbrainz/relationships", self.enriched


def write_load(file: Path, month: str, load: str) -> None:
    """Write the table of the one node by which a store says which load of which month it holds."""
    columns = {":ID(Load)": [0], "source": ["discogs"], "month": [month], "load": [load]}
    pl.DataFrame(columns).write_parquet(file)


def ends(file: Path) -> tuple[str, str]:
    """The labels that a relationship table leads from and to, by which its file is named: `Release-Artist.parquet`."""
    start, end = file.stem.split("-")
    return start, end


def between(files: Iterable[Path], start: str, end: str) -> pl.LazyFrame:
    """The import's ids of the nodes, `start` and `end`, that a type's relationships between these labels join.

    KeyError if there is no file of them.
    """
    file = {ends(file): file for file in files}[start, end]
    columns = {"start": graph.start_column(start), "end": graph.end_column(end)}
    return pl.scan_parquet(file).select(pl.col(column).alias(name) for name, column in columns.items())


def keys(part: str) -> pl.Expr:
    """The distinct keys by which a release refers to nodes in this part: ids or texts."""
    link, element = graph.link_of(part), pl.element()
    key = element.struct.field(link.key) if link and link.key else indexed(element)
    return pl.col(part).list.eval(key).list.unique()


def indexed(text: pl.Expr) -> pl.Expr:
    """The text as an indexed property holds it: cut if it is longer than an index takes."""
    return pl.when(too_long(text)).then(text.str.slice(0, graph.TEXT_LIMIT)).otherwise(text)


def too_long(text: pl.Expr) -> pl.Expr:
    """Whether the text is cut; counting bytes first, because characters are counted slowly."""
    return (text.str.len_bytes() > graph.TEXT_LIMIT) & (text.str.len_chars() > graph.TEXT_LIMIT)


def known(label: str, nodes: Files) -> pl.LazyFrame:
    """The nodes that can be reached: `key`, the id or name records refer to them by, and `node`, the import's id."""
    key = graph.id_column(label) if graph.node(label).entity else "name"
    return pl.scan_parquet(nodes[label]).select(pl.col(key).alias("key"), pl.col(graph.id_column(label)).alias("node"))

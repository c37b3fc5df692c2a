"""Rows of the search index from a month's records, with popularity from the graph and from releases."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.search_index import Row
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import Files, between
from discogs_assets.streams.insights.lookup import Lookup

BATCH_ROWS = 20_000

NO_NUMBER = "none"
"""Catalogue number of a release that has none."""


@dataclass(frozen=True, slots=True)
class Source:
    """The input of an entity's rows: a row for each row of `of`, an entity or node label.

    `leaves` are the columns read, and `values` the expressions of a row's values. `count` returns the popularity by the
    column `by`, from `others` too; without it, popularity is among the values. `least` is that of an uncounted row.
    """

    of: str
    leaves: tuple[str, ...]
    values: Mapping[str, pl.Expr]
    others: tuple[str, ...] = ()
    count: Callable[[Files], Lookup] | None = None
    by: str = "id"
    least: int = 0

    @property
    def reads(self) -> tuple[str, ...]:
        """Entities, node labels and relationship types that are read."""
        return (self.of, *self.others)


def build_rows(entity: str, files: Files) -> Iterator[Row]:
    """Yield the rows of an entity in the order of its records, from the files of everything it reads."""
    source = SOURCES[entity]
    popularity = source.count(files) if source.count else None
    for file in files[source.of]:
        for batch in parquet.batches(file, source.leaves, BATCH_ROWS):
            frame = pl.DataFrame(pl.from_arrow(batch))
            values = frame.select(**source.values)
            if popularity:
                counted = popularity.find(frame[source.by]).fill_null(source.least)
                values = values.with_columns(popularity=counted)
            for row in values.iter_rows(named=True):
                yield Row(**{name: value for name, value in row.items() if value is not None})


def _count_credits(files: Files) -> Lookup:
    """Return the number of releases of each main artist; placeholder artists have none."""
    pairs = between(files["BY"], "Release", "Artist")
    return Lookup.of(pairs.group_by("end").agg(pl.len()).collect(engine="streaming"))


def _read_label_counts(files: Files) -> Lookup:
    return Lookup.of(pl.read_parquet(files["Label"], columns=[graph.id_column("Label"), "release_count"]))


def _count_pressings(files: Files) -> Lookup:
    """Return the number of releases of each master."""
    releases = pl.scan_parquet(files["releases"]).filter(pl.col("master_id") != 0)
    return Lookup.of(releases.group_by("master_id").agg(pl.len()).collect(engine="streaming"))


def _inner(part: str, name: str, sound: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """Return the distinct values of a field of a repeated part that are sound, in order."""
    value = pl.element().struct.field(name)
    return pl.col(part).list.eval(value.filter(sound(value))).list.unique(maintain_order=True)


def _ids(part: str) -> pl.Expr:
    return _inner(part, "id", lambda value: value > 0)


def _leaf(part: str, name: str) -> str:
    return f"{part}.list.element.{name}"


TITLED = ("id", "title", "artist", "year", "genres", "styles", _leaf("artists", "id"), _leaf("artists", "name"))
"""Columns of releases and masters."""

SHOWN = {
    "id": pl.col("id"),
    "name": pl.col("title"),
    "subtitle": pl.col("artist"),
    "year": pl.col("year"),
    "genres": pl.col("genres").list.drop_nulls(),
    "styles": pl.col("styles").list.drop_nulls(),
    "also": _inner("artists", "name", pl.Expr.is_not_null),
    "artist_ids": _ids("artists"),
}
"""Values of releases and masters."""

NUMBERS = _inner("labels", "catno", lambda value: value.str.to_lowercase() != NO_NUMBER)

VALUES = {"name": pl.col("name"), "popularity": pl.col("release_count")}
"""Values of genres and styles."""

SOURCES = {
    "artists": Source(
        "artists",
        ("id", "name", "realname", "namevariations"),
        {
            "id": pl.col("id"),
            "name": pl.col("name"),
            "subtitle": pl.col("realname"),
            "variations": pl.col("namevariations").list.drop_nulls(),
        },
        ("BY",),
        _count_credits,
    ),
    "labels": Source(
        "labels",
        ("id", "name", "parentLabel.name"),
        {"id": pl.col("id"), "name": pl.col("name"), "subtitle": pl.col("parentLabel").struct.field("name")},
        ("Label",),
        _read_label_counts,
    ),
    "masters": Source("masters", TITLED, SHOWN, ("releases",), _count_pressings),
    "releases": Source(
        "releases",
        (*TITLED, _leaf("labels", "id"), _leaf("labels", "catno"), "master_id"),
        {
            **SHOWN,
            "codes": NUMBERS,
            "label_ids": _ids("labels"),
            "master_id": pl.col("master_id").replace(0, None),
        },
        (),
        _count_pressings,
        "master_id",
        1,
    ),
    "genres": Source("Genre", ("name", "release_count"), VALUES),
    "styles": Source("Style", ("name", "release_count"), VALUES),
}
"""Inputs by entity."""

"""Rows of the search index from a month's records, with popularity from the graph and from releases."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import msgspec
import polars as pl
import polars.selectors as cs

from discogs_assets.schema import graph, roles
from discogs_assets.schema.search_index import Row, digest_name
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import Files, between
from discogs_assets.streams.insights.lookup import Lookup

BATCH_ROWS = 20_000


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


_DECODER = msgspec.json.Decoder(Row)


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
            # Many times as fast as rows of Python objects: both steps are native code.
            texts = values.select(pl.struct(cs.list().fill_null([]), ~cs.list()).struct.json_encode()).to_series()
            yield from map(_DECODER.decode, texts)


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


def _inner(part: str, *names: str) -> pl.Expr:
    """Return the values of a field of a repeated part, in order; of several names, each is inside the one before."""
    value = pl.element()
    for place, name in enumerate(names):
        value = (value.explode() if place else value).struct.field(name)
    return pl.col(part).list.eval((value.explode() if names[-1] in NESTED else value).drop_nulls())


DIGESTS = {"name": pl.String, "digest": pl.String}


def _write_credits(credited: pl.Series) -> pl.Series:
    """Return the terms of each release's credits: `12/ 12/producer /producer`, null without credits.

    A name without an id has its digest in place of the id.
    """
    parts = pl.DataFrame({"row": range(len(credited)), "credit": credited}).explode("credit").unnest("credit")
    named = [(text, key) for text in parts["role"].unique().drop_nulls() for key in roles.keys(text)]
    keys = pl.DataFrame(named, {"role": pl.String, "key": pl.String}, orient="row")
    unlinked = parts.filter(pl.col("id").fill_null(0) == 0)["name"].unique().drop_nulls()
    digests = pl.DataFrame([*zip(unlinked, map(digest_name, unlinked), strict=True)], DIGESTS, orient="row")
    found = parts.join(keys, on="role", how="left").join(digests, on="name", how="left")
    linked = pl.when(pl.col("id") > 0).then(pl.format("{}/", "id"))
    person, key = linked.otherwise(pl.format("{}/", "digest")), pl.col("key")
    terms = [person, pl.concat_str(person, key), pl.format("/{}", key)]
    texts = found.select("row", pl.concat_str(*terms, separator=" ", ignore_nulls=True).alias("terms"))
    joined = texts.filter(pl.col("terms") != "").group_by("row").agg(pl.col("terms").str.join(" "))
    return pl.DataFrame({"row": range(len(credited))}).join(joined, on="row", how="left")["terms"]


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
    "artists": pl.col("artists"),
}
"""Values of releases and masters."""

NESTED = ("extraartists", "descriptions")
"""Fields that are lists themselves."""

CREDITED = (
    "extraartists",
    "tracklist.list.element.extraartists",
    "tracklist.list.element.sub_tracks.list.element.extraartists",
)
"""Places of the credits of a release."""

EDITION = (
    *(_leaf("labels", name) for name in ("id", "name", "catno")),
    *(_leaf("formats", name) for name in ("name", "descriptions.list.element")),
    *(_leaf(place, name) for place in CREDITED for name in ("id", "name", "role")),
    *("country", "master_id", _leaf("videos", "embed")),
)
"""Columns of releases alone."""

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
        (*TITLED, *EDITION),
        {
            **SHOWN,
            "labels": pl.col("labels"),
            "credits": pl.concat_list(
                "extraartists",
                _inner("tracklist", "extraartists"),
                _inner("tracklist", "sub_tracks", "extraartists"),
            ).map_batches(_write_credits, pl.String),
            "master_id": pl.col("master_id").replace(0, None),
            "formats": _inner("formats", "name").list.unique(maintain_order=True),
            "descriptions": _inner("formats", "descriptions").list.unique(maintain_order=True),
            "country": pl.col("country"),
            "video": pl.col("videos").list.len() > 0,
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

"""Relationship tables for Neo4j's import from records in Parquet."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from discogs_assets.schema import graph
from discogs_assets.schema.discogs import PLACEHOLDERS
from discogs_assets.schema.graph import Relationship, Stated
from discogs_assets.schema.model import One
from discogs_assets.schema.musicbrainz import ARTISTS
from discogs_assets.streams import parquet
from discogs_assets.streams.credits import split_roles
from discogs_assets.streams.graph import enrichment
from discogs_assets.streams.graph.files import Files, Tally, keys, limit_length, omit, scan_keys

BATCH_ROWS = 50_000
"""Records turned into relationships at once. All relationships of a pair come from one record, so batches can be
deduplicated separately, unless both ends state the relationship.
"""

PLACE = "place of the track"
"""Column with the position of the track that contains a row."""


def write_relationships(relationship: Relationship, records: Files, nodes: Files, folder: Path) -> Tally:
    """Write the relationships of a type, one Parquet file per pair of labels, named `Start-End.parquet`.

    `records` are the entities that state them, MusicBrainz included; `nodes` are the labels to look up. A relationship
    needs both its ends. References are omitted, and counted by reason: without an id (`unlinked`), credits without a
    role (`roleless`), to or from a placeholder artist (`placeholder`), of a record to itself (`self`), to a missing
    record (`dangling`), and repeated by the same pair (`duplicate`).
    """
    tally = Tally()
    added = (enrichment.RELATIONS, ARTISTS.title) if relationship.musicbrainz else ()
    read = {name: records.get(name, []) for name in (*(each.name for each in relationship.sources), *added)}
    made_from = enrichment.made_from({**read, **nodes}, added[1:])
    for start, end in relationship.pairs:
        target = folder / f"{start}-{end}.parquet"
        stated = [each for each in relationship.stated if (each.start, each.end) == (start, end)]
        frames = _read_stated(stated, records, nodes, tally) if stated else _compute(relationship, records, nodes)
        frames = _merge(frames, start, end, tally) if len(stated) > 1 else frames
        if added and (start, end) == graph.ARTISTS_BOTH:
            related = enrichment.read_relationships(relationship, records, nodes, tally)
            frames = iter([pl.concat([*frames, related], how="diagonal")])
        tally.rows += _write(frames, target, made_from)
    return tally


def _compute(relationship: Relationship, records: Files, nodes: Files) -> Iterator[pl.DataFrame]:
    """Yield the relationships that no record of Discogs states."""
    if not relationship.musicbrainz:
        yield part_of(records, nodes)


def _write(frames: Iterable[pl.DataFrame], target: Path, made_from: parquet.Versions) -> int:
    frames = iter(frames)
    first = next(frames)
    return parquet.write_frames(target, parquet.as_table(first).schema, made_from, chain([first], frames))


def _merge(frames: Iterator[pl.DataFrame], start: str, end: str, tally: Tally) -> Iterator[pl.DataFrame]:
    """Yield relationships stated at both ends once."""
    whole = pl.concat(frames)
    once = whole.unique([graph.start_column(start), graph.end_column(end)], keep="first", maintain_order=True)
    tally.omitted["duplicate"] += len(whole) - len(once)
    yield once


def _read_stated(stated: Sequence[Stated], records: Files, nodes: Files, tally: Tally) -> Iterator[pl.DataFrame]:
    for each in stated:
        found = scan_keys(each.link.to, nodes).collect()
        for batch in _batches(each, records[each.entity.name]):
            yield _relate(each, batch, found, tally)


def _batches(each: Stated, files: Sequence[Path]) -> Iterator[pl.DataFrame]:
    """Yield the records' ids with the columns a link reads, after an empty batch in case there are no records."""
    for file in files:
        names = list(dict.fromkeys(path.partition(".")[0] for path in _paths(each)))
        yield pl.from_arrow(pq.read_schema(file).empty_table().select(names))  # type: ignore[misc]
        for batch in parquet.batches(file, list(_paths(each)), BATCH_ROWS):
            yield pl.from_arrow(batch)  # type: ignore[misc]


def _paths(each: Stated) -> Iterator[str]:
    """Yield the columns to read, by Parquet's names for the parts of lists."""
    link, item = each.link, ".list.element."
    yield each.entity.key
    if not link.rows:
        yield from dict.fromkeys([link.key, *_values(each)])
    for rows in link.rows:
        *outer, _ = rows.split(".")
        yield rows.replace(".", item)
        yield from (f"{item.join(outer[: depth + 1])}{item}position" for depth in range(len(outer)))


def _values(each: Stated) -> list[str]:
    """Return the values that become properties, apart from the key."""
    link = each.link
    named = [source for _, source in (*link.properties, *link.lists, *link.joined)]
    return list(dict.fromkeys([*([link.per] if link.per else []), *named]))


def _relate(each: Stated, records: pl.DataFrame, found: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Return the valid relationships stated by a batch of records."""
    link = each.link
    references = pl.concat(_read_references(each, rows, records) for rows in link.rows or ("",))
    valid = _select_valid(each, references, tally)
    named = _split_roles(valid, tally) if link.roles else valid
    there = named.join(found, on="key", how="inner", maintain_order="left")
    tally.omitted["dangling"] += len(named) - len(there)
    once = _deduplicate(each, there)
    tally.omitted["duplicate"] += len(there) - len(once)
    ends = {"from": graph.start_column(each.start), "node": graph.end_column(each.end)}
    if not link.outward:
        ends = {"node": graph.start_column(each.start), "from": graph.end_column(each.end)}
    return once.select([*ends, *(c for c in once.columns if c not in ends)]).rename(ends)


def _read_references(each: Stated, rows: str, records: pl.DataFrame) -> pl.DataFrame:
    """Return one row per reference: `from` (the record), `key` (its target), the values, and the position."""
    link, values = each.link, _values(each)
    records = records.rename({each.entity.key: "from"})
    if not rows:
        return records.select("from", pl.col(link.key).alias("key"), *values)
    part, last, records = each.entity.part(rows), rows.split(".")[-1], _open_tracks(each, rows, records)
    if isinstance(part, One):
        records = records.filter(pl.col(last).is_not_null()).with_columns(pl.concat_list(last))
    lists = records.with_columns(pl.int_ranges(1, pl.col(last).list.len() + 1).alias("position"))
    found = lists.filter(pl.col(last).list.len() > 0).explode(last, "position")
    if not link.key:
        return found.select("from", limit_length(pl.col(last)).alias("key"), "position")
    field = pl.col(last).struct.field
    texts = [
        pl.coalesce(field(name), PLACE).alias(name) if _falls_back_to_place(each, name) else field(name)
        for name in values
    ]
    return found.select("from", field(link.key).alias("key"), *texts, "position")


def _open_tracks(each: Stated, rows: str, records: pl.DataFrame) -> pl.DataFrame:
    """Return the tracks that contain the rows, if any: the last part as a column, and the track's position."""
    *outer, last = rows.split(".")
    found = records.select("from", pl.col(rows.partition(".")[0]), pl.lit(None, pl.String).alias(PLACE))
    for depth, name in enumerate(outer):
        inner = [*outer, last][depth + 1]
        opened = found.filter(pl.col(name).list.len() > 0).explode(name)
        field = pl.col(name).struct.field
        found = opened.select("from", field(inner), pl.coalesce(field("position"), PLACE).alias(PLACE))
    return found


def _falls_back_to_place(each: Stated, name: str) -> bool:
    """Return True if the position of the track stands in for this value."""
    return any(name == source for _, source in each.link.joined)


def _select_valid(each: Stated, references: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Return the references to other records, placeholders excluded; count the others by reason."""
    nothing = "" if references.schema["key"] == pl.String else 0
    steps = {"unlinked": pl.col("key").is_not_null() & (pl.col("key") != nothing)}
    if each.link.to == "Artist":
        ends = ["key", "from"] if each.entity.node == "Artist" else ["key"]
        steps["placeholder"] = ~pl.any_horizontal(pl.col(end).is_in(list(PLACEHOLDERS)) for end in ends)
    if each.link.to == each.entity.node:
        steps["self"] = pl.col("key") != pl.col("from")
    return omit(references, steps, tally)


def _split_roles(said: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Return one row for each role of a credit, with its category."""
    found = split_roles(said)
    tally.omitted["roleless"] += len(said) - int((found["role_number"] == 1).sum())
    return found.drop("role_number").with_columns(limit_length(pl.col("role")))


def _deduplicate(each: Stated, there: pl.DataFrame) -> pl.DataFrame:
    """Return one row per pair (and role, for credits): first values, and all values of the gathered columns."""
    link = each.link
    by = ["from", "node", *([link.per] if link.per else [])]
    gathered = [*link.lists, *link.joined]
    first = there.unique(by, keep="first", maintain_order=True)
    if gathered:
        again = there.filter(pl.struct(by).is_duplicated())
        found = again.group_by(by).agg(
            _gather(name, source, (name, source) in link.joined) for name, source in gathered
        )
        first = first.join(found, on=by, how="left", nulls_equal=True, maintain_order="left")
    whole = [pl.coalesce(f"all {name}", source).alias(name) for name, source in link.joined]
    lists = [pl.col(f"all {name}").alias(graph.list_column(name)) for name, _ in link.lists]
    per = [link.per, *(["category"] if link.roles else [])] if link.per else []
    named = [pl.col(source).alias(name) for name, source in link.properties]
    return first.select("from", "node", *per, *named, *lists, *whole, *(["position"] if link.position else []))


def _gather(name: str, source: str, joined: bool) -> pl.Expr:
    """Return all distinct values in their order: one text, or a list if there are several."""
    values = pl.col(source).drop_nulls().unique(maintain_order=True)
    if joined:
        return pl.when(values.len() > 0).then(values.str.join(", ")).alias(f"all {name}")
    return pl.when(values.len() > 1).then(values.implode()).alias(f"all {name}")


def part_of(records: Files, nodes: Files) -> pl.DataFrame:
    """Return styles and genres of releases with a single genre, with the number and share of these releases."""
    named = pl.scan_parquet(records[graph.COUNTED.name]).select(keys("genres"), keys("styles"))
    pairs = named.filter(pl.col("genres").list.len() == 1).explode("genres").explode("styles").drop_nulls()
    counted = pairs.group_by("styles", "genres").agg(pl.len().cast(pl.Int64).alias("release_count"))
    joined = counted.join(scan_keys("Style", nodes), left_on="styles", right_on="key").join(
        scan_keys("Genre", nodes), left_on="genres", right_on="key", suffix="_genre"
    )
    first = joined.sort("node", "release_count", "node_genre", descending=[False, True, False])
    return (
        first.select(
            pl.col("node").alias(graph.start_column("Style")),
            pl.col("node_genre").alias(graph.end_column("Genre")),
            "release_count",
            (pl.col("release_count") / pl.col("release_count").sum().over("node")).alias("share"),
            pl.col("node").is_first_distinct().alias("primary"),
        )
        .sort(graph.start_column("Style"), graph.end_column("Genre"))
        .collect()
    )

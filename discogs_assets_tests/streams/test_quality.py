"""Tests of `streams.quality`."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from discogs_assets.schema.backends import arrow
from discogs_assets.schema.discogs import ENTITIES, LABELS
from discogs_assets.schema.model import Entity
from discogs_assets.streams import parquet, quality
from discogs_assets.streams.discogs import convert
from discogs_assets.streams.discogs.raw_records import Originals
from discogs_assets.streams.quality import Sample, Tally
from discogs_assets_tests.layouts import LAYOUTS


def label(number: int, inner: bytes = b"<name>L</name>") -> bytes:
    return b"<label><id>%d</id>%b</label>" % (number, inner)


NAMELESS, UNUSED, BOTH = (
    b"<name> </name>",
    b"<name>L</name><profile>do not use</profile>",
    b"<profile>Do Not Use</profile>",
)


def check_quality(folder: Path, entity: Entity, records: Sequence[bytes]) -> tuple[Tally, pl.DataFrame]:
    """The tally and the rows of a dump with these records."""
    source, root = folder / "dump.xml.gz", entity.name.encode()
    source.write_bytes(gzip.compress(b"<%b>\n%b\n</%b>" % (root, b"\n".join(records), root)))
    for name in ("good", "bad"):
        (folder / name).mkdir()
    convert.write(convert.Source(source, entity, "aa", 2027), folder / "good", folder / "bad")
    with Originals(entity, source, [folder / "bad" / parquet.FILE]) as originals:
        tally = quality.write(entity, [folder / "good" / parquet.FILE], originals, folder / parquet.FILE)
    return tally, pl.read_parquet(folder / parquet.FILE)


def test_a_row_is_a_record_and_a_rule_with_the_records_own_bytes(tmp_path: Path) -> None:
    records = [label(1), label(2, BOTH), label(3, NAMELESS), label(4)]
    tally, rows = check_quality(tmp_path, LABELS, records)
    assert rows.rows() == [
        (2, "name_missing", "error", "name", "", records[1]),
        (2, "do_not_use", "warning", "profile", "Do Not Use", records[1]),
        (3, "name_missing", "error", "name", "", records[2]),
    ]
    assert (tally.records, tally.flagged, tally.kept, tally.rows) == (4, 2, 2, 3)
    assert tally.counts == {"name_missing": 2, "do_not_use": 1}
    assert tally.samples == {"name_missing": [Sample(2, ""), Sample(3, "")], "do_not_use": [Sample(2, "Do Not Use")]}


def test_nothing_to_flag_is_an_empty_file_that_says_what_it_was_made_from(tmp_path: Path) -> None:
    tally, rows = check_quality(tmp_path, LABELS, [label(1)])
    assert (tally.rows, len(rows)) == (0, 0)
    assert parquet.versions([tmp_path / parquet.FILE]) == {"labels": ["aa"]}
    assert pq.read_schema(tmp_path / parquet.FILE).equals(arrow.FLAGGED)


def test_the_bytes_of_each_rules_first_records_are_kept_whatever_the_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "KEPT", 3)
    monkeypatch.setattr(quality, "BATCH_ROWS", 2)
    inner = [NAMELESS, NAMELESS, UNUSED, NAMELESS, BOTH, BOTH, UNUSED, NAMELESS]
    tally, rows = check_quality(tmp_path, LABELS, [label(number, each) for number, each in enumerate(inner, 1)])
    nameless = rows.filter(pl.col("rule") == "name_missing").select("id", pl.col("bytes").is_not_null()).rows()
    unused = rows.filter(pl.col("rule") == "do_not_use").select("id", pl.col("bytes").is_not_null()).rows()
    assert nameless == [(1, True), (2, True), (4, True), (5, True), (6, True), (8, False)]
    assert unused == [(3, True), (5, True), (6, True), (7, False)]
    assert (tally.records, tally.flagged, tally.kept) == (8, 8, 6)
    assert rows["id"].is_sorted()


def test_no_more_than_a_batch_of_records_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "BATCH_ROWS", 10)
    seen: list[int] = []
    ask = quality.flag_records

    def counted(entity: Entity, frame: pl.DataFrame, first: int = 0) -> pl.DataFrame:
        seen.append(len(frame))
        return ask(entity, frame, first)

    monkeypatch.setattr(quality, "flag_records", counted)
    _, rows = check_quality(tmp_path, LABELS, [label(number, NAMELESS) for number in range(1, 96)])
    assert seen == [10] * 9 + [5]
    assert rows["bytes"].to_list() == [label(number, NAMELESS) for number in range(1, 96)]


@pytest.mark.parametrize("entity", ENTITIES, ids=repr)
def test_records_of_every_layout_are_given_back_byte_by_byte(entity: Entity, tmp_path: Path) -> None:
    records = {record for layout in LAYOUTS.values() for record in layout[entity.name]}
    for number, record in enumerate(sorted(records)):
        folder = tmp_path / str(number)
        folder.mkdir()
        _, rows = check_quality(folder, entity, [record])
        assert set(rows["bytes"]) <= {record}

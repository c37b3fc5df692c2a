"""Tests of `streams.discogs.raw_records`."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from discogs_assets.errors import DumpDamagedError
from discogs_assets.schema.discogs import LABELS, RELEASES
from discogs_assets.schema.model import Entity
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs import convert, framing
from discogs_assets.streams.discogs.raw_records import Originals

INNER = b"<sublabels><label id='7'>In</label></sublabels>"


def label(number: object, inner: bytes = b"") -> bytes:
    return b"<label><id>%b</id>%b</label>" % (str(number).encode(), inner)


def release(number: int, inner: bytes = b"") -> bytes:
    return b'<release id="%d"><notes>\n %b</notes></release>' % (number, inner)


def take_originals(
    folder: Path, entity: Entity, records: list[bytes], between: bytes = b"\n"
) -> tuple[Originals, list[int]]:
    """The originals of a dump that has been parsed, and the ids of its rows."""
    source = folder / "dump.xml.gz"
    source.write_bytes(
        gzip.compress(b"<%b>" % entity.name.encode() + between.join(records) + b"</%b>" % entity.name.encode())
    )
    for name in ("good", "bad"):
        (folder / name).mkdir()
    convert.write(convert.Source(source, entity, "aa", 2027), folder / "good", folder / "bad")
    ids = pl.read_parquet(folder / "good")["id"].to_list()
    return Originals(entity, source, [folder / "bad" / parquet.FILE]), ids


@pytest.mark.parametrize("chunk", [64, 1000, framing.CHUNK_BYTES])
def test_each_row_is_given_the_bytes_that_the_file_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(framing, "CHUNK_BYTES", chunk)
    records = [label(number, INNER if number % 3 else b"<name>&#196; &amp;\r\n</name>") for number in range(1, 60)]
    originals, ids = take_originals(tmp_path, LABELS, records)
    with originals:
        assert [originals.bytes_of(row, number) for row, number in enumerate(ids)] == records


def test_records_in_quarantine_are_no_rows(tmp_path: Path) -> None:
    records = [label(1), label("x"), label(2), label(1), label(3, b"<name>a & b</name>"), label(4)]
    originals, ids = take_originals(tmp_path, LABELS, records, b"")
    assert ids == [1, 2, 4]
    with originals:
        assert [originals.bytes_of(row, number) for row, number in enumerate(ids)] == [label(1), label(2), label(4)]


def test_rows_may_be_passed_over_and_the_reading_ended_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "CHUNK_BYTES", 5000)
    originals, _ = take_originals(tmp_path, RELEASES, [release(number, b"<x/>" * 50) for number in range(1, 400)])
    with originals:
        assert originals.bytes_of(7, 8) == release(8, b"<x/>" * 50)
        assert originals.bytes_of(7, 8) == originals.bytes_of(7, 8)
        assert originals.bytes_of(250, 251) == release(251, b"<x/>" * 50)


def test_an_id_is_known_however_it_is_written(tmp_path: Path) -> None:
    records = [label("007"), label("&#56;")]
    originals, ids = take_originals(tmp_path, LABELS, records)
    assert ids == [7, 8]
    with originals:
        assert [originals.bytes_of(row, number) for row, number in enumerate(ids)] == records


@pytest.mark.parametrize(("row", "number", "found"), [(0, 9, "not the record 9, but b'<label>"), (3, 4, "no record")])
def test_a_file_that_the_rows_were_not_made_from_is_refused(tmp_path: Path, row: int, number: int, found: str) -> None:
    originals, _ = take_originals(tmp_path, LABELS, [label(1), label(2), label(3)])
    with (
        originals,
        pytest.raises(DumpDamagedError, match=r"dump\.xml\.gz.*materialise parquet/discogs/labels") as caught,
    ):
        originals.bytes_of(row, number)
    assert found in str(caught.value)

"""Tests of `streams.discogs.convert`."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from discogs_assets.errors import BudgetExceededError, DumpDamagedError
from discogs_assets.schema import thresholds
from discogs_assets.schema.discogs import LABELS
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs import convert


def written(folder: Path, records: list[bytes]) -> tuple[convert.Account, pl.DataFrame, pl.DataFrame]:
    source = folder / "discogs_20261101_labels.xml.gz"
    source.write_bytes(gzip.compress(b"<labels>" + b"\n".join(records) + b"</labels>"))
    for name in ("good", "bad"):
        (folder / name).mkdir(exist_ok=True)
    account = convert.write(convert.Source(source, LABELS, "aa", 2027), folder / "good", folder / "bad")
    return account, pl.read_parquet(folder / "good"), pl.read_parquet(folder / "bad")


def label(number: object) -> bytes:
    return b"<label><id>%b</id></label>" % str(number).encode()


def test_every_record_is_a_row_or_set_aside(tmp_path: Path) -> None:
    account, good, bad = written(tmp_path, [label(1), label("x"), label(3)])
    assert (account.framed, account.parsed, account.refused) == (3, 2, 1)
    assert good["id"].to_list() == [1, 3]
    assert bad.select("reason", "bytes").row(0) == ("its id is 'x', expected a positive integer", label("x"))
    assert parquet.versions([tmp_path / "good" / parquet.FILE]) == {"labels": ["aa"]}


def test_more_refused_records_than_a_month_may_lack_refuse_the_month(tmp_path: Path) -> None:
    bad = [label("x")] * thresholds.REFUSED_RECORDS
    assert written(tmp_path, [label(1), *bad])[0].refused == thresholds.REFUSED_RECORDS
    with pytest.raises(BudgetExceededError, match="21 of 22 records could not be read, expected at most 20"):
        written(tmp_path, [label(1), *bad, label("x")])


def test_a_refusal_names_the_first_records_with_place_and_reason(tmp_path: Path) -> None:
    with pytest.raises(BudgetExceededError, match=r"The first are at unpacked byte 8: its id is 'x', expected"):
        written(tmp_path, [label("x")] * 30)


def test_a_dump_without_a_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DumpDamagedError, match="no record found"):
        written(tmp_path, [])


def test_the_first_record_of_an_id_is_kept_and_the_others_are_set_aside(tmp_path: Path) -> None:
    named = b"<label><id>2</id><name>%b</name></label>"
    account, good, bad = written(tmp_path, [label(1), named % b"First", named % b"Second", label(3), label(1)])
    assert (account.framed, account.parsed, account.refused) == (5, 3, 2)
    assert good.select("id", "name").rows() == [(1, None), (2, "First"), (3, None)]
    assert bad["reason"].to_list() == [f"duplicate id {n}; the first record is kept" for n in (2, 1)]
    assert bad["bytes"].to_list() == [named % b"Second", label(1)]


def test_what_no_declaration_reads_is_counted_by_path(tmp_path: Path) -> None:
    inner = b'<founded unit="year"><year>1999</year></founded><urls><url a="b">x</url></urls>'
    strange = b'<label new="1"><id>%d</id>' + inner + b"</label>"
    account, good, _ = written(tmp_path, [label(1), strange % 2, strange % 3])
    assert account.undeclared == {"/label/@new": 2, "/label/founded": 2, "/label/urls/url/@a": 2}
    assert good["id"].to_list() == [1, 2, 3]


def test_what_stands_between_records_is_set_aside_piece_by_piece(tmp_path: Path) -> None:
    account, good, bad = written(tmp_path, [label(1), b"<artist/><artist>a</artist>text", label(2), b"<artist/>"])
    assert (account.framed, account.parsed, account.refused) == (6, 2, 4)
    assert good["id"].to_list() == [1, 2]
    assert bad["bytes"].to_list() == [b"<artist/>", b"<artist>a</artist>", b"text\n", b"<artist/>"]
    assert bad["reason"][0] == "it is <artist>, expected <label>"


def test_a_document_cut_short_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "cut.xml.gz"
    source.write_bytes(gzip.compress(b"<labels>" + label(1)))
    with pytest.raises(DumpDamagedError, match=r"cut\.xml\.gz"):
        convert.write(convert.Source(source, LABELS, "aa", 2027), tmp_path, tmp_path)


def test_ids_that_stand_twice_in_files_are_found(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        written(tmp_path / name, [label(1), label(2)])
    files = [tmp_path / name / "good" / parquet.FILE for name in "ab"]
    assert convert.repeated_ids(files) == [1, 2]
    assert convert.repeated_ids(files[:1]) == []


def test_progress_is_a_sentence_with_share_rate_and_time_left() -> None:
    account = convert.Account(size=1000, framed=500, packed=250, unpacked=4_000_000, seconds=2.0)
    assert account.line("labels") == (
        "labels: 500 records, 25% of 0.0 MB, 250 records/s, 2 MB/s unpacked, 0 refused, 6 s left"
    )

"""Tests of `streams.musicbrainz.records`.

Case C31 of the reference, the account, the error budget, a month without a dump.
"""

import lzma
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from discogs_assets.errors import BudgetExceededError, DumpDamagedError
from discogs_assets.schema import thresholds
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.musicbrainz import ARTISTS, ENTITIES, LABELS
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs import convert, fill_rates
from discogs_assets.streams.musicbrainz import records
from discogs_assets_tests import mbdump
from discogs_assets_tests.mbdump import MBID, line

BAD = b'{"id":'


def label(number: int, **said: object) -> bytes:
    return line({"id": f"{MBID[:-6]}{number:06d}", **said})


def test_a_line_that_is_no_json_is_left_out_and_counted(tmp_path: Path) -> None:
    account, good, bad = mbdump.convert_lines(tmp_path, LABELS, [label(1), BAD, label(3)])
    assert (account.framed, account.parsed, account.refused) == (3, 2, 1)
    assert [each["mbid"][-1] for each in good] == ["1", "3"]
    assert [(each["offset"], each["bytes"]) for each in bad] == [(len(label(1)) + 1, BAD)]
    assert account.first == [f"at unpacked byte {len(label(1)) + 1:,}: {bad[0]['reason']}"]


def test_the_account_says_how_much_was_read(tmp_path: Path) -> None:
    account, _, _ = mbdump.convert_lines(tmp_path, LABELS, [label(1, name="EMI"), label(2, mood=1)])
    assert account.unpacked == len(label(1, name="EMI")) + len(label(2, mood=1)) + 2
    assert account.packed == account.size == (tmp_path / "label.tar.xz").stat().st_size
    assert account.undeclared == {"mood": 1}
    assert account.complete["name"] == 1
    assert account.complete["discogs_ids"] == 0
    assert "label: 2 records, 100%" in account.line("label")


def test_xz_that_is_cut_short_fails_loudly_and_soon(tmp_path: Path) -> None:
    whole = mbdump.pack_dump(LABELS, [label(number, name=f"{number * 7919}") for number in range(2_000)])
    for end in (len(whole) // 3, len(whole) - 1):
        with pytest.raises(DumpDamagedError, match=r"cut short|not a whole"):
            mbdump.convert_bytes(tmp_path, LABELS, whole[:end])


def test_a_file_of_another_entity_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(DumpDamagedError, match="no file mbdump/artist"):
        mbdump.convert_bytes(tmp_path, ARTISTS, mbdump.pack_dump(LABELS, [label(1)]))


def test_more_refused_lines_than_a_month_may_lack_refuse_the_file(tmp_path: Path) -> None:
    bad = [BAD] * thresholds.REFUSED_RECORDS
    assert mbdump.convert_lines(tmp_path, LABELS, [label(1), *bad])[0].refused == thresholds.REFUSED_RECORDS
    with pytest.raises(BudgetExceededError, match="21 of 22 records could not be read, expected at most 20"):
        mbdump.convert_lines(tmp_path, LABELS, [label(1), *bad, BAD])


def test_a_file_full_of_garbage_is_given_up_before_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_REFUSED", 30)
    monkeypatch.setattr("discogs_assets.streams.musicbrainz.tarball.CHUNK_BYTES", 1 << 10)
    with pytest.raises(BudgetExceededError, match="records could not be read, expected at most 30 in a month"):
        mbdump.convert_lines(tmp_path, LABELS, [BAD] * 50_000)


def test_a_file_without_a_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DumpDamagedError, match="empty"):
        mbdump.convert_bytes(tmp_path, LABELS, lzma.compress(mbdump.tar("mbdump/label", b"")))


def test_a_file_says_which_dump_it_was_made_from(tmp_path: Path) -> None:
    mbdump.convert_lines(tmp_path, LABELS, [label(1, name="EMI")])
    file = tmp_path / "good" / parquet.FILE
    assert parquet.versions([file]) == {"musicbrainz/label": ["a" * 64]}
    assert fill_rates.read([file])["name"] == 1


def test_of_records_with_one_mbid_the_first_is_kept_and_the_others_are_quarantined(tmp_path: Path) -> None:
    lines = [label(1, name="first"), label(2), label(1, name="second")]
    account, good, bad = mbdump.convert_lines(tmp_path, LABELS, lines)
    assert [each["name"] for each in good] == ["first", None]
    assert [(each["offset"], each["bytes"]) for each in bad] == [(len(lines[0]) + len(lines[1]) + 2, lines[2])]
    assert (account.framed, account.parsed, account.refused) == (3, 2, 1)
    assert convert.repeated_ids([tmp_path / "good" / parquet.FILE], "mbid") == []


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_a_month_without_a_dump_has_the_same_columns_and_no_rows(tmp_path: Path, entity: object) -> None:
    assert isinstance(entity, type(LABELS))
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.mkdir()
    bad.mkdir()
    records.write_none(entity, good, bad)
    file = good / parquet.FILE
    assert parquet.versions([file]) == {f"musicbrainz/{entity.name}": ["unavailable"]}
    assert pq.read_table(file).schema.equals(arrow.record(entity))
    assert parquet.rows([file, bad / parquet.FILE]) == 0


def test_many_blocks_give_the_rows_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [label(number, name=str(number)) for number in range(500)]
    whole = mbdump.convert_lines(tmp_path, LABELS, lines)[1]
    monkeypatch.setattr("discogs_assets.streams.musicbrainz.tarball.CHUNK_BYTES", 700)
    account, good, _ = mbdump.convert_lines(tmp_path, LABELS, lines)
    assert good == whole
    assert account.framed == 500

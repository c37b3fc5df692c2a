"""Tests of `streams.discogs.framing`."""

import gzip
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.errors import DumpDamagedError
from discogs_assets.schema.discogs import ARTISTS, LABELS, RELEASES
from discogs_assets.schema.model import Entity
from discogs_assets.streams.discogs import framing
from discogs_assets.streams.discogs.framing import Framing, unpack_gzip

TRICKY = (
    b'<release id="1"><title>a</title></release>\n',
    b'<release id="2"><notes><![CDATA[\n<release id="99">\n</release>\n]]></notes></release>\n',
    b'<release id="3" x="a>b"/>\n',
    b"<!-- <release> --><release\n id='4'><title>&lt;/release></title></release>",
    b'<release id="5"></release >\n',
)


def frame_records(entity: Entity, data: bytes, size: int = 1 << 20) -> list[bytes]:
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    blocks = list(Framing(entity, "test").blocks(chunks))
    for block in blocks:
        assert data[block.offset : block.offset + len(block.data)] == block.data
        assert len(block.spans()) == block.records
    return [block.data[start:end] for block in blocks for start, end in block.spans()]


def document(entity: Entity, *records: bytes) -> bytes:
    return b"<%b>\n%b</%b>\n" % (root := entity.name.encode(), b"".join(records), root)


@given(size=st.integers(min_value=1, max_value=400))
def test_records_are_the_same_however_the_bytes_arrive(size: int) -> None:
    found = frame_records(RELEASES, document(RELEASES, *TRICKY), size)
    assert [each[:8] for each in found] == [b"<release"] * 5
    assert b'id="99"' in found[1]


@given(size=st.integers(min_value=1, max_value=200))
def test_records_on_lines_of_their_own_are_cut_as_by_depth(size: int) -> None:
    records = [b'<release id="%d"><notes>\n <released></notes></release>' % number for number in range(12)]
    data = document(RELEASES, *(each + b"\n" for each in records))
    assert frame_records(RELEASES, data, size) == records
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    blocks = list(Framing(RELEASES, "test").blocks(chunks))
    assert any(block.lined for block in blocks)
    assert all(replace(block, lined=False).spans() == block.spans() for block in blocks)


BOUNDARY = b"</release>\n<release id='2'>"
TOKENS = (
    *(
        BOUNDARY,
        b"</release>\n<release>",
        b"</release>\n<released>",
        b"</release>\n<release/>",
        b"</release>\n<release <",
    ),
    *(
        b"</release >",
        b"</release/>",
        b"<release a='/>'>",
        b"<release/ >",
        b"<release b=2/>",
        b"<release",
        b"<released/>",
    ),
    *(b"<!-- -->", b"<?a?>", b"text!?", b"<a>", b"\n"),
)


@given(tokens=st.lists(st.one_of(st.just(BOUNDARY), st.sampled_from(TOKENS)), max_size=6))
def test_end_tags_cut_a_block_as_depth_does_or_are_not_trusted(tokens: list[bytes]) -> None:
    with suppress(DumpDamagedError):
        data = document(RELEASES, b'<release id="1">', *tokens, b"</release>")
        for block in Framing(RELEASES, "test").blocks([data]):
            spans = block.spans()
            assert len(spans) == block.records
            assert spans == replace(block, lined=False).spans()


@given(size=st.integers(min_value=1, max_value=200))
def test_a_label_inside_a_label_is_no_record(size: int) -> None:
    inner = b"<sublabels><label id='7'>In</label><label>Out</label></sublabels>"
    records = [b"<label><id>%d</id>%b</label>\n" % (number, inner) for number in range(1, 4)]
    assert frame_records(LABELS, document(LABELS, *records), size) == [each.strip() for each in records]


def test_an_indented_document_with_declaration_bom_and_crlf_is_read() -> None:
    data = b"\xef\xbb\xbf<?xml version='1.0'?>\r\n<artists>\r\n  <artist><id>1</id></artist>\r\n</artists>\r\n\r\n"
    assert frame_records(ARTISTS, data) == [b"<artist><id>1</id></artist>"]


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "begins with b''"),
        (b"<!DOCTYPE html><html></html>", "begins with"),
        (b"<foo><artist/></foo>", "<artists>"),
        (b"\x00" * 10_000, "begins with"),
        (b"<artists><artist><id>1</id></artist>", "end of the file"),
        (b"<artists><artist><id>1</id></artist><artist><id>2", "<artist><id>2"),
        (b"<artists><artist><id>1</id></artist></artists><artist/>", "</artists>"),
        (b"<?xml version='1.0' encoding='UTF-16'?>".decode().encode("utf-16"), "begins with"),
    ],
)
def test_a_document_that_is_not_whole_is_refused_with_the_place_named(data: bytes, named: str) -> None:
    with pytest.raises(DumpDamagedError, match="unpacked byte") as caught:
        frame_records(ARTISTS, data)
    assert named in str(caught.value)


@pytest.mark.parametrize("data", [b"<artists></artists>", b"<artists/>", b"<?xml version='1.0'?><artists />\n<!-- -->"])
def test_an_empty_document_has_no_records(data: bytes) -> None:
    assert frame_records(ARTISTS, data) == []


SELF_CLOSING = (b'<release id="1"/>', b'<release id="2"><title>x</title></release>', b'<release id="3" x="a>b" />')


@pytest.mark.parametrize("between", [b"\n", b"", b" \r\n ", b"<!-- </release> -->", b"<?a </releases> ?>"])
@given(size=st.integers(min_value=1, max_value=300), order=st.permutations(SELF_CLOSING * 2))
def test_a_record_that_closes_itself_is_a_record_of_its_own(between: bytes, size: int, order: list[bytes]) -> None:
    data = b"<releases>" + between.join([b"", *order, b""]) + b"</releases>"
    assert frame_records(RELEASES, data, size) == order


STRAYS = (
    b"<artist><id>1</id></artist>",
    b"<artist/>",
    b"text",
    b"</artist>",
    b"<other><label><id>9</id></label></other>",
    b"<![CDATA[<label>]]>",
    b"<!DOCTYPE labels>",
)


@pytest.mark.parametrize("place", [0, 1, 2])
@given(size=st.integers(min_value=1, max_value=300), strays=st.lists(st.sampled_from(STRAYS), max_size=4))
def test_each_piece_between_records_is_framed_by_itself(place: int, size: int, strays: list[bytes]) -> None:
    records = [b"<label><id>1</id></label>", b"<label><id>2</id></label>"]
    pieces = [*records[:place], *(piece for stray in strays for piece in (stray, b"<x/>")), *records[place:]]
    assert frame_records(LABELS, document(LABELS, *pieces), size) == pieces


def test_an_element_between_records_that_does_not_close_is_its_start_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing, "STRAY_LIMIT", 40)
    records = [b"<label><id>%d</id></label>" % number for number in range(9)]
    for size in (1, 7, 1000):
        data = document(LABELS, records[0], b"<other>", *records[1:])
        assert frame_records(LABELS, data, size) == [records[0], b"<other>", *records[1:]]


@given(size=st.integers(min_value=1, max_value=300))
def test_instructions_that_quote_tags_end_no_record(size: int) -> None:
    quoting = b"<release id='1'><notes>a<?x </release>\n<release id='7'> ?>b</notes></release>"
    records = [quoting, b"<release id='2'></release>"]
    head = b"<?xml version='1.0'?><?a <releases> ?>\n<!-- <releases> --><releases a='>'>"
    data = head + b"<?b?>" + b"\n".join(records) + b"<?c </releases>?></releases><?d?>\n<!-- -->"
    assert frame_records(RELEASES, data, size) == records


def test_the_tail_is_held_to_account_in_linear_time() -> None:
    with pytest.raises(DumpDamagedError, match="expected </artists>"):
        frame_records(ARTISTS, b"<artists><artist/></artists>" + b"<!-- a -->" * 5000 + b"x")


def test_several_gzip_members_are_one_file(tmp_path: Path) -> None:
    path = tmp_path / "two.gz"
    path.write_bytes(gzip.compress(b"<artists>") + gzip.compress(b"</artists>"))
    assert b"".join(unpack_gzip(path)) == b"<artists></artists>"


@pytest.mark.parametrize("damage", ["cut", "crc", "html", "empty"])
def test_a_damaged_gzip_file_is_refused_by_name(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "dump.xml.gz"
    whole = gzip.compress(bytes(range(256)) * 1000)
    crc = whole[:-8] + bytes(byte ^ 1 for byte in whole[-8:-4]) + whole[-4:]
    path.write_bytes({"cut": whole[: len(whole) // 2], "crc": crc, "html": b"<html>", "empty": b""}[damage])
    if damage == "empty":
        assert b"".join(unpack_gzip(path)) == b""
    else:
        with pytest.raises(DumpDamagedError, match=r"dump\.xml\.gz: not a whole gzip file"):
            list(unpack_gzip(path))

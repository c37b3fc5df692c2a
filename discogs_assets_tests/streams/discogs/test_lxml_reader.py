"""Tests of `streams.discogs.lxml_reader`."""

import pytest

from discogs_assets.schema.discogs import ARTISTS, LABELS, RELEASES
from discogs_assets.schema.model import Entity
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.lxml_reader import element
from discogs_assets.streams.discogs.parse import Parsed, Parser


def parse(entity: Entity, *records: bytes) -> Parsed:
    return Parser(entity, 2027).parse(Block(entity.record, b"\n".join(records), len(records), 100))


GOOD = b"<label><id>1</id><name>Good</name></label>"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"<label><id>2</id><name>a</label>", "mismatch"),
        (b"<label><id>2</id><name>\xe4</name></label>", "encod"),
        (b"<label><id>2</id><name>\x00</name></label>", "Char 0x0"),
        (b"<label><id>2</id><name>\x0b</name></label>", "Char value 11"),
        (b"<label><id>2</id><name>R & S</name></label>", "xmlParseEntityRef"),
        (b"<label><id>2</id><name>&lol;</name></label>", "Entity 'lol'"),
        (b"<label><name>no id</name></label>", "its id is None"),
        (b"<label><id>0</id></label>", "its id is '0'"),
        (b"<label><id>-3</id></label>", "its id is '-3'"),
        (b"<label><id>x</id></label>", "its id is 'x'"),
        (b"<label><id>2</id><name>a</name><name>b</name></label>", "<name> occurs 2 times"),
    ],
)
def test_a_bad_record_is_refused_alone_with_its_place_reason_and_bytes(bad: bytes, reason: str) -> None:
    result = parse(LABELS, GOOD, bad, GOOD.replace(b"1", b"3"))
    assert result.batch["id"].to_pylist() == [1, 3]
    (refused,) = result.refused
    assert reason in refused.reason
    assert refused.data == bad
    assert refused.offset == 100 + len(GOOD) + 1
    assert result.block.records == 3


def test_text_in_cdata_and_beside_comments_is_read_as_xml_says() -> None:
    record = b'<release id="1"><title>a<!-- b -->c</title><notes><![CDATA[<i> & ]]>d</notes></release>'
    (row,) = parse(RELEASES, record).batch.to_pylist()
    assert (row["title"], row["notes"]) == ("ac", "<i> & d")


def test_literal_line_ends_are_normalised_and_written_ones_kept() -> None:
    record = b"<artist><id>1</id><profile>a\r\nb\rc&#13;\nd</profile></artist>"
    (row,) = parse(ARTISTS, record).batch.to_pylist()
    assert row["profile"] == "a\nb\nc\r\nd"


def test_a_list_given_in_two_containers_is_one_list() -> None:
    record = b'<release id="1"><genres><genre>Rock</genre></genres><genres><genre>Pop</genre></genres><tracklist>'
    record += (
        b"<track><title>a</title></track></tracklist><tracklist><track><title>b</title></track></tracklist></release>"
    )
    (row,) = parse(RELEASES, record).batch.to_pylist()
    assert row["genres"] == ["Rock", "Pop"]
    assert [track["title"] for track in row["tracklist"]] == ["a", "b"]


def test_an_id_beyond_32_bits_is_an_id() -> None:
    assert parse(LABELS, b"<label><id>2147483648</id></label>").batch["id"].to_pylist() == [2147483648]


@pytest.mark.parametrize("named", [True, False])
def test_members_are_read_with_the_id_before_them_or_in_them(named: bool) -> None:
    attribute = b' id="26"' if named else b""
    record = b"<artist><id>2</id><members><id>26</id><name%b>Alexi Delano</name></members></artist>" % attribute
    for read in (Parser(ARTISTS, 2027).parse_fast, Parser(ARTISTS, 2027).parse_strictly):
        result = read(Block("artist", record, 1, 0))
        assert result is not None
        assert result.batch["members"].to_pylist() == [[{"id": 26, "name": "Alexi Delano"}]]


def test_an_entity_is_never_expanded() -> None:
    record = (
        b'<!DOCTYPE label [<!ENTITY a SYSTEM "file:///etc/passwd">]><label><id>1</id><profile>&a;</profile></label>'
    )
    assert any("Entity 'a'" in refused.reason for refused in parse(LABELS, record).refused)
    assert element(record).text is None
    assert element(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").text is None

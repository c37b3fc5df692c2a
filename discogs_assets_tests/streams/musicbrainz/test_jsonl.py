"""Tests of `streams.musicbrainz.jsonl`: which lines are records, and what is said of those that are none."""

import gc

import pytest

from discogs_assets.schema.musicbrainz import ARTISTS, LABELS
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.parse import Parsed
from discogs_assets.streams.musicbrainz import jsonl
from discogs_assets.streams.musicbrainz.jsonl import Reader
from discogs_assets_tests.mbdump import MBID, line

OTHER_MBID = MBID.replace("b10b", "c10b")
GOOD = line({"id": MBID, "name": "EMI"})
OTHER = line({"id": OTHER_MBID, "name": "Decca"})


def parse_lines(*given: bytes, reader: Reader | None = None) -> Parsed:
    data = b"".join(each + b"\n" for each in given)
    records = sum(1 for each in given if each.strip())
    return (reader or Reader(LABELS)).parse(Block("", data, records, 100))


BAD = {
    "no JSON": b"garbage",
    "cut short": GOOD[:-4],
    "something behind it": GOOD + b" x",
    "two on a line": GOOD + GOOD,
    "a list": b"[1]",
    "null": b"null",
    "no id": b'{"name":"EMI"}',
    "id null": b'{"id":null}',
    "an id that is no MBID": b'{"id":"b10bbbfc"}',
    "an id in braces": GOOD.replace(MBID.encode(), b"{%s}" % MBID.encode()),
    "an id as a URN": GOOD.replace(MBID.encode(), b"urn:uuid:%s" % MBID.encode()),
    "an id without hyphens": GOOD.replace(MBID.encode(), MBID.replace("-", "").encode()),
    "NaN": b'{"id":"%s","label-code":NaN}' % MBID.encode(),
    "a number beyond all bounds": b'{"id":"%s","relations":[{"attribute-values":{"x":1e400}}]}' % MBID.encode(),
    "an id with a line end": b'{"id":"%s\\n"}' % MBID.encode(),
    "a number as a name": b'{"id":"%s","name":5}' % MBID.encode(),
    "a text as a number": b'{"id":"%s","label-code":"542"}' % MBID.encode(),
    "a number that is too large": b'{"id":"%s","label-code":9223372036854775808}' % MBID.encode(),
    "an object as a list": b'{"id":"%s","aliases":{}}' % MBID.encode(),
    "a target that is no MBID": b'{"id":"%s","relations":[{"target-type":"artist","artist":{"id":"x"}}]}'
    % MBID.encode(),
    "U+0000": b'{"id":"%s","name":"a\\u0000b"}' % MBID.encode(),
    "half a surrogate": b'{"id":"%s","name":"\\ud83d"}' % MBID.encode(),
    "no UTF-8": b'{"id":"%s","name":"\xff"}' % MBID.encode(),
    "a control character": b'{"id":"%s","name":"\x01"}' % MBID.encode(),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "nested without end": b'{"id":"%s","x":' % MBID.encode() + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_line_that_is_no_record_is_set_aside_and_the_others_stay(bad: bytes) -> None:
    found = parse_lines(GOOD, bad, OTHER)
    assert found.batch.column("name").to_pylist() == ["EMI", "Decca"]
    (refused,) = found.refused
    assert (refused.offset, refused.data) == (100 + len(GOOD) + 1, bad)
    assert refused.reason
    assert list(found.rows) == [0, 2]


def test_of_records_with_one_mbid_the_first_is_kept_whatever_its_case_and_block() -> None:
    reader, again = Reader(LABELS), line({"id": MBID.upper(), "name": "Again"})
    assert parse_lines(GOOD, reader=reader).refused == []
    for given in ((OTHER, again, GOOD), (b"garbage", again)):
        found = parse_lines(*given, reader=reader)
        refused = [each for each in found.refused if each.data != b"garbage"]
        assert [each.data for each in refused] == [each for each in given if each in (again, GOOD)]
        assert {each.reason for each in refused} == {f"duplicate mbid {MBID}; the first record is kept"}
        assert [given[row] for row in found.rows] == [each for each in given if each is OTHER]
        assert len(found.batch) == len(found.rows)
    assert parse_lines(again, again, GOOD).batch.column("name").to_pylist() == ["Again"]


def test_mbids_are_in_lower_case_wherever_they_stand() -> None:
    artist = {"target-type": "artist", "type-id": MBID.upper(), "artist": {"id": MBID.upper()}}
    (found,) = parse_lines(line({"id": MBID.upper(), "relations": [artist]})).batch.to_pylist()
    assert (found["mbid"], found["relations"][0]["target"], found["relations"][0]["type_id"]) == (MBID, MBID, MBID)


@pytest.mark.parametrize("depth", [100, 800, 900, 960, 980, 1000])
def test_values_of_attributes_nested_too_deep_refuse_their_record_alone(depth: int) -> None:
    deep = b'{"id":"%s","relations":[{"attribute-values":{"x":%s}}]}'
    found = parse_lines(deep % (MBID.encode(), b"[" * depth + b"]" * depth), OTHER)
    assert "Decca" in found.batch.column("name").to_pylist()
    assert len(found.refused) + len(found.batch) == 2


def test_a_reason_says_where_in_the_record() -> None:
    (refused,) = parse_lines(BAD["a text as a number"]).refused
    assert "$.label-code" in refused.reason
    (refused,) = parse_lines(BAD["no id"]).refused
    assert "`id`" in refused.reason


def test_blank_lines_and_line_ends_of_other_systems_are_no_records() -> None:
    found = parse_lines(GOOD + b"\r", b"", b"  ", OTHER)
    assert (len(found.batch), found.refused) == (2, [])


def test_a_backslash_before_a_number_is_no_character_that_is_refused() -> None:
    found = parse_lines(line({"id": MBID, "name": "a\\u0000"}))
    assert found.batch.column("name").to_pylist() == ["a\\u0000"]


def test_a_key_that_stands_twice_has_its_last_value() -> None:
    assert parse_lines(b'{"id":"%s","name":"a","name":"b"}' % MBID.encode()).batch.column("name").to_pylist() == ["b"]


def test_keys_that_nothing_is_said_of_are_counted_by_their_path() -> None:
    strange = {
        "id": MBID,
        "mood": {"x": 1},
        "relations": [{"target-type": "artist", "artist": {"new": 1}, "why": 1}, {"why": 2}],
        "life-span": {"begin": "1960", "century": 20},
        "tags": [{"unknown": 1}],
        "area": {"capital": 1},
        "aliases": [{"type-id": None, "nick": True}],
    }
    found = parse_lines(line(strange), reader=Reader(ARTISTS)).undeclared
    assert found == {"mood": 1, "relations/why": 2, "life-span/century": 1, "aliases/nick": 1}


def test_after_the_first_records_one_in_many_is_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "SAMPLE_FIRST", 3)
    monkeypatch.setattr(jsonl, "SAMPLE_EVERY", 5)
    reader, strange = Reader(LABELS), line({"id": MBID, "mood": 1})
    assert [parse_lines(strange, strange, reader=reader).undeclared["mood"] for _ in range(6)] == [2, 1, 1, 0, 0, 1]


def test_garbage_is_collected_again_after_a_block() -> None:
    assert gc.isenabled()
    parse_lines(GOOD)
    parse_lines(b"garbage")
    assert gc.isenabled()

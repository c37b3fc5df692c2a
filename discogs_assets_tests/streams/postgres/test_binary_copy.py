"""Tests of `streams.postgres.binary_copy`."""

import json
import struct
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.streams.postgres import binary_copy

LONG = st.none() | st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(st.tuples(LONG, st.none() | st.booleans(), st.text().map(json.dumps)))
SCHEMA = {"id": pl.Int64, "flag": pl.Boolean, "data": pl.String}


def read(stream: bytes) -> list[tuple[Any, ...]]:
    """The tuples of a stream, read as the manual of PostgreSQL describes it."""
    assert stream[:19] == b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
    at, rows = 19, list[tuple[Any, ...]]()
    while (count := struct.unpack_from(">h", stream, at)[0]) != -1:
        at, row = at + 2, list[Any]()
        for form in (">q", ">?", "")[:count]:
            size = struct.unpack_from(">i", stream, at)[0]
            value = stream[at + 4 : at + 4 + max(size, 0)]
            row.append(None if size == -1 else struct.unpack(form, value)[0] if form else value)
            at += 4 + max(size, 0)
        rows.append(tuple(row))
    assert stream[at:] == b"\xff\xff"
    return rows


@given(ROWS, ROWS)
def test_the_stream_says_what_the_frames_say(first: list[Any], second: list[Any]) -> None:
    frames = [pl.DataFrame(rows, SCHEMA, orient="row") for rows in (first, second)]
    found = read(b"".join(map(bytes, binary_copy.stream(frames))))
    assert found == [(number, flag, b"\x01" + text.encode()) for number, flag, text in (*first, *second)]


def test_a_part_of_a_frame_is_as_good_as_a_whole_one() -> None:
    whole = pl.DataFrame({"id": [1, 2, 3], "flag": [True, None, False], "data": ["{}", "[]", "1"]})
    assert [row[0] for row in read(b"".join(map(bytes, binary_copy.stream([whole[1:], whole[:0]]))))] == [2, 3]

"""Tests of `streams.discogs.duplicate_ids`."""

from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.streams.discogs.duplicate_ids import DENSE, Seen, SeenMbids

IDS = st.integers(1, 200) | st.integers(DENSE - 100, DENSE + 100) | st.integers(1, 2**40)


@given(st.lists(st.lists(IDS, max_size=20), max_size=6))
def test_an_id_is_repeated_from_its_second_time_on(batches: list[list[int]]) -> None:
    seen, known = Seen(), set[int]()
    for batch in batches:
        expected = []
        for each in batch:
            expected.append(each in known)
            known.add(each)
        assert seen.find_repeated(np.array(batch, np.int64)).tolist() == expected


@given(st.lists(st.lists(st.sampled_from([1, 2, 256, 2**64, 2**120, 2**128 - 256]) | st.integers(0, 600)), max_size=8))
def test_an_mbid_is_repeated_from_its_second_time_on(batches: list[list[int]]) -> None:
    seen, known = SeenMbids(), set[int]()
    for batch in batches:
        expected = []
        for each in batch:
            expected.append(each in known)
            known.add(each)
        assert seen.find_repeated([str(UUID(int=each)) for each in batch]).tolist() == expected


def test_mbids_take_sixteen_bytes_each() -> None:
    seen = SeenMbids()
    for start in range(0, 100_000, 500):
        assert not seen.find_repeated([str(UUID(int=number * 7919)) for number in range(start, start + 500)]).any()
    assert seen.size == 100_000 * 16

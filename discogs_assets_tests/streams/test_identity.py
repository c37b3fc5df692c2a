"""Tests of `streams.identity`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.streams.identity import DENSE, Seen

IDS = st.integers(1, 200) | st.integers(DENSE - 100, DENSE + 100) | st.integers(1, 2**40)


@given(st.lists(st.lists(IDS, max_size=20), max_size=6))
def test_an_id_is_repeated_from_its_second_time_on(batches: list[list[int]]) -> None:
    seen, known = Seen(), set[int]()
    for batch in batches:
        expected = []
        for each in batch:
            expected.append(each in known)
            known.add(each)
        assert seen.repeated(np.array(batch, np.int64)).tolist() == expected

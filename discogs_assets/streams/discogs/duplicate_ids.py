"""Compact sets of the ids and MBIDs seen in a file."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Mbids = npt.NDArray[np.bytes_]
Bools = npt.NDArray[np.bool_]

DENSE = 1 << 28
"""Ids below this take a bit each, at most 32 MB. Higher ids, absent from the dumps, are kept in a set."""

MBID_BYTES = 16


class Seen:
    """Ids of the records so far: 2.4 MB for the 19 M releases."""

    def __init__(self) -> None:
        self._bits = np.zeros(1 << 16, np.uint8)
        self._sparse: set[int] = set()

    def find_repeated(self, ids: Ints) -> Bools:
        """Return a mask of ids seen before, in an earlier call or in this one, and remember all ids."""
        first = np.zeros(len(ids), np.bool_)
        first[np.unique(ids, return_index=True)[1]] = True
        known = self._find_known(ids)
        self._remember(ids[first & ~known])
        return known | ~first

    def _find_known(self, ids: Ints) -> Bools:
        dense = ids < 8 * len(self._bits)
        places = np.where(dense, ids, 0)
        found: Bools = dense & ((self._bits[places >> 3] >> (places & 7).astype(np.uint8)) & 1).astype(np.bool_)
        if self._sparse:
            found |= np.array([int(each) in self._sparse for each in ids], np.bool_)
        return found

    def _remember(self, ids: Ints) -> None:
        dense = ids[ids < DENSE]
        self._sparse.update(int(each) for each in ids[ids >= DENSE])
        if len(dense) and (highest := int(dense.max()) >> 3) >= len(self._bits):
            self._bits = np.concatenate([self._bits, np.zeros(highest + 1, np.uint8)])
        np.bitwise_or.at(self._bits, dense >> 3, np.uint8(1) << (dense & 7).astype(np.uint8))


class SeenMbids:
    """MBIDs of the records so far, 16 bytes each: 80 MB for 5 M releases.

    They are kept in sorted runs, each more than twice as long as the next, so that there are few to search.
    """

    def __init__(self) -> None:
        self._runs: list[Mbids] = []

    def find_repeated(self, mbids: Sequence[str]) -> Bools:
        """Return a mask of MBIDs seen before, in an earlier call or in this one, and remember all MBIDs."""
        digits = bytes.fromhex("".join(mbids).replace("-", ""))
        given: Mbids = np.frombuffer(digits, f"S{MBID_BYTES}")
        first = np.zeros(len(given), np.bool_)
        first[np.unique(given, return_index=True)[1]] = True
        known = np.zeros(len(given), np.bool_)
        for run in self._runs:
            places = np.minimum(np.searchsorted(run, given), len(run) - 1)
            known |= run[places] == given
        self._remember(given[first & ~known])
        return known | ~first

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(run.nbytes for run in self._runs)

    def _remember(self, mbids: Mbids) -> None:
        run = np.sort(mbids)
        while self._runs and len(self._runs[-1]) <= 2 * len(run):
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")
        if len(run):
            self._runs.append(run)

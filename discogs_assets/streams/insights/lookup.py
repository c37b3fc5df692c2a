"""A number for each of many ids, in little memory.

What belongs here: keeping them and finding them for a column of ids. What doesn't: what they count (see `degree` and
`rarity`).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lookup:
    """Sorted ids with their numbers: 16 bytes for each, where a hash table takes several times as much."""

    ids: Numbers
    numbers: Numbers

    @classmethod
    def of(cls, frame: pl.DataFrame) -> "Lookup":
        """From the first column, distinct ids, and the second; in whatever order."""
        ids, numbers = (frame.to_series(place).cast(pl.Int64).to_numpy() for place in (0, 1))
        order = np.argsort(ids, kind="stable")
        return cls(ids[order], numbers[order])

    def places(self, ids: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
        """Where each id stands among the sorted ones, and whether it does; somewhere if it doesn't."""
        places = np.minimum(np.searchsorted(self.ids, ids), max(0, len(self.ids) - 1))
        return places, self.ids[places] == ids if len(self.ids) else np.zeros(len(ids), np.bool_)

    def find(self, ids: pl.Series) -> pl.Series:
        """The number of each id, null for one that is not there."""
        if not len(self.ids):
            return pl.Series([None] * len(ids), dtype=pl.Int64)
        places, there = self.places(ids.fill_null(-1).to_numpy())
        return pl.select(pl.when(pl.Series(there)).then(pl.Series(self.numbers[places]))).to_series()

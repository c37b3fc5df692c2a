"""Life cycle of generated records: ids, additions, removals, merges and edits from month to month."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from discogs_assets.sample.generated.draws import Flags, Ints, Keys, below, bits, dealt, deck, keyed
from discogs_assets.sample.generated.plan import Plan
from discogs_assets.schema.discogs import PLACEHOLDERS

CHANGED, REMOVED, MERGED = 0.015, 0.0005, 0.0002
"""Shares of the records that a month changes, removes, and merges into others."""

FEW = 50
"""Minimum number of records for removals, so that no file becomes empty."""

ASPECTS: Mapping[str, Mapping[str, float]] = {
    "artists": {"name": 1, "realname": 15, "profile": 25, "namevariations": 40, "urls": 19},
    "labels": {"name": 1, "profile": 50, "contactinfo": 49},
    "masters": {"title": 20, "genre": 20, "year": 20, "notes": 10, "videos": 30},
    "releases": {"title": 10, "track": 20, "credit": 20, "genre": 10, "year": 10, "notes": 20, "country": 10},
}
"""Weights of the aspects that an edit may change. A changed name changes all referring records, so it is rare."""


@dataclass(frozen=True, slots=True)
class Sparse:
    """A sparse array: values for some indexes, in ascending order."""

    indexes: Ints
    values: Ints

    def at(self, indexes: Ints, otherwise: int | Ints) -> Ints:
        """Return the value of each index, or `otherwise` if there is none."""
        if not self.indexes.size:
            return np.broadcast_to(np.int64(otherwise), indexes.shape) if isinstance(otherwise, int) else otherwise
        places = np.minimum(np.searchsorted(self.indexes, indexes), self.indexes.size - 1)
        return np.where(self.indexes[places] == indexes, self.values[places], otherwise)

    def latest(self, indexes: Ints, values: Ints) -> "Sparse":
        """Return the array with further values, overriding older ones."""
        merged = np.concatenate([indexes, self.indexes])
        found, first = np.unique(merged, return_index=True)
        return Sparse(found, np.concatenate([values, self.values])[first])


NONE = Sparse(np.zeros(0, np.int64), np.zeros(0, np.int64))


class Census:
    """The records of an entity in a month, after `month` months of changes.

    A record's index never changes its meaning; a month that adds records continues the numbering.
    """

    def __init__(self, plan: Plan, entity: str, month: int) -> None:
        self.plan, self.entity, self.month = plan, entity, month
        self.name = f"{plan.seed}/{entity}"
        self.starts = np.array([0, *(plan.size(entity) + number * plan.added(entity) for number in range(month + 1))])
        """First index of each month's additions, and the index after the last one."""
        self.gone, self.moved = NONE, NONE
        self.edits = dict.fromkeys(ASPECTS[entity], NONE)
        for number in range(1, month + 1):
            self._pass(number)

    @property
    def size(self) -> int:
        """Number of records that have ever existed."""
        return int(self.starts[-1])

    def _pass(self, number: int) -> None:
        """Apply the changes of a month."""
        edited = self._some("edited", number, CHANGED)
        aspects = dealt(keyed(edited, f"{self.name}/aspect/{number}"), "aspect", self._aspects)
        for place, (aspect, known) in enumerate(self.edits.items()):
            chosen = edited[aspects == place]
            self.edits[aspect] = known.latest(chosen, np.full(chosen.size, number))
        removed, merged = (
            self._some(kind, number, share) for kind, share in (("removed", REMOVED), ("merged", MERGED))
        )
        merged = merged[self.alive(merged) & ~np.isin(merged, removed)]
        leaving = np.union1d(removed, merged)
        targets = self._survivors(merged, leaving)
        merged, targets = merged[targets >= 0], targets[targets >= 0]
        leaving = np.union1d(removed[self.alive(removed)], merged)
        self.gone = self.gone.latest(leaving, np.full(leaving.size, number))
        earlier = Sparse(merged, targets).at(self.moved.values, self.moved.values)
        self.moved = Sparse(self.moved.indexes, earlier).latest(merged, targets)

    @cached_property
    def _aspects(self) -> Ints:
        return deck(dict(enumerate(ASPECTS[self.entity].values())))

    def _some(self, kind: str, number: int, share: float) -> Ints:
        """Draw a share of the month before's records, one from each of equally long intervals."""
        size = int(self.starts[number])
        count = max(int(size * share), 1 if size >= FEW else 0)
        edges = np.arange(count + 1) * size // max(count, 1)
        keys = keyed(np.arange(count), f"{self.name}/{kind}/{number}")
        return edges[:-1] + below(keys, "within", np.diff(edges))

    def _survivors(self, merged: Ints, leaving: Ints) -> Ints:
        """Return the nearest surviving record before each, -1 if there is none nearby."""
        found = np.full(merged.size, -1)
        for step in range(8, 0, -1):
            other = merged - step
            fits = (other >= 0) & self.alive(np.maximum(other, 0)) & ~np.isin(other, leaving)
            found = np.where(fits, other, found)
        return found

    def keys(self, indexes: Ints) -> Keys:
        """Return the keys of records; they are the same in all months."""
        return keyed(indexes, self.name)

    def ids(self, indexes: Ints) -> Ints:
        """Return the ids of records: ascending, with gaps, one of every two ids."""
        second = (bits(keyed(indexes, self.name), "id") >> 63).astype(np.int64)
        ids = 2 * indexes + 1 + second
        return np.where(np.isin(ids, list(PLACEHOLDERS)), 4 * indexes + 3 - ids, ids)

    def spare(self, indexes: Ints) -> Ints:
        """Return an unused id next to each record's."""
        return 4 * indexes + 3 - self.ids(indexes)

    def births(self, indexes: Ints) -> Ints:
        """Return the months that added the records."""
        return np.searchsorted(self.starts[1:], indexes, side="right")

    def alive(self, indexes: Ints) -> Flags:
        """Return True for the records in this month's dump."""
        found: Flags = (indexes < self.size) & (self.gone.at(indexes, 0) == 0)
        return found

    def resolved(self, indexes: Ints) -> Ints:
        """Return the records that these were merged into, or the records themselves."""
        return self.moved.at(indexes, indexes)

    def versions(self, indexes: Ints, aspect: str) -> Ints:
        """Return the month of the last edit of an aspect for each record, 0 for none."""
        return self.edits[aspect].at(indexes, 0)

    def living(self, start: int, end: int) -> Ints:
        """Return the indexes of this month's records in a range."""
        indexes = np.arange(start, min(end, self.size))
        return indexes[self.alive(indexes)]

    def merges(self) -> list[tuple[int, int]]:
        """Return the ids of the records merged this month and of the records they were merged into."""
        now = self.moved.indexes[self.gone.at(self.moved.indexes, 0) == self.month] if self.month else NONE.indexes
        return list(zip(self.ids(now).tolist(), self.ids(self.resolved(now)).tolist(), strict=True))

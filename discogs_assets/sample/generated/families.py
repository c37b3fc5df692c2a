"""Related records: aliases, members of groups, sublabels, and the releases of a master.

Both sides of a relation compute it independently.
"""

import numpy as np

from discogs_assets.sample.generated.census import Census
from discogs_assets.sample.generated.draws import Flags, Ints, Keys, chance, dealt, deck, keyed, low, ordinals

STEP = 1_000_003
"""A prime larger than any stretch, so that its multiples visit every place of the stretch."""

STRETCH, CELL = 512, 32
EDITIONS = 2048
"""Releases of a stretch; they share the masters of a stretch."""

LINKED = 0.62
"""Share of releases with a master."""

RICH = 0.03
"""Share of all stretches, from the first: their artists have more aliases and groups, their labels more sublabels."""

ALIASES = deck({0: 63, 2: 11, 3: 7, 4: 5, 5: 3, 6: 2.5, 8: 2, 12: 1.1, 16: 0.4})
ALIASES_RICH = deck({0: 20, 3: 10, 5: 20, 7: 30, 12: 15, 16: 5})
GROUPS = deck({0: 15, 1: 25, 2: 25, 3: 20, 4: 10, 6: 5})
GROUPS_RICH = deck({3: 30, 5: 30, 8: 40})
MEMBERS = deck({2: 20, 3: 25, 4: 30, 5: 15, 8: 10})
SUBLABELS = deck({0: 34, 1: 15, 2: 10, 3: 8, 5: 8, 8: 8, 12: 6, 20: 2, 31: 1})
SUBLABELS_RICH = deck({3: 20, 12: 40, 31: 40})
BELONGING = 0.87
"""Share of a cell's groups that each of its members belongs to."""


class Shuffle:
    """Stretches of records, each shuffled separately; they do not cross from one month's additions to the next.

    The shuffle is a modular multiplication, so places can be computed from records and records from places.
    """

    def __init__(self, starts: Ints, counts: Ints) -> None:
        edges = [
            np.arange(count) * (end - start) // count + start
            for start, end, count in zip(starts, starts[1:], counts, strict=False)
        ]
        self.edges = np.concatenate([*edges, starts[-1:]])
        self.sizes = np.diff(self.edges)
        inverse = {size: pow(STEP, -1, size) if size > 1 else 0 for size in set(self.sizes.tolist())}
        self.inverses = np.array([inverse[size] for size in self.sizes.tolist()])

    def stretches(self, indexes: Ints) -> Ints:
        """Return the stretches of records."""
        found: Ints = np.searchsorted(self.edges, indexes, side="right") - 1
        return found

    def places(self, indexes: Ints, stretches: Ints) -> Ints:
        """Return the places of records in the shuffled order of their stretches."""
        found: Ints = (indexes - self.edges[stretches]) * STEP % self.sizes[stretches]
        return found

    def at(self, stretches: Ints, places: Ints) -> Ints:
        """Return the records at places of stretches."""
        found: Ints = self.edges[stretches] + places * self.inverses[stretches] % self.sizes[stretches]
        return found


class Cells:
    """The cells of an entity's records, and their seats in them.

    Neighbours in the shuffled order form a cell, and the cell's key determines the related seats. All records of a cell
    are added in the same month.
    """

    def __init__(self, census: Census, indexes: Ints) -> None:
        self.shuffle = Shuffle(census.starts, np.maximum(1, np.diff(census.starts) // STRETCH))
        self.stretches = self.shuffle.stretches(indexes)
        self.cells, self.seats = np.divmod(self.shuffle.places(indexes, self.stretches), CELL)
        self.keys: Keys = keyed(self.stretches * STRETCH + self.cells, f"{census.name}/cell")
        self.room = np.minimum(CELL, self.shuffle.sizes[self.stretches] - self.cells * CELL)
        self.rich: Flags = self.shuffle.edges[self.stretches] < int(census.starts[1] * RICH)

    def dealt(self, name: str, common: Ints, rich: Ints) -> Ints:
        """Draw a card for the cell of each record, from a separate deck for rich cells; at most the number of seats."""
        cards = np.where(self.rich, dealt(self.keys, name, rich), dealt(self.keys, name, common))
        found: Ints = np.minimum(cards, self.room)
        return found

    def others(self, counts: Ints, seats: Ints) -> Ints:
        """Return the records in other seats of the same cell, `counts` of them for each record."""
        places = np.repeat(self.cells * CELL, counts) + seats
        return self.shuffle.at(np.repeat(self.stretches, counts), places)


def aliases(cells: Cells) -> tuple[Ints, Ints]:
    """Return the number of aliases per record, and the aliases: the rest of its family, within half a cell."""
    half, seats = np.divmod(cells.seats, CELL // 2)
    first = np.where(half == 0, cells.dealt("family", ALIASES, ALIASES_RICH), 0)
    sizes = np.where(half == 0, first, np.minimum(_second(cells), np.maximum(0, cells.room - CELL // 2)))
    counts = np.where(seats < sizes, sizes - 1, 0)
    chosen = ordinals(counts)
    chosen += chosen >= np.repeat(seats, counts)
    return counts, cells.others(counts, chosen + np.repeat(half * (CELL // 2), counts))


def _second(cells: Cells) -> Ints:
    return np.where(cells.rich, dealt(cells.keys, "second", ALIASES_RICH), dealt(cells.keys, "second", ALIASES))


def belonging(cells: Cells) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Return the number of members per record and the members, and the number of groups and the groups."""
    groups = cells.dealt("groups", GROUPS, GROUPS_RICH)
    people = np.minimum(dealt(cells.keys, "people", MEMBERS), cells.room - groups)
    is_group = cells.seats < groups
    is_member = ~is_group & (cells.seats < groups + people)
    return _side(cells, is_group, groups, people), _side(cells, is_member, np.zeros_like(groups), groups)


def _side(cells: Cells, concerned: Flags, first: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Return the related seats, starting from `first`, for each record's own."""
    counts = np.where(concerned, counts, 0)
    own = np.repeat(cells.seats, counts)
    seats = np.repeat(first, counts) + ordinals(counts)
    pair = np.minimum(own, seats) * CELL + np.maximum(own, seats)
    bound = chance(np.repeat(cells.keys, counts) + pair.astype(np.uint64), "bound", BELONGING)
    return kept(counts, bound), cells.others(counts, seats)[bound]


def sublabels(cells: Cells) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Return the number of sublabels per label and the sublabels, and 1 or 0 for its parent and the parents."""
    sizes = np.minimum(cells.dealt("sublabels", SUBLABELS, SUBLABELS_RICH), cells.room - 1)
    counts = np.where(cells.seats == 0, sizes, 0)
    parents = ((cells.seats > 0) & (cells.seats <= sizes)).astype(np.int64)
    own = cells.others(counts, ordinals(counts) + 1)
    return (counts, own), (parents, cells.others(parents, np.zeros(int(parents.sum()), np.int64)))


def kept(counts: Ints, rows: Flags) -> Ints:
    """Return the number of kept rows per parent."""
    return np.bincount(np.repeat(np.arange(counts.size), counts)[rows], minlength=counts.size)


class Editions:
    """Assignment of releases to masters, and the main release of each."""

    def __init__(self, masters: Census, releases: Census) -> None:
        counts = np.maximum(1, np.diff(releases.starts) // EDITIONS)
        self.releases, self.masters = Shuffle(releases.starts, counts), Shuffle(masters.starts, counts)
        self.census = releases

    def master_of(self, releases: Ints) -> Ints:
        """Return the masters of releases, -1 for none."""
        stretches = self.releases.stretches(releases)
        places, own = self.releases.places(releases, stretches), self.masters.sizes[stretches]
        keys = self.census.keys(releases)
        share = np.maximum(0, (LINKED * self.releases.sizes[stretches] - own)) / self.releases.sizes[stretches]
        others = np.where(chance(keys, "linked", share * 1.156) & (own > 0), low(keys, "master", own), -1)
        return np.where(places < own, places, others) + np.where(
            (places < own) | (others >= 0), self.masters.edges[stretches], 0
        )

    def main_of(self, masters: Ints) -> Ints:
        """Return the main releases of masters."""
        stretches = self.masters.stretches(masters)
        places = masters - self.masters.edges[stretches]
        return self.releases.at(stretches, np.minimum(places, self.releases.sizes[stretches] - 1))

"""What the generated months hold, counted from what was drawn and never read back.

What belongs here: counts of rows, nodes and relationships and how they add up. What doesn't: the records.

A relationship that only one record can state is counted where the record is made. Those that both ends state are kept
as numbers until the month is whole.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np

from discogs_assets.sample.generated.draws import Ints, distinct
from discogs_assets.sample.generated.world import Refs

ID_BITS = 32
"""Bits that an id takes in a number that stands for a pair."""

Kind = tuple[str, str]
"""A relationship's type and its ends, such as `("BY", "Release-Artist")`."""


def pairs(parents: Ints, refs: Refs) -> Ints:
    """A number for each pair of a parent and a record that a relationship can reach; parents are ids or counted."""
    found: Ints = parents[refs.known] << ID_BITS | refs.ids[refs.known]
    return found


def turned(pairs: Ints) -> Ints:
    """The numbers of the same pairs the other way round."""
    found: Ints = (pairs & ((1 << ID_BITS) - 1)) << ID_BITS | pairs >> ID_BITS
    return found


def apart(pairs: Ints) -> Ints:
    """The pairs whose ends differ."""
    found: Ints = pairs[pairs >> ID_BITS != pairs & ((1 << ID_BITS) - 1)]
    return found


@dataclass(slots=True)
class Tally:
    """What some records hold.

    `rows` counts the items of repeated parts, `relationships` those that one record states, `halves` are the numbers
    of those that both ends state, `named` the texts that become nodes, `belonging` pairs of style and genre.
    """

    rows: Counter[str] = field(default_factory=Counter)
    relationships: Counter[Kind] = field(default_factory=Counter)
    halves: dict[Kind, Ints] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    belonging: set[tuple[str, str]] = field(default_factory=set)

    def relate(self, kind: Kind, numbers: Ints) -> None:
        """Count relationships by numbers that tell them apart."""
        self.relationships[kind] += distinct(numbers)

    def state(self, kind: Kind, numbers: Ints) -> None:
        """Keep relationships that other records may state, too."""
        known = self.halves.get(kind, np.zeros(0, np.int64))
        self.halves[kind] = np.unique(np.concatenate([known, numbers]))

    def add(self, other: "Tally") -> None:
        """Take in what other records of the month hold."""
        self.rows.update(other.rows)
        self.relationships.update(other.relationships)
        for kind, numbers in other.halves.items():
            self.state(kind, numbers)
        for label, texts in other.named.items():
            self.named[label] |= texts
        self.belonging |= other.belonging

    def counted(self) -> dict[str, dict[str, int]]:
        """The relationships of the month, by type and ends."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        whole = {kind: numbers.size for kind, numbers in self.halves.items()}
        for (name, ends), count in {
            **self.relationships,
            **whole,
            ("PART_OF", "Style-Genre"): len(self.belonging),
        }.items():
            found[name][ends] = count
        return dict(found)

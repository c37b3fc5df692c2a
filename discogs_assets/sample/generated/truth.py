"""Expected counts of the generated months: rows, nodes and relationships, counted while drawing, never read back."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np

from discogs_assets.sample.generated.draws import Ints, distinct
from discogs_assets.sample.generated.world import Refs

ID_BITS = 32
"""Bits of an id in a number that encodes a pair."""

Kind = tuple[str, str]
"""A relationship's type and its ends, such as `("BY", "Release-Artist")`."""


def pairs(parents: Ints, refs: Refs) -> Ints:
    """Return a number for each pair of a parent and a linkable record; parents are ids or positions."""
    found: Ints = parents[refs.known] << ID_BITS | refs.ids[refs.known]
    return found


def turned(pairs: Ints) -> Ints:
    """Return the numbers of the reversed pairs."""
    found: Ints = (pairs & ((1 << ID_BITS) - 1)) << ID_BITS | pairs >> ID_BITS
    return found


def apart(pairs: Ints) -> Ints:
    """Return the pairs with different ends."""
    found: Ints = pairs[pairs >> ID_BITS != pairs & ((1 << ID_BITS) - 1)]
    return found


@dataclass(slots=True)
class Tally:
    """Counts of some records.

    `rows` counts the items of repeated parts, `relationships` the relationships that only one record can state.
    `halves` are the numbers of relationships that both ends state, kept until the month is complete. `named` are the
    texts that become nodes, `belonging` the pairs of style and genre.
    """

    rows: Counter[str] = field(default_factory=Counter)
    relationships: Counter[Kind] = field(default_factory=Counter)
    halves: dict[Kind, Ints] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    belonging: set[tuple[str, str]] = field(default_factory=set)

    def relate(self, kind: Kind, numbers: Ints) -> None:
        """Count relationships, given numbers that identify them."""
        self.relationships[kind] += distinct(numbers)

    def state(self, kind: Kind, numbers: Ints) -> None:
        """Keep relationships that other records may state, too."""
        known = self.halves.get(kind, np.zeros(0, np.int64))
        self.halves[kind] = np.unique(np.concatenate([known, numbers]))

    def add(self, other: "Tally") -> None:
        """Add the counts of other records of the month."""
        self.rows.update(other.rows)
        self.relationships.update(other.relationships)
        for kind, numbers in other.halves.items():
            self.state(kind, numbers)
        for label, texts in other.named.items():
            self.named[label] |= texts
        self.belonging |= other.belonging

    def counted(self) -> dict[str, dict[str, int]]:
        """Return the number of relationships in the month, by type and ends."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        whole = {kind: numbers.size for kind, numbers in self.halves.items()}
        for (name, ends), count in {
            **self.relationships,
            **whole,
            ("PART_OF", "Style-Genre"): len(self.belonging),
        }.items():
            found[name][ends] = count
        return dict(found)

"""Generator of references between artists and between labels: an id and the name at the time."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from discogs_assets.sample.generated.census import Census
from discogs_assets.sample.generated.columns import Text, joined, scattered
from discogs_assets.sample.generated.draws import Ints, Keys, ordinals, spread
from discogs_assets.sample.generated.elements import Listed, Row, linked
from discogs_assets.sample.generated.truth import apart, pairs
from discogs_assets.sample.generated.world import Refs, World, references

Names = Callable[[World, Ints], Text]


@dataclass(frozen=True, slots=True)
class Source:
    """Records that refer to others of their own kind: their indexes and keys, and the function for their names."""

    world: World
    census: Census
    indexes: Ints
    keys: Keys
    named: Names

    def refer(self, name: str, counts: Ints, targets: Ints) -> Refs:
        """Return the references; a few are to the record itself, a few repeat the one before."""
        rows = spread(self.keys, counts, name)
        again = self.world.rare(rows, "again", 400) & (ordinals(counts) > 0)
        targets = np.where(again, np.roll(targets, 1), targets)
        targets = np.where(self.world.rare(rows, "itself", 400), np.repeat(self.indexes, counts), targets)
        return references(self.world, self.census, targets, rows, self.named, loose=300)

    def pairs(self, counts: Ints, refs: Refs) -> Ints:
        """Return numbers for the pairs of a record and a different record that it refers to."""
        return apart(pairs(np.repeat(self.census.ids(self.indexes), counts), refs))


def row(tag: str, refs: Refs) -> Row:
    """Return references as elements; unlinked ones have no id."""
    found = Row(tag, refs.ids.size)
    found.attribute("id", linked(refs.ids))
    found.content(refs.names)
    return found


def listed(tag: str, refs: Refs, counts: Ints, *, preceded: bool = False) -> Listed:
    """Return references as lists; `preceded` puts the id in an element before each (members, classic layout)."""
    found = row(tag, refs).listed(counts)
    if not preceded:
        return found
    ids = linked(refs.ids)
    before = scattered(Text(joined("<id>", ids.values.drop_null(), "</id>"), ids.said[ids.said]), ids.said)
    return Listed(joined(before.values, found.xml), found.counts, found.kept)

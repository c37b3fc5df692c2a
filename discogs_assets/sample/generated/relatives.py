"""References from artists to artists and from labels to labels: an id and the name of that day.

What belongs here: how aliases, members, groups, parents and sublabels are written, and the odd ones among them. What
doesn't: who belongs to whom (see `families`).
"""

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
    """Records that refer to others of their own kind: their indexes and keys, and how these are called."""

    world: World
    census: Census
    indexes: Ints
    keys: Keys
    named: Names

    def refer(self, name: str, counts: Ints, targets: Ints) -> Refs:
        """The references; a few are to the record itself, a few say what the one before said."""
        rows = spread(self.keys, counts, name)
        again = self.world.rare(rows, "again", 400) & (ordinals(counts) > 0)
        targets = np.where(again, np.roll(targets, 1), targets)
        targets = np.where(self.world.rare(rows, "itself", 400), np.repeat(self.indexes, counts), targets)
        return references(self.world, self.census, targets, rows, self.named, loose=300)

    def pairs(self, counts: Ints, refs: Refs) -> Ints:
        """Numbers for the pairs of a record and another one that it refers to."""
        return apart(pairs(np.repeat(self.census.ids(self.indexes), counts), refs))


def row(tag: str, refs: Refs) -> Row:
    """References as elements; those that are not linked have no id."""
    found = Row(tag, refs.ids.size)
    found.attribute("id", linked(refs.ids))
    found.content(refs.names)
    return found


def listed(tag: str, refs: Refs, counts: Ints, *, preceded: bool = False) -> Listed:
    """References as lists; `preceded` each by its id in an element of its own, as members are in the classic layout."""
    found = row(tag, refs).listed(counts)
    if not preceded:
        return found
    ids = linked(refs.ids)
    before = scattered(Text(joined("<id>", ids.values.drop_null(), "</id>"), ids.said[ids.said]), ids.said)
    return Listed(joined(before.values, found.xml), found.counts, found.kept)

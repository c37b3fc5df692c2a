"""How far a month may differ from the one before it, and how much of it may be unreadable: declared.

What belongs here: the bounds, and what they come to for given numbers. What doesn't: counting (see `streams`), finding
the month before and saying what is wrong (see `defs.bounds`).

From 2020 to 2026 each of the four dumps grew by 0.4 to 0.7 % a month. Merges and deletions let a count fall now and
then, that of artists most of all. What falls further is a dump that is not whole, or not read whole.
"""

from dataclasses import dataclass

from discogs_assets.schema.discogs import ARTISTS, LABELS, MASTERS, RELEASES
from discogs_assets.schema.graph import RELATIONSHIPS, Relationship
from discogs_assets.schema.model import Entity

SLACK = 10
"""Records more or fewer that are always within bounds: of a hundred records, one is a whole percent."""

REFUSED_RECORDS = 20
REFUSED_SHARE = 0.0001
"""Records that a dump may hold which cannot be read: whichever of the two allows more. With more it is not loaded."""

GROWTH = 0.05
"""How much a count may grow for each month since the one before, as a share of it."""

SHARE_FALL = 0.02
"""How far the share of records with a value in a part, or of references that lead to a record, may fall: by two
percentage points, or by half where it is under four."""

RESOLVED = 0.9
"""The share of references that has to lead to a record."""

WHOLE = 100_000
"""Records that may be referred to from which on `RESOLVED` holds: the references of a sample lead out of it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much an entity's count may fall and grow from a month to the next one loaded, as shares of it.

    The fall is the same for any number of months between them, since in the long run every count grows.
    """

    entity: Entity
    fall: float
    growth: float = GROWTH

    def counts(self, before: int, months: int = 1) -> tuple[int, int]:
        """The fewest and the most records that a month may have, so many months after one with `before`."""
        growth = (1 + self.growth) ** months - 1
        return before - max(SLACK, int(before * self.fall)), before + max(SLACK, int(before * growth))


BOUNDS = {
    each.entity: each
    for each in (Bounds(ARTISTS, 0.03), Bounds(LABELS, 0.02), Bounds(MASTERS, 0.02), Bounds(RELEASES, 0.01))
}
"""The bounds of every entity's count."""

REFERRING = tuple(each for each in RELATIONSHIPS if any(stated.link.key for stated in each.stated))
"""The relationships that rest on references to records by id."""


def refused(framed: int) -> int:
    """How many of so many records may be unreadable."""
    return max(REFUSED_RECORDS, int(framed * REFUSED_SHARE))


def least_share(before: float, of: int) -> float:
    """The smallest share of `of` records or references that is within bounds after a month with the share `before`."""
    return max(0.0, before - max(min(SHARE_FALL, before / 2), SLACK / max(of, 1)))


def referred(relationship: Relationship) -> tuple[str, ...]:
    """The labels of the nodes whose ids the relationship's references are."""
    return tuple(dict.fromkeys(stated.link.to for stated in relationship.stated if stated.link.key))

"""Thresholds: how far a month may differ from the month before, and how many of its records may be unreadable."""

from dataclasses import dataclass

from discogs_assets.schema.discogs import ARTISTS, LABELS, MASTERS, RELEASES
from discogs_assets.schema.graph import RELATIONSHIPS, Relationship
from discogs_assets.schema.model import Entity

SLACK = 10
"""Change in the number of records that is always within bounds: of a hundred records, one is a whole percent."""

REFUSED_RECORDS = 20
REFUSED_SHARE = 0.0001
"""Unreadable records that a dump may hold, as a number and as a share; the larger limit applies. A dump with more is
not loaded."""

GROWTH = 0.05
"""Maximum growth of a count for each month since the month before, as a share."""

SHARE_FALL = 0.02
"""Maximum fall of the share of records with a value in a part, or of references that resolve to a record: two
percentage points, or half of a share under four."""

RESOLVED = 0.9
"""Minimum share of references that resolve to a record."""

WHOLE = 100_000
"""Number of records from which `RESOLVED` applies: in a sample many references lead to records outside it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Maximum fall and growth of an entity's count from one loaded month to the next, as shares.

    The fall does not depend on the number of months between them, since in the long run every count grows. From 2020 to
    2026 each of the four dumps grew by 0.4 to 0.7 % a month. Merges and deletions occasionally let a count fall, most
    often that of artists. A larger fall means that the dump is incomplete or was not read completely.
    """

    entity: Entity
    fall: float
    growth: float = GROWTH

    def counts(self, before: int, months: int = 1) -> tuple[int, int]:
        """Return the minimum and maximum count of a month, `months` months after one with `before` records."""
        growth = (1 + self.growth) ** months - 1
        return before - max(SLACK, int(before * self.fall)), before + max(SLACK, int(before * growth))


BOUNDS = {
    each.entity: each
    for each in (Bounds(ARTISTS, 0.03), Bounds(LABELS, 0.02), Bounds(MASTERS, 0.02), Bounds(RELEASES, 0.01))
}
"""Bounds of each entity's count."""

REFERRING = tuple(each for each in RELATIONSHIPS if any(stated.link.key for stated in each.stated))
"""Relationships that are derived from references to records by id."""


def max_refused(framed: int) -> int:
    """Return the maximum number of unreadable records among `framed` records."""
    return max(REFUSED_RECORDS, int(framed * REFUSED_SHARE))


def least_share(before: float, of: int) -> float:
    """Return the minimum share, of `of` records or references, that is within bounds after a month with `before`."""
    return max(0.0, before - max(min(SHARE_FALL, before / 2), SLACK / max(of, 1)))


def target_labels(relationship: Relationship) -> tuple[str, ...]:
    """Return the node labels that the relationship's references by id lead to."""
    return tuple(dict.fromkeys(stated.link.to for stated in relationship.stated if stated.link.key))

"""Life cycle of generated records: ids, additions, edits, removals and merges from month to month."""

from bisect import bisect_right

from discogs_assets.sample.generator.plan import ENTITIES, Plan
from discogs_assets.schema.discogs import PLACEHOLDERS

CHANGED, REMOVED = 0.015, 0.0007
"""Shares of the records that a month edits and removes."""

FEW = 50
"""Minimum number of records for removals, so that no file becomes empty."""

STEP, GOLDEN, MASK = 1_000_003, 0x9E3779B97F4A7C15, (1 << 64) - 1
"""A prime longer than any period, and constants of SplitMix64."""


def mix(number: int) -> int:
    """Return 64 random bits for a number: the final steps of SplitMix64."""
    number = number * GOLDEN & MASK
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & MASK
    number = (number ^ number >> 27) * 0x94D049BB133111EB & MASK
    return number ^ number >> 31


class Population:
    """The records of an entity after `month` months of changes, by index.

    An index keeps its meaning; a month that adds records continues the numbering. In each month one record of every
    `period` is edited and one of every `lifetime` removed: both follow from the index and the record's age alone.
    """

    def __init__(self, plan: Plan, entity: str, month: int) -> None:
        first, added = plan.size(entity), plan.count_added(entity)
        self.month = month
        self.salt = plan.seed * len(ENTITIES) + ENTITIES.index(entity) << 48
        self.starts = [0, *(first + number * added for number in range(month + 1))]
        """First index of each month's additions, and the index after the last one."""
        self.size = self.starts[-1]
        self.period = max(1, min(round(1 / CHANGED), first // 2))
        self.lifetime = min(round(1 / REMOVED), first // 2) if first >= FEW else 1 << 40

    def birth(self, index: int) -> int:
        """Return the month that added the record."""
        return 0 if index < self.starts[1] else bisect_right(self.starts, index) - 1

    def age(self, index: int) -> int:
        """Return the number of months since the record was added."""
        return self.month - self.birth(index)

    def alive(self, index: int) -> bool:
        """Return True if this month's dump has the record."""
        return self.age(index) < self._leave(index)

    def version(self, index: int) -> int:
        """Return the number of the record's edits."""
        return (self.age(index) + (index * STEP + self.period // 2) % self.period) // self.period

    def resolve(self, index: int) -> int:
        """Return the record that this one was merged into, if any: one in three removed ones."""
        while index and index // self.lifetime % 3 == 0 and not self.alive(index):
            index -= 1
        return index

    def key(self, index: int, version: int = 0) -> int:
        """Return a seed for the record's values."""
        return self.salt + (index << 8) + version

    def identify(self, index: int) -> int:
        """Return the record's id: ascending, with gaps, one of every two ids."""
        number = 2 * index + 1 + (index * GOLDEN >> 62 & 1)
        return 4 * index + 3 - number if number in PLACEHOLDERS else number

    def spare(self, index: int) -> int:
        """Return an id next to the record's that no record has."""
        return 4 * index + 3 - self.identify(index)

    def spans(self, size: int) -> list[tuple[int, int]]:
        """Return ranges of at most `size` indexes that cover all, none across two months' additions."""
        return [
            (start, min(start + size, end))
            for first, end in zip(self.starts, self.starts[1:], strict=False)
            for start in range(first, end, size)
        ]

    def merges(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the ids of the range's records that this month merged into others, with the others' ids."""
        return [
            (self.identify(index), self.identify(target))
            for index in range(start, end)
            if not self.alive(index)
            and (target := self.resolve(index)) != index
            and self._leave(index) == self.age(index)
        ]

    def _leave(self, index: int) -> int:
        """Return the age at which the record is removed."""
        return (index * STEP + self.lifetime // 2) % self.lifetime + 1

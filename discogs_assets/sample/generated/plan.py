"""What is to be generated: how many records, of which layout, for how many months.

What belongs here: the plan, the numbers of records that follow from it, and its months. What doesn't: any record.
"""

from dataclasses import dataclass
from datetime import date

from discogs_assets.errors import SettingError

ENTITIES = ("artists", "labels", "masters", "releases")
"""The entities in the order in which their files are written."""

LAYOUTS = ("classic", "2025", "modern")
"""The layouts of the dumps: of 2020, of early 2025 and of 2026."""

CENSUS = {"artists": 10_200_000, "labels": 2_405_196, "masters": 2_600_000, "releases": 19_341_287}
"""Records of each entity in the summer of 2026."""

ADDED = 0.004
"""Share of records that a month adds: the dumps grow by some 78,000 of 19 million releases a month."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to generate: the size of the first month, and how the dumps are to look and to go on.

    `first` is the partition key of the first month; the others follow month by month. `oddities` asks for the odd
    values that real dumps hold: rare ones, so that a few thousand releases have each of them.
    """

    releases: int
    seed: int = 7
    months: int = 2
    layout: str = "modern"
    first: str = "2026-10-01"
    oddities: bool = True

    def __post_init__(self) -> None:
        """Refuse a plan that cannot be carried out."""
        if self.releases < 1 or self.months < 1:
            raise SettingError(f"{self.releases} releases in {self.months} months: both have to be 1 or more")
        if self.layout not in LAYOUTS:
            raise SettingError(f"layout {self.layout!r} is none of {', '.join(LAYOUTS)}")
        try:
            day = date.fromisoformat(self.first)
        except ValueError as error:
            raise SettingError(f"first month {self.first!r} is not a date like 2026-10-01") from error
        if day.day != 1:
            raise SettingError(f"first month {self.first!r} is not the first of a month, such as 2026-10-01")

    @property
    def partitions(self) -> tuple[str, ...]:
        """The partition keys of the months, in order."""
        day = date.fromisoformat(self.first)
        months = (day.year * 12 + day.month - 1 + number for number in range(self.months))
        return tuple(f"{month // 12:04d}-{month % 12 + 1:02d}-01" for month in months)

    def size(self, entity: str) -> int:
        """Records of the entity in the first month, in the real ratio to the releases."""
        return max(1, self.releases * CENSUS[entity] // CENSUS["releases"])

    def added(self, entity: str) -> int:
        """Records that each later month adds."""
        return max(1, int(self.size(entity) * ADDED))

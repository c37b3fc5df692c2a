"""The plan of a generation: number of records, layout and months."""

from dataclasses import dataclass
from datetime import date

from discogs_assets.errors import SettingError

ENTITIES = ("artists", "labels", "masters", "releases")
"""Entities in the order of their files."""

LAYOUTS = ("classic", "2025", "modern")
"""Layouts of the dumps: of 2020, of early 2025 and of 2026."""

CENSUS = {"artists": 10_200_000, "labels": 2_405_196, "masters": 2_600_000, "releases": 19_341_287}
"""Records of each entity in the summer of 2026."""

ADDED = 0.004
"""Share of records that a month adds: the dumps grow by some 78,000 of 19 million releases a month."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Parameters of the generation: the size of the first month, and the form and growth of the dumps.

    `first` is the partition key of the first month; the others follow month by month. `oddities` includes the odd
    values of real dumps: rare ones, so that a few thousand releases contain each of them.
    """

    releases: int
    seed: int = 7
    months: int = 2
    layout: str = "modern"
    first: str = "2026-10-01"
    oddities: bool = True

    def __post_init__(self) -> None:
        """Reject an invalid plan. Raises SettingError."""
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
        """Partition keys of the months, in order."""
        day = date.fromisoformat(self.first)
        months = (day.year * 12 + day.month - 1 + number for number in range(self.months))
        return tuple(f"{month // 12:04d}-{month % 12 + 1:02d}-01" for month in months)

    def size(self, entity: str) -> int:
        """Return the number of the entity's records in the first month, in the real ratio to the releases."""
        return max(1, self.releases * CENSUS[entity] // CENSUS["releases"])

    def count_added(self, entity: str) -> int:
        """Return the number of records that each later month adds."""
        return max(1, int(self.size(entity) * ADDED))

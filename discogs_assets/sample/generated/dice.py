"""Pseudo-random numbers derived from a key, drawn one at a time; for whole columns see `draws`."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from discogs_assets.sample.generated.draws import GOLDEN

Item = TypeVar("Item")

MASK = (1 << 64) - 1


class Dice:
    """Pseudo-random number generator seeded with the key: SplitMix64."""

    def __init__(self, key: int) -> None:
        self._state = key

    def bits(self) -> int:
        """Return 64 random bits."""
        self._state = (self._state + GOLDEN) & MASK
        found = self._state
        found = (found ^ (found >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        found = (found ^ (found >> 27)) * 0x94D049BB133111EB & MASK
        return found ^ (found >> 31)

    def below(self, bound: int) -> int:
        """Return a number from 0 up to but excluding the bound."""
        return self.bits() * bound >> 64

    def one(self, of: Sequence[Item]) -> Item:
        """Return a random item."""
        return of[self.below(len(of))]

    def chance(self, every: int) -> bool:
        """Return True with probability 1 / `every`."""
        return self.below(every) == 0

    def uuid(self) -> str:
        """Return a UUID of version 4."""
        high, low = self.bits(), self.bits()
        return (
            f"{high >> 32:08x}-{high >> 16 & 0xFFFF:04x}-4{high & 0xFFF:03x}-"
            f"{low >> 62 | 8:x}{low >> 48 & 0xFFF:03x}-{low & 0xFFFFFFFFFFFF:012x}"
        )

    def date(self, first: int, last: int) -> str:
        """Return a date in these years, with day, month or only the year."""
        drawn = self.bits()
        day = f"{first + drawn % (last - first + 1)}-{drawn % 12 + 1:02d}-{drawn % 28 + 1:02d}"
        return day[: (4, 4, 7, 10)[drawn >> 62]]

    def shuffled(self, keys: Mapping[str, Any]) -> dict[str, Any]:
        """Return the mapping with its keys shuffled, like Perl's hashes."""
        drawn, names = self.bits(), list(keys)
        for place in range(len(names) - 1, 0, -1):
            drawn, other = divmod(drawn, place + 1)
            names[place], names[other] = names[other], names[place]
        return {name: keys[name] for name in names}

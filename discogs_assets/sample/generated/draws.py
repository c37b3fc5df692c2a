"""Numbers that look drawn by chance but follow from a key: the same everywhere, in any order, in any process.

What belongs here: keys and what is drawn from them. What doesn't: what the numbers stand for.

Every record and every row has a key of 64 bits, and each of its values is drawn from the key and the value's name. So
whoever refers to a record can work out what it says without having seen it: a credit knows the artist's name, a
release what its master's title is. A stream of random numbers would have to be read from the start. Only integers and
exact products of floats take part, because logarithms and powers differ between processors.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

GOLDEN = 0x9E3779B97F4A7C15
"""2**64 over the golden ratio: steps of it spread evenly over all keys, as in SplitMix64."""

SLOTS = 12
"""A deck has 2**12 cards."""


@cache
def salt(name: str) -> int:
    """64 bits that stand for a name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def mixed(keys: Keys) -> Keys:
    """Keys that share nothing with the given ones: the last steps of SplitMix64, a bijection."""
    found = keys ^ (keys >> np.uint64(30))
    found *= np.uint64(0xBF58476D1CE4E5B9)
    found ^= found >> np.uint64(27)
    found *= np.uint64(0x94D049BB133111EB)
    found ^= found >> np.uint64(31)
    return found


def keyed(numbers: Ints, name: str) -> Keys:
    """A key for each number, other ones for each name."""
    return mixed(_steps(numbers) + np.uint64(salt(name)))


def _steps(numbers: Ints) -> Keys:
    """So many steps of the golden ratio."""
    found: Keys = numbers.astype(np.uint64) * np.uint64(GOLDEN)
    return found


def bits(keys: Keys, name: str) -> Keys:
    """64 bits for each key."""
    return mixed(keys ^ np.uint64(salt(name)))


def below(keys: Keys, name: str, bound: int | Ints) -> Ints:
    """A number from 0 up to its bound, which is less than 2**32."""
    bounds = np.asarray(bound, dtype=np.uint64)
    return (((bits(keys, name) >> 32) * bounds) >> 32).astype(np.int64)


def low(keys: Keys, name: str, bound: int | Ints) -> Ints:
    """A number below its bound, small ones rather than large ones: the n-th with a weight of 1 / sqrt(n)."""
    drawn = bits(keys, name) >> 32
    bounds = np.asarray(bound, dtype=np.uint64)
    return ((((drawn * drawn) >> 32) * bounds) >> 32).astype(np.int64)


def zipf(keys: Keys, name: str, bound: int, head: int = 5) -> Ints:
    """A number below the bound, the n-th with a weight of 1 / (n + 2**head), piecewise.

    Each doubling of n + 2**head weighs the same, which is the law itself; within one, all are alike.
    """
    octaves = max(0, (bound - 1 + (1 << head)).bit_length() - 1 - head)
    whole = ((1 << octaves) - 1) << head
    rest = ((bound - whole) << 16) >> (head + octaves)
    drawn = below(keys, name, (octaves << 16) + max(1, rest))
    octave = drawn >> 16
    first = ((np.int64(1) << octave) - 1) << head
    return first + below(keys, f"{name} within", np.minimum(np.int64(1) << (octave + head), bound - first))


def chance(keys: Keys, name: str, share: float | NDArray[np.float64]) -> Flags:
    """True for that share of the keys."""
    limit = np.asarray(np.asarray(share, dtype=np.float64) * 2**32).astype(np.uint64)
    return np.asarray((bits(keys, name) >> 32) < limit)


def deck(weights: Mapping[int, float]) -> Ints:
    """Cards to draw from, each number on as many as its weight asks for."""
    ends = np.cumsum(np.array(list(weights.values()), dtype=np.float64))
    cuts = np.floor(ends / ends[-1] * (1 << SLOTS) + 0.5).astype(np.int64)
    return np.repeat(np.array(list(weights), dtype=np.int64), np.diff(cuts, prepend=0))


def ranks(weights: Sequence[float]) -> Ints:
    """Cards with the positions of the weights on them."""
    return deck(dict(enumerate(weights)))


def dealt(keys: Keys, name: str, cards: Ints) -> Ints:
    """A card from the deck."""
    found: Ints = cards[bits(keys, name) >> np.uint64(64 - SLOTS)]
    return found


def ordinals(counts: Ints) -> Ints:
    """For the rows of all parents in turn: their number within the parent, from 0."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if ends.size else 0) - np.repeat(ends - counts, counts)


def spread(keys: Keys, counts: Ints, name: str) -> Keys:
    """The keys of rows: as many under each of the keys as it counts."""
    return mixed(np.repeat(bits(keys, name), counts) + _steps(ordinals(counts)))


def renewed(keys: Keys, versions: Ints) -> Keys:
    """The keys, with others in their place for every version but 0."""
    return np.where(versions > 0, mixed(keys + _steps(versions)), keys)


def distinct(keys: Ints) -> int:
    """How many different numbers there are."""
    found = np.sort(keys)
    return int(np.count_nonzero(found[1:] != found[:-1])) + bool(found.size)

"""Pseudo-random columns derived from keys: the same on every platform, in any order, in any process."""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

GOLDEN = 0x9E3779B97F4A7C15
"""2**64 over the golden ratio: its multiples are spread evenly over all keys, as in SplitMix64."""

SLOTS = 12
"""Base-2 logarithm of the number of cards in a deck."""


# Every record and row has a 64-bit key, and each value is drawn from the key and the value's name. A reference can thus
# compute what the other record says without reading it: a credit the artist's name, a release its master's title.
# A stream of random numbers would have to be read from the start. Only integers and exact products of floats are used,
# because logarithms and powers differ between processors.
@cache
def salt(name: str) -> int:
    """Return a 64-bit hash of a name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def mixed(keys: Keys) -> Keys:
    """Return keys uncorrelated with the given ones: the final steps of SplitMix64, a bijection."""
    found = keys ^ (keys >> np.uint64(30))
    found *= np.uint64(0xBF58476D1CE4E5B9)
    found ^= found >> np.uint64(27)
    found *= np.uint64(0x94D049BB133111EB)
    found ^= found >> np.uint64(31)
    return found


def keyed(numbers: Ints, name: str) -> Keys:
    """Return a key for each number; they differ between names."""
    return mixed(_steps(numbers) + np.uint64(salt(name)))


def _steps(numbers: Ints) -> Keys:
    """Return multiples of the golden ratio step."""
    found: Keys = numbers.astype(np.uint64) * np.uint64(GOLDEN)
    return found


def bits(keys: Keys, name: str) -> Keys:
    """Return 64 random bits for each key."""
    return mixed(keys ^ np.uint64(salt(name)))


def below(keys: Keys, name: str, bound: int | Ints) -> Ints:
    """Return a number from 0 up to but excluding the bound, for bounds below 2**32."""
    bounds = np.asarray(bound, dtype=np.uint64)
    return (((bits(keys, name) >> 32) * bounds) >> 32).astype(np.int64)


def low(keys: Keys, name: str, bound: int | Ints) -> Ints:
    """Return a number below the bound, biased towards small ones: the n-th with a weight of 1 / sqrt(n)."""
    drawn = bits(keys, name) >> 32
    bounds = np.asarray(bound, dtype=np.uint64)
    return ((((drawn * drawn) >> 32) * bounds) >> 32).astype(np.int64)


def zipf(keys: Keys, name: str, bound: int, head: int = 5) -> Ints:
    """Return a number below the bound, the n-th with a weight of 1 / (n + 2**head), piecewise.

    Each doubling of n + 2**head has the same weight, as in Zipf's law; within a doubling the weights are equal.
    """
    octaves = max(0, (bound - 1 + (1 << head)).bit_length() - 1 - head)
    whole = ((1 << octaves) - 1) << head
    rest = ((bound - whole) << 16) >> (head + octaves)
    drawn = below(keys, name, (octaves << 16) + max(1, rest))
    octave = drawn >> 16
    first = ((np.int64(1) << octave) - 1) << head
    return first + below(keys, f"{name} within", np.minimum(np.int64(1) << (octave + head), bound - first))


def chance(keys: Keys, name: str, share: float | NDArray[np.float64]) -> Flags:
    """Return True for a share of the keys."""
    limit = np.asarray(np.asarray(share, dtype=np.float64) * 2**32).astype(np.uint64)
    return np.asarray((bits(keys, name) >> 32) < limit)


def deck(weights: Mapping[int, float]) -> Ints:
    """Return cards to draw from, with each number on as many cards as its weight demands."""
    ends = np.cumsum(np.array(list(weights.values()), dtype=np.float64))
    cuts = np.floor(ends / ends[-1] * (1 << SLOTS) + 0.5).astype(np.int64)
    return np.repeat(np.array(list(weights), dtype=np.int64), np.diff(cuts, prepend=0))


def ranks(weights: Sequence[float]) -> Ints:
    """Return cards with the positions of the weights."""
    return deck(dict(enumerate(weights)))


def dealt(keys: Keys, name: str, cards: Ints) -> Ints:
    """Draw a card from the deck for each key."""
    found: Ints = cards[bits(keys, name) >> np.uint64(64 - SLOTS)]
    return found


def ordinals(counts: Ints) -> Ints:
    """Return the positions of all parents' rows within their parent, from 0."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if ends.size else 0) - np.repeat(ends - counts, counts)


def spread(keys: Keys, counts: Ints, name: str) -> Keys:
    """Return keys of rows: `counts` of them for each key."""
    return mixed(np.repeat(bits(keys, name), counts) + _steps(ordinals(counts)))


def renewed(keys: Keys, versions: Ints) -> Keys:
    """Return the keys, replaced for every version other than 0."""
    return np.where(versions > 0, mixed(keys + _steps(versions)), keys)


def distinct(keys: Ints) -> int:
    """Return the number of distinct values."""
    found = np.sort(keys)
    return int(np.count_nonzero(found[1:] != found[:-1])) + bool(found.size)

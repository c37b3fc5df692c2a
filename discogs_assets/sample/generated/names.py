"""Names of artists and labels and their variations, derived from the record's index; for titles see `prose`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import pyarrow as pa

from discogs_assets.sample.generated import oddities, words
from discogs_assets.sample.generated.columns import Pool, Text, joined, plain, replaced
from discogs_assets.sample.generated.draws import Ints, Keys, below, chance, dealt, deck, low, ranks, renewed, zipf
from discogs_assets.sample.generated.world import Refs, World, references
from discogs_assets.schema.discogs import PLACEHOLDERS

GIVEN, FAMILY, NOUNS, FOREIGN = 1_600, 9_000, 3_000, 1_800
"""Number of words of each kind."""

PORTION = 1 << 16
"""Names generated at once."""

NUMBERED, NUMBERED_LABELS = 0.16, 0.10
"""Shares of artists and of labels with a number after the name, because others have the same name."""

PERSON, SINGLE, BAND, PAIR, TITLED, ELSEWHERE = range(6)
KINDS = ranks([46.5, 14, 16, 5, 7, 11.5])
"""Kinds of artist names, with shares; 11.5 % are in other scripts."""

BEFORE = ("", "The ", "DJ ", "MC ", "Orchestra ", "Dr. ", "Los ", "Die ", "Trio ", "Lil ")
BETWEEN = (" ", " &amp; ", " And The ", " vs. ", "-", ", ")
AFTER = words.cut(
    " Records; Music; Recordings;; Productions; Studios; Entertainment; Publishing; Ltd.; Inc.; GmbH; Discos",
    ";",
)
ENDS = ("", *(f" ({number})" for number in range(2, 90)))
PLACEHOLDER_POOL = Pool(list(PLACEHOLDERS.values()))
PLACEHOLDER_IDS = np.array(list(PLACEHOLDERS))
VARIOUS, UNKNOWN, NOBODY = -1, -2, -3
"""Indexes of credited placeholders, in place of an artist's index."""


@cache
def _words() -> tuple[str, ...]:
    return (
        *words.latin("given", GIVEN),
        *words.latin("family", FAMILY),
        *words.latin("noun", NOUNS),
        *words.foreign(FOREIGN),
    )


@cache
def _pool() -> pa.Array:
    """Return all words as they are, then in capitals, then as initials, then an empty text."""
    found = _words()
    return pa.array([*found, *(word.upper() for word in found), *(f"{word[0]}." for word in found), ""])


def _said(texts: tuple[str, ...] | list[str], codes: Ints) -> pa.Array:
    return pa.array(texts).take(pa.array(codes))


@dataclass(frozen=True, slots=True)
class Parts:
    """Words of names, as numbers in their pools."""

    before: Ints
    first: Ints
    between: Ints
    second: Ints
    end: Ints


def _person(keys: Keys) -> Parts:
    kinds = dealt(keys, "kind", KINDS)
    nouns = GIVEN + FAMILY + zipf(keys, "noun", NOUNS, 4)
    given = np.where(kinds == PERSON, zipf(keys, "given", GIVEN, 4), nouns)
    family = GIVEN + zipf(keys, "family", FAMILY, 7)
    foreign = GIVEN + FAMILY + NOUNS + below(keys, "script", FOREIGN)
    # Scripts alternate every nine words, so a multiple of nine words on has the same script.
    follower = GIVEN + FAMILY + NOUNS + (foreign - GIVEN - FAMILY - NOUNS + 9 * (1 + below(keys, "next", 90))) % FOREIGN
    single = (kinds == SINGLE) | ((kinds == TITLED) & chance(keys, "short", 0.5))
    nothing = 3 * len(_words())
    second = np.where(single, nothing, np.where(kinds == ELSEWHERE, follower, family))
    return Parts(
        np.where(kinds == BAND, low(keys, "article", 2), np.where(kinds == TITLED, 1 + low(keys, "before", 9), 0)),
        np.where(kinds == ELSEWHERE, foreign, given),
        np.where(single, -1, np.where(kinds == PAIR, 1 + low(keys, "between", 5), 0)),
        second,
        np.where(chance(keys, "numbered", NUMBERED), 1 + low(keys, "number", 60) * low(keys, "factor", 88) // 60, 0),
    )


def _written(parts: Parts) -> pa.Array:
    pool = _pool()
    return joined(
        _said(BEFORE, parts.before),
        pool.take(pa.array(parts.first)),
        _said((*BETWEEN, ""), np.where(parts.between < 0, len(BETWEEN), parts.between)),
        pool.take(pa.array(parts.second)),
        _said(ENDS, parts.end),
    )


def _artist_parts(world: World, indexes: Ints) -> tuple[Keys, Parts]:
    keys = renewed(world.artists.keys(indexes), world.artists.versions(indexes, "name"))
    return keys, _person(keys)


def artist(world: World, indexes: Ints) -> Text:
    """Return the names of artists."""
    return _artists(world).take(indexes)


@lru_cache(maxsize=1)
def _artists(world: World) -> Text:
    """Return the names of all artists; each is referred to many times, so it is generated once."""
    return _all(world, world.artists.size, _some_artists)


def _some_artists(world: World, indexes: Ints) -> Text:
    keys, parts = _artist_parts(world, indexes)
    return world.odd(plain(_written(parts)), keys, "name", 400, oddities.NAME_POOL)


def _all(world: World, size: int, named: Callable[[World, Ints], Text]) -> Text:
    """Return the names of all records. They are generated in portions, since their components take more memory."""
    found = [named(world, np.arange(start, min(start + PORTION, size))) for start in range(0, size, PORTION)]
    return Text(pa.concat_arrays([each.values for each in found]), np.concatenate([each.said for each in found]))


def credited(world: World, indexes: Ints, keys: Keys) -> Refs:
    """Return references to artists; negative indexes are placeholders, absent from the artists file."""
    real = np.maximum(indexes, 0)
    found = references(world, world.artists, real, keys, artist, loose=60)
    rows = np.flatnonzero(indexes < 0)
    codes = -1 - indexes[rows]
    ids, known = found.ids.copy(), found.known & (indexes >= 0)
    ids[rows] = PLACEHOLDER_IDS[codes]
    return Refs(ids, replaced(found.names, rows, PLACEHOLDER_POOL, codes), known)


WAYS = deck({0: 40, 1: 15, 2: 15, 3: 20, 4: 10})


def variation(world: World, indexes: Ints, keys: Keys) -> Text:
    """Return a variation of each artist's name: an initial, capitals, one word or a wrong one.

    The number is left out, as it is not printed.
    """
    parts = _artist_parts(world, np.maximum(indexes, 0))[1]
    way, count = dealt(keys, "way", WAYS), len(_words())
    shortened = np.where(parts.second == 3 * count, parts.first + count, parts.first + 2 * count)
    capitals = np.where(parts.second < count, parts.second + count, parts.second)
    wrong = (parts.first + 1 + below(keys, "wrong", 40)) % count
    choices = [parts.first, shortened, parts.first + count, parts.first + count, wrong]
    return plain(
        _written(
            Parts(
                np.where(way < 2, parts.before, 0),
                np.choose(way, [choices[1], choices[0], choices[0], choices[2], choices[4]]),
                np.where(way == 2, -1, parts.between),
                np.where(way == 2, 3 * count, np.where(way == 3, capitals, parts.second)),
                np.zeros_like(parts.end),
            )
        )
    )


@lru_cache(maxsize=2)
def _labels(world: World, pool: Pool) -> Text:
    """Return the names of all labels."""
    return _all(world, world.labels.size, lambda world, indexes: _some_labels(world, indexes, pool))


def _some_labels(world: World, indexes: Ints, pool: Pool) -> Text:
    keys = renewed(world.labels.keys(indexes), world.labels.versions(indexes, "name"))
    words, number = _pool(), GIVEN + FAMILY
    two = chance(keys, "two", 0.35)
    single = np.where(two, number + zipf(keys, "second", NOUNS, 5), 3 * len(_words()))
    own = chance(keys, "own", 0.08)
    ends = np.where(chance(keys, "numbered", NUMBERED_LABELS), 1 + low(keys, "number", 30), 0)
    return world.odd(
        plain(
            joined(
                _said(["", "Not On Label ("], own.astype(np.int64)),
                words.take(pa.array(number + zipf(keys, "first", NOUNS, 7))),
                _said(["", " "], two.astype(np.int64)),
                words.take(pa.array(single)),
                _said(AFTER, low(keys, "after", len(AFTER))),
                _said(["", " Self-released)"], own.astype(np.int64)),
                _said(ENDS, np.where(own, 0, ends)),
            )
        ),
        keys,
        "name",
        250,
        pool,
    )


def label(world: World, indexes: Ints) -> Text:
    """Return the names of labels, as element text."""
    return _labels(world, oddities.NAME_POOL).take(indexes)


def label_attribute(world: World, indexes: Ints) -> Text:
    """Return the names of labels, as attribute values."""
    return _labels(world, oddities.NAME_ATTRIBUTES).take(indexes)


def real(keys: Keys) -> Text:
    """Return names of persons, generated like artist names; some texts name two."""
    first = joined(*_full(keys, "real"))
    other = plain(joined(" &amp; ", *_full(keys, "other"))).where(chance(keys, "second", 0.08))
    return plain(joined(first, other.values))


def _full(keys: Keys, name: str) -> tuple[pa.Array | str, ...]:
    pool = _pool()
    given = pool.take(pa.array(zipf(keys, f"{name} given", GIVEN, 4)))
    return given, " ", pool.take(pa.array(GIVEN + zipf(keys, f"{name} family", FAMILY, 7)))

"""Generator of values shared by a master and its releases: title, main artists, genres, styles and year.

They are drawn from the key of a work: the master's or, without a master, the release's own.
"""

import numpy as np

from discogs_assets.sample.generated import names, oddities, prose, vocabulary
from discogs_assets.sample.generated.columns import Pool, Text
from discogs_assets.sample.generated.draws import (
    Ints,
    Keys,
    below,
    bits,
    chance,
    dealt,
    deck,
    low,
    ordinals,
    ranks,
    spread,
    zipf,
)
from discogs_assets.sample.generated.elements import Row, texts
from discogs_assets.sample.generated.truth import Tally
from discogs_assets.sample.generated.world import World

ARTISTS = deck({1: 84, 2: 11, 3: 2.6, 4: 1.2, 5: 0.6, 7: 0.4, 10: 0.2})
"""Main artists of a work, 1.24 on average."""

VARIOUS, UNKNOWN, NOBODY = 0.06, 0.005, 0.001
"""Shares of works by Various, Unknown Artist and No Artist."""

GENRES = deck({1: 75, 2: 21, 3: 3, 4: 1})
STYLES = deck({0: 7, 1: 50, 2: 31, 3: 10, 4: 2})
"""Genres and styles of a work, 1.30 and 1.50 on average."""

GENRE_CARDS = ranks(list(vocabulary.GENRES.values()))
GENRE_POOL = Pool([*vocabulary.GENRES, *oddities.GENRES])
STYLE_POOL = Pool([*vocabulary.STYLES, "", "Style, With Comma", " "])
OWN_STYLES = len(vocabulary.STYLES) // len(vocabulary.GENRES)

CODE_BITS = 12
MASK = (1 << CODE_BITS) - 1
"""Bits of a genre's or style's number, and their mask."""

YEARS = deck({year: 1 + (year > 1962) * 2 + (year > 1976) * 3 + (year > 1990) * 3 for year in range(1925, 2027)})


def artists(world: World, keys: Keys, since: Ints) -> tuple[Ints, Ints]:
    """Return the number of main artists per work, and the artists; negative ones are placeholders."""
    counts = dealt(keys, "artists", ARTISTS)
    who = low(keys, "who", 1 << 16)
    placeholder = np.select(
        [chance(keys, "various", VARIOUS), chance(keys, "unknown", UNKNOWN), chance(keys, "nobody", NOBODY)],
        [names.VARIOUS, names.UNKNOWN, names.NOBODY],
        0,
    )
    counts = np.where(placeholder < 0, 1 + (who == 0), counts)
    rows = spread(keys, counts, "artists")
    drawn = anyone(world, rows, np.repeat(since, counts))
    return counts, np.where(np.repeat(placeholder, counts) < 0, np.repeat(placeholder, counts), drawn)


def anyone(world: World, keys: Keys, since: Ints) -> Ints:
    """Return an artist for each key, biased towards low indexes; values of later months may name new artists."""
    return _popular(keys, world.artists.starts, since, "artist", 9)


def any_label(world: World, keys: Keys, since: Ints) -> Ints:
    """Return a label for each key, likewise."""
    return _popular(keys, world.labels.starts, since, "label", 6)


def _popular(keys: Keys, starts: Ints, since: Ints, name: str, head: int) -> Ints:
    drawn = zipf(keys, name, int(starts[1]), head)
    if not since.any():
        return drawn
    later = (since > 0) & chance(keys, f"{name} later", 0.3)
    return np.where(later, starts[1] + below(keys, f"{name} new", np.maximum(starts[since + 1] - starts[1], 1)), drawn)


def titles(world: World, keys: Keys) -> Text:
    """Return the titles of works."""
    return world.odd(prose.titles(keys), keys, "title", 500, oddities.TEXT_POOL)


def genres(world: World, keys: Keys) -> tuple[Ints, Ints]:
    """Return the number of genres per work, and their numbers in the pool."""
    counts = dealt(keys, "genres", GENRES)
    rows = spread(keys, counts, "genres")
    first = np.repeat(dealt(keys, "genre", GENRE_CARDS), counts)
    other = (first + 1 + dealt(rows, "genre", GENRE_CARDS) % 14) % len(vocabulary.GENRES)
    codes = np.where((ordinals(counts) == 0) | world.rare(rows, "same", 400), first, other)
    legacy = len(vocabulary.GENRES) + below(rows, "legacy", len(oddities.GENRES))
    return counts, np.where(world.rare(rows, "legacy", 1500), legacy, codes)


def styles(world: World, keys: Keys) -> tuple[Ints, Ints]:
    """Return the number of styles per work, and their numbers in the pool: mostly styles of the first genre."""
    counts = dealt(keys, "styles", STYLES)
    rows = spread(keys, counts, "styles")
    genre = np.repeat(dealt(keys, "genre", GENRE_CARDS), counts)
    own = genre * OWN_STYLES + zipf(rows, "style", OWN_STYLES, 2)
    codes = np.where(chance(rows, "own", 0.88), own, zipf(rows, "any", len(vocabulary.STYLES), 5))
    again = world.rare(rows, "same", 700) & (ordinals(counts) > 0)
    codes = np.where(again, np.roll(codes, 1), codes)
    odd = len(vocabulary.STYLES) + (bits(rows, "odd") % 3).astype(np.int64)
    return counts, np.where(world.rare(rows, "odd style", 1500), odd, codes)


def years(keys: Keys) -> Ints:
    """Return the release years of works."""
    return dealt(keys, "year", YEARS)


def sorts(world: World, keys: Keys, node: str, row: Row, tally: Tally) -> None:
    """Write the genres and styles of records, given their works' keys, and count their relationships."""
    found = {}
    for name, tag, pool, (counts, codes) in (
        ("genres", "genre", GENRE_POOL, genres(world, keys)),
        ("styles", "style", STYLE_POOL, styles(world, keys)),
    ):
        listed = texts(tag, pool.take(codes), counts)
        row.rows(name, listed)
        tally.rows[name] += int(listed.kept.sum())
        parents = np.repeat(np.arange(keys.size), counts)
        said = pool.said[codes]
        found[name] = np.unique(parents[said] << CODE_BITS | codes[said])
        tally.relate(("IS", f"{node}-{tag.capitalize()}"), found[name])
        tally.named[tag.capitalize()] |= {pool.text(code) for code in np.unique(codes[said]).tolist()}
    if node == "Release":
        tally.belonging |= _belonging(found["genres"], found["styles"], keys.size)


def _belonging(genres: Ints, styles: Ints, size: int) -> set[tuple[str, str]]:
    """Return the pairs of style and genre of the records with a single genre."""
    single = np.bincount(genres >> CODE_BITS, minlength=size) == 1
    genre = np.full(size, -1)
    genre[genres >> CODE_BITS] = genres & MASK
    styles = styles[single[styles >> CODE_BITS]]
    pairs = np.unique((styles & MASK) << CODE_BITS | genre[styles >> CODE_BITS])
    return {(STYLE_POOL.text(pair >> CODE_BITS), GENRE_POOL.text(pair & MASK)) for pair in pairs.tolist()}

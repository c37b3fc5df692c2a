"""Generator of artist records: values and their frequencies."""

import numpy as np
import pyarrow as pa

from discogs_assets.sample.generated import families, media, names, oddities, relatives, values
from discogs_assets.sample.generated.columns import Text, scattered
from discogs_assets.sample.generated.draws import Flags, Ints, Keys, chance, dealt, deck, renewed, spread
from discogs_assets.sample.generated.elements import Row, number, texts
from discogs_assets.sample.generated.truth import Tally, turned
from discogs_assets.sample.generated.world import World

URLS = deck({0: 95, 1: 2, 2: 1.2, 4: 1.2, 9: 0.6})
URLS_RICH = deck({0: 62, 1: 12, 3: 14, 6: 12})
VARIATIONS = deck({0: 86.5, 1: 6, 2: 3, 4: 2.5, 7: 1, 20: 0.5, 120: 0.03})
VARIATIONS_RICH = deck({0: 40, 2: 20, 5: 20, 12: 20})
PROFILES = deck({0: 93, 3: 4, 8: 2, 30: 1})
PROFILES_RICH = deck({0: 53, 6: 20, 15: 17, 60: 10})
"""Distributions of the number of text pieces."""
REAL, REAL_RICH = 0.1, 0.45
PICTURES = deck({0: 80, 1: 14, 3: 6})

MEMBER_OF, ALIAS_OF = ("MEMBER_OF", "Artist-Artist"), ("ALIAS_OF", "Artist-Artist")


def written(world: World, indexes: Ints) -> tuple[pa.Array, Tally]:
    """Return the records of artists and their tally."""
    census, tally = world.artists, Tally()
    keys = census.keys(indexes)
    cells = families.Cells(census, indexes)
    row = Row("artist", indexes.size, full=world.classic)
    if world.classic:
        pictures = media.images(keys, dealt(keys, "pictures", PICTURES))
        row.rows("images", values.counted(tally, "images", pictures))
    row.element("id", number(census.ids(indexes)))
    row.full = False
    row.element("name", names.artist(world, indexes))
    row.element("realname", _real(world, indexes, keys, cells.rich))
    row.full = world.classic
    row.element("profile", _profile(world, indexes, keys, cells.rich))
    row.element("data_quality", values.quality(keys))
    _lists(world, indexes, keys, cells.rich, row, tally)
    _relatives(relatives.Source(world, census, indexes, keys, names.artist), cells, row, tally)
    return row.written("\n"), tally


def _real(world: World, indexes: Ints, keys: Keys, rich: Flags) -> Text:
    versions = world.artists.versions(indexes, "realname")
    own = renewed(keys, versions)
    said = chance(keys, "real", np.where(rich, REAL_RICH, REAL)) | (versions > 0)
    return world.odd(scattered(names.real(own[said]), said), own, "real", 600, oddities.TEXT_POOL)


def _profile(world: World, indexes: Ints, keys: Keys, rich: Flags) -> Text:
    versions = world.artists.versions(indexes, "profile")
    own = renewed(keys, versions)
    lengths = np.where(rich, dealt(own, "profile", PROFILES_RICH), dealt(own, "profile", PROFILES))
    return values.running(world, own, np.maximum(lengths, np.where(versions > 0, 5, 0)), "profile")


def _lists(world: World, indexes: Ints, keys: Keys, rich: Flags, row: Row, tally: Tally) -> None:
    census = world.artists
    own = renewed(keys, census.versions(indexes, "urls"))
    counts = np.where(rich, dealt(own, "urls", URLS_RICH), dealt(own, "urls", URLS))
    row.rows("urls", values.counted(tally, "urls", values.urls(world, own, counts)))
    own = renewed(keys, census.versions(indexes, "namevariations"))
    counts = np.where(rich, dealt(own, "variations", VARIATIONS_RICH), dealt(own, "variations", VARIATIONS))
    rows = spread(own, counts, "variations")
    found = names.variation(world, np.repeat(indexes, counts), rows)
    listed = texts("name", world.odd(found, rows, "variation", 700, oddities.NAME_POOL), counts)
    row.rows("namevariations", values.counted(tally, "namevariations", listed))


def _relatives(source: relatives.Source, cells: families.Cells, row: Row, tally: Tally) -> None:
    members, groups = families.belonging(cells)
    for name, (counts, targets) in {"aliases": families.aliases(cells), "members": members, "groups": groups}.items():
        refs = source.refer(name, counts, targets)
        preceded = name == "members" and source.world.classic
        row.rows(name, values.counted(tally, name, relatives.listed("name", refs, counts, preceded=preceded)))
        pairs = source.pairs(counts, refs)
        if name == "aliases":
            tally.relate(ALIAS_OF, pairs)
        else:
            tally.state(MEMBER_OF, turned(pairs) if name == "members" else pairs)

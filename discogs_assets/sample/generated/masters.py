"""Generator of master records: values and their frequencies; for values shared with releases see `works`."""

import numpy as np
import pyarrow as pa

from discogs_assets.sample.generated import billing, media, oddities, values, works
from discogs_assets.sample.generated.columns import Text
from discogs_assets.sample.generated.draws import Ints, chance, dealt, deck, renewed, spread
from discogs_assets.sample.generated.elements import Row, number
from discogs_assets.sample.generated.truth import Tally, pairs
from discogs_assets.sample.generated.world import World

NOTES = deck({0: 95, 4: 3, 10: 1.5, 25: 0.5})
VIDEOS = deck({0: 35, 1: 12, 2: 12, 4: 16, 8: 14, 12: 7, 20: 4})
PICTURES = deck({0: 1.5, 1: 50, 2: 30, 4: 18.5})
JOINED = 0.85
"""Share of the last artists that have a join text in the modern layout."""

BY = ("BY", "Master-Artist")


def written(world: World, indexes: Ints) -> tuple[pa.Array, Tally]:
    """Return the records of masters and their tally."""
    census, tally = world.masters, Tally()
    keys = census.keys(indexes)
    row = Row("master", indexes.size)
    row.attribute("id", number(census.ids(indexes)))
    row.element("main_release", _main(world, indexes))
    if world.classic:
        row.rows("images", values.counted(tally, "images", media.images(keys, dealt(keys, "pictures", PICTURES))))
    counts, artists = works.artists(world, keys, census.births(indexes))
    lone = JOINED if world.modern else billing.LONE_JOIN
    main = billing.leading(world, spread(keys, counts, "main"), counts, artists, lone)
    row.rows("artists", values.counted(tally, "artists", billing.written(world, main)))
    tally.relate(BY, pairs(np.repeat(np.arange(indexes.size), counts), main.artists))
    works.sorts(world, renewed(keys, census.versions(indexes, "genre")), "Master", row, tally)
    own = renewed(keys, census.versions(indexes, "notes"))
    row.element("notes", values.running(world, own, dealt(own, "notes", NOTES), "notes"))
    row.element("year", _year(world, indexes))
    row.element("title", works.titles(world, renewed(keys, census.versions(indexes, "title"))))
    row.element("data_quality", values.quality(keys))
    own = renewed(keys, census.versions(indexes, "videos"))
    row.rows("videos", values.counted(tally, "videos", media.videos(world, own, dealt(own, "videos", VIDEOS))))
    return row.written("\n"), tally


def _main(world: World, indexes: Ints) -> Text:
    """Return the ids of the main releases; a few releases do not exist."""
    main = world.releases.resolved(world.editions.main_of(indexes))
    lost = world.rare(world.masters.keys(indexes), "lost main", 300)
    return number(np.where(lost, world.releases.spare(main), world.releases.ids(main)))


def _year(world: World, indexes: Ints) -> Text:
    keys = world.masters.keys(indexes)
    own = renewed(keys, world.masters.versions(indexes, "year"))
    years = np.where(chance(keys, "no year", 0.038), 0, works.years(own))
    return world.odd(number(years), keys, "year", 1000, oddities.YEAR_POOL)

"""Generator of release records: values and their frequencies, and the relationships that their parts share."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from discogs_assets.sample.generated import (
    billing,
    media,
    names,
    oddities,
    pressings,
    tracks,
    values,
    vocabulary,
    works,
)
from discogs_assets.sample.generated.columns import Pool, joined, numbers, plain
from discogs_assets.sample.generated.draws import Flags, Ints, Keys, below, chance, dealt, deck, low, renewed, spread
from discogs_assets.sample.generated.elements import Row, number
from discogs_assets.sample.generated.truth import Tally, pairs
from discogs_assets.sample.generated.world import World

EXTRA = deck({0: 41, 1: 11, 2: 10, 3: 8, 5: 11, 8: 9, 14: 6, 25: 3, 56: 0.6})
NOTES = deck({0: 36, 2: 22, 5: 18, 10: 12, 20: 8, 40: 3, 160: 0.3})
VIDEOS = deck({0: 58, 1: 14, 2: 8, 4: 10, 6: 6, 10: 3, 15: 1})
PICTURES = deck({0: 6, 1: 30, 2: 34, 4: 24, 9: 6})
DATES = deck({0: 57, 1: 24, 2: 6, 3: 2, 4: 11})
"""Forms of dates: a year, a day, a month, a year with zeros for the rest, nothing."""

COUNTRY_POOL = Pool(vocabulary.COUNTRIES)
STATUS = Pool(["Accepted"])

BY, DERIVED_FROM = ("BY", "Release-Artist"), ("DERIVED_FROM", "Release-Master")
APPEARS_ON, CREDITED_ON = ("APPEARS_ON", "Artist-Release"), ("CREDITED_ON", "Artist-Release")


class Batch:
    """Releases under construction: `work` are the keys of the values shared with their master."""

    def __init__(self, world: World, indexes: Ints) -> None:
        self.world, self.indexes, self.census = world, indexes, world.releases
        self.keys = self.census.keys(indexes)
        self.masters = world.editions.master_of(indexes)
        masters = world.masters.keys(np.maximum(self.masters, 0))
        self.work: Keys = np.where(self.masters >= 0, masters, self.keys)
        self.births = self.census.births(indexes)
        self.tally = Tally()
        self.stated = tracks.Stated()

    def edited(self, aspect: str, *, work: bool = False) -> Keys:
        """Return the keys of an aspect's values, replaced where the aspect has been edited."""
        return renewed(self.work if work else self.keys, self.census.versions(self.indexes, aspect))

    def since(self, aspect: str) -> Ints:
        """Return the month of each release's last change to the aspect."""
        return np.maximum(self.births, self.census.versions(self.indexes, aspect))


def written(world: World, indexes: Ints) -> tuple[pa.Array, Tally]:
    """Return the records of releases and their tally."""
    batch = Batch(world, indexes)
    row = Row("release", indexes.size)
    row.attribute("id", number(world.releases.ids(indexes)))
    if not world.modern:
        row.attribute("status", STATUS.take(np.zeros(indexes.size, np.int64)))
    if world.classic:
        pictures = media.images(batch.keys, dealt(batch.keys, "pictures", PICTURES))
        row.rows("images", values.counted(batch.tally, "images", pictures))
    various = _artists(batch, row)
    row.element("title", works.titles(world, batch.edited("title", work=True)))
    _product(batch, row)
    works.sorts(world, batch.edited("genre", work=True), "Release", row, batch.tally)
    _dated(batch, row)
    notes = batch.edited("notes")
    row.element("notes", values.running(world, notes, dealt(notes, "notes", NOTES), "notes"))
    row.element("data_quality", values.quality(batch.keys))
    _master(batch, row)
    found = tracks.tracklist(world, batch.edited("track"), batch.since("track"), various, batch.tally, batch.stated)
    row.rows("tracklist", values.counted(batch.tally, "tracklist", found), empty="<tracklist/>")
    _rest(batch, row)
    batch.tally.relate(APPEARS_ON, np.concatenate(batch.stated.appearing))
    batch.tally.relate(CREDITED_ON, np.concatenate(batch.stated.credited))
    return row.written("\n"), batch.tally


def _artists(batch: Batch, row: Row) -> Flags:
    """Write the main artists; return True for releases by Various."""
    world, tally = batch.world, batch.tally
    counts, artists = works.artists(world, batch.work, batch.births)
    main = billing.leading(world, spread(batch.keys, counts, "main"), counts, artists)
    row.rows("artists", values.counted(tally, "artists", billing.written(world, main)))
    parents = np.repeat(np.arange(counts.size), counts)
    tally.relate(BY, pairs(parents, main.artists))
    various = np.zeros(counts.size, dtype=np.bool_)
    various[parents[artists == names.VARIOUS]] = True
    return various


def _product(batch: Batch, row: Row) -> None:
    """Write labels, series, credits and formats."""
    world, keys, tally = batch.world, batch.keys, batch.tally
    row.rows("labels", values.counted(tally, "labels", pressings.labels(world, keys, batch.births, tally)))
    if not world.classic:
        row.rows("series", values.counted(tally, "series", pressings.series(world, keys, batch.births, tally)))
    own, since = batch.edited("credit"), batch.since("credit")
    counts = dealt(own, "extra", EXTRA)
    rows, parents = spread(own, counts, "extra"), np.repeat(np.arange(counts.size), counts)
    artists = works.anyone(world, rows, since[parents])
    again = world.rare(rows, "again", 300)
    extra = billing.further(world, rows, counts, np.where(again, np.roll(artists, 1), artists), ranged=0.18)
    row.rows("extraartists", values.counted(tally, "extraartists", billing.written(world, extra)))
    batch.stated.credited.append(billing.by_role(extra, parents))
    row.rows("formats", values.counted(tally, "formats", pressings.formats(world, keys, tally)))


def _dated(batch: Batch, row: Row) -> None:
    """Write country and date."""
    world, keys = batch.world, batch.edited("country")
    countries = low(keys, "country", low(keys, "countries", len(COUNTRY_POOL)) + 1)
    row.element("country", COUNTRY_POOL.take(np.where(chance(keys, "somewhere", 0.97), countries, -1)))
    keys = batch.edited("year")
    later = np.where(chance(keys, "later", 0.4), low(keys, "years", 25), 0)
    years = np.minimum(works.years(batch.edited("year", work=True)) + later, 2026)
    form = dealt(keys, "form", DATES)
    month, day = (pa.array([f"-{n:02d}" for n in range(29)]).take(pa.array(drawn)) for drawn in _days(keys, form))
    date = plain(joined(numbers(years), pc.if_else(pa.array(form > 0), joined(month, day), "")))
    date = date.where(form < 4)
    row.element("released", world.odd(date, keys, "released", 250, oddities.RELEASED_POOL))


def _days(keys: Keys, form: Ints) -> tuple[Ints, Ints]:
    """Return months and days of dates, 0 where the form leaves them open."""
    month = np.where(form < 3, 1 + below(keys, "month", 12), 0)
    return month, np.where(form < 2, 1 + below(keys, "day", 28), 0)


def _master(batch: Batch, row: Row) -> None:
    """Write the master's id, 0 for none in the modern layout, and the flag of the main release."""
    world, linked = batch.world, np.flatnonzero(batch.masters >= 0)
    masters = world.masters.resolved(batch.masters[linked])
    lost = world.rare(batch.keys[linked], "lost master", 400)
    known = world.masters.alive(masters) & ~lost
    batch.tally.relate(DERIVED_FROM, linked[known])
    places = np.arange(batch.indexes.size) if world.modern else linked
    ids, main = np.zeros(batch.indexes.size, np.int64), np.zeros(batch.indexes.size, dtype=np.bool_)
    ids[linked] = np.where(lost, world.masters.spare(masters), world.masters.ids(masters))
    main[linked] = world.releases.resolved(world.editions.main_of(masters)) == batch.indexes[linked]
    child = Row("master_id", places.size)
    child.attribute("is_main_release", Pool(["false", "true"]).take(main[places].astype(np.int64)))
    child.content(number(ids[places]))
    row.child(child, places)


def _rest(batch: Batch, row: Row) -> None:
    """Write identifiers, videos and companies."""
    world, keys, tally = batch.world, batch.keys, batch.tally
    row.rows("identifiers", values.counted(tally, "identifiers", pressings.identifiers(world, keys)))
    found = media.videos(world, keys, dealt(keys, "videos", VIDEOS))
    row.rows("videos", values.counted(tally, "videos", found))
    row.rows("companies", values.counted(tally, "companies", pressings.companies(world, keys, batch.births, tally)))

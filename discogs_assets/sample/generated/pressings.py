"""Generator of a release's product data: labels, series, formats, identifiers and companies."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from discogs_assets.sample.generated import names, oddities, values, vocabulary, words, works
from discogs_assets.sample.generated.columns import Pool, Text, joined, numbers, plain
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
from discogs_assets.sample.generated.elements import Listed, Row, linked, texts
from discogs_assets.sample.generated.truth import ID_BITS, Tally, pairs
from discogs_assets.sample.generated.world import Refs, World, references

LABELS = deck({1: 88.5, 2: 8.6, 3: 2, 4: 0.6, 6: 0.3})
SERIES = deck({0: 93.7, 1: 5.6, 2: 0.7})
FORMATS = deck({1: 97.2, 2: 2.2, 3: 0.4, 5: 0.2})
DESCRIBED = deck({0: 8, 1: 20, 2: 35, 3: 25, 4: 8, 6: 4})
IDENTIFIERS = deck({0: 47, 1: 20, 2: 14, 4: 9, 6: 5, 10: 3.5, 20: 1.2, 40: 0.3})
COMPANIES = deck({0: 55, 1: 14, 2: 10, 4: 10, 6: 6, 9: 3, 16: 2})

PREFIXES = tuple(word[:3].upper() for word in words.latin("catno", 600))
SEPARATORS = (" ", "", "-", " 00", "-CD ", ".")
NONE_POOL = Pool(["none"])

FORMAT_POOL = Pool(list(vocabulary.FORMATS), attribute=True)
FORMAT_CARDS = ranks(list(vocabulary.FORMATS.values()))
COLOUR_POOL = Pool(["", *vocabulary.COLOURS], attribute=True)
DESCRIPTION_POOL = Pool(vocabulary.DESCRIPTIONS)
COPIES = deck({1: 86, 2: 10, 3: 2, 4: 1, 6: 0.6, 10: 0.4})

TYPE_POOL = Pool(vocabulary.IDENTIFIERS, attribute=True)
PLACE_POOL = Pool(["", *vocabulary.PLACES], attribute=True)

CODE_POOL = Pool(list(vocabulary.COMPANIES))
DONE = (*vocabulary.COMPANIES.values(), "", "\u00a0", None)
DONE_POOL = Pool(DONE)
DONE_NUMBERS = np.array([list(dict.fromkeys(DONE)).index(name) if name and not name.isspace() else 99 for name in DONE])
"""Number of each company role: equal names have equal numbers, and all blank ones share a number."""
DONE_BITS = 7

ON, IN_SERIES, WORKED_ON = ("ON", "Release-Label"), ("IN_SERIES", "Release-Label"), ("WORKED_ON", "Label-Release")


def _parents(counts: Ints) -> Ints:
    return np.repeat(np.arange(counts.size), counts)


def catnos(world: World, keys: Keys, pool: Pool) -> Text:
    """Return catalogue numbers; odd ones come from the pool."""
    before = pa.array(PREFIXES).take(pa.array(zipf(keys, "prefix", len(PREFIXES), 6)))
    between = pa.array(SEPARATORS).take(pa.array(low(keys, "separator", len(SEPARATORS))))
    found = plain(joined(before, between, numbers(1 + low(keys, "number", 30_000))))
    return world.odd(found, keys, "catno", 300, pool)


def labels(world: World, keys: Keys, since: Ints, tally: Tally) -> Listed:
    """Return the labels of releases. A label may occur with several numbers; a few rows are empty."""
    counts = dealt(keys, "labels", LABELS)
    rows, parents = spread(keys, counts, "labels"), _parents(counts)
    targets = works.any_label(world, rows, since[parents])
    targets = np.where((ordinals(counts) > 0) & chance(rows, "again", 0.45), np.roll(targets, 1), targets)
    refs = references(world, world.labels, targets, rows, names.label_attribute, loose=400)
    said = ~world.rare(rows, "nothing", 3000)
    refs = Refs(np.where(said, refs.ids, 0), refs.names.where(said), refs.known & said)
    catno = catnos(world, rows, oddities.CATNO_POOL)
    unnumbered = chance(rows, "unnumbered", 0.11)
    none = NONE_POOL.take(np.where(unnumbered, 0, -1))
    catno = Text(pc.coalesce(none.values, catno.values), catno.said | unnumbered).where(said)
    tally.relate(ON, pairs(parents, refs))
    return _named("label", world, refs, catno).listed(counts)


def series(world: World, keys: Keys, since: Ints, tally: Tally) -> Listed:
    """Return the series of releases; series are labels, many without a number."""
    counts = dealt(keys, "series", SERIES)
    rows, parents = spread(keys, counts, "series"), _parents(counts)
    refs = references(
        world, world.labels, works.any_label(world, rows, since[parents]), rows, names.label_attribute, loose=200
    )
    catno = catnos(world, rows, oddities.CATNO_POOL).where(chance(rows, "numbered", 0.6))
    tally.relate(IN_SERIES, pairs(parents, refs))
    return _named("series", world, refs, catno).listed(counts)


def _named(tag: str, world: World, refs: Refs, catno: Text) -> Row:
    row = Row(tag, refs.ids.size)
    said = {"name": refs.names, "catno": catno, "id": linked(refs.ids)}
    row.attributes(said, alphabetical=world.classic)
    return row


def formats(world: World, keys: Keys, tally: Tally) -> Listed:
    """Return the formats of releases."""
    counts = dealt(keys, "formats", FORMATS)
    rows = spread(keys, counts, "formats")
    row = Row("format", rows.size)
    copies = plain(numbers(dealt(rows, "copies", COPIES)))
    free = np.where(chance(rows, "free", 0.12), 1 + low(rows, "colour", len(vocabulary.COLOURS)), 0)
    if world.modern:
        free = np.where(chance(rows, "silent", 0.07), -1, free)
    row.attribute("name", FORMAT_POOL.take(dealt(rows, "format", FORMAT_CARDS)))
    row.attribute("qty", world.odd(copies, rows, "copies", 700, oddities.QUANTITY_POOL))
    row.attribute("text", COLOUR_POOL.take(free))
    described = dealt(rows, "described", DESCRIBED)
    inner = spread(rows, described, "descriptions")
    found = DESCRIPTION_POOL.take(zipf(inner, "description", len(DESCRIPTION_POOL), 3))
    found = world.odd(found, inner, "description", 1500, oddities.TEXT_POOL)
    listed = texts("description", found, described)
    row.rows("descriptions", values.counted(tally, "formats.descriptions", listed))
    return row.listed(counts)


def identifiers(world: World, keys: Keys) -> Listed:
    """Return barcodes, matrix numbers etc.; the layout determines how a missing description is written."""
    counts = dealt(keys, "identifiers", IDENTIFIERS)
    rows = spread(keys, counts, "identifiers")
    kinds = zipf(rows, "kind", len(TYPE_POOL), 1)
    places = np.where(chance(rows, "placed", 0.57), 1 + low(rows, "place", len(vocabulary.PLACES)), 0)
    if world.classic:
        places = np.where(places == 0, -1, places)
    elif world.modern:
        places = np.where(chance(rows, "silent", 0.05), -1, places)
    row = Row("identifier", rows.size)
    row.attributes(
        {"type": TYPE_POOL.take(kinds), "description": PLACE_POOL.take(places), "value": _value(world, rows, kinds)},
        alphabetical=world.classic,
    )
    return row.listed(counts)


def _value(world: World, rows: Keys, kinds: Ints) -> Text:
    """Return twelve digits for a barcode, else a matrix number."""
    barcode = numbers(10**11 + (bits(rows, "barcode") % (9 * 10**11)).astype(np.int64))
    matrix = catnos(world, rows, oddities.CATNO_POOL)
    side = pa.array(["-A", "-B", " A1", " B1", "-A 1U 1 1 3", ""]).take(pa.array(below(rows, "side", 6)))
    found = pc.if_else(pa.array(kinds == 1), barcode, joined(matrix.values, side))
    return world.odd(plain(found), rows, "value", 500, oddities.VALUE_POOL)


def companies(world: World, keys: Keys, since: Ints, tally: Tally) -> Listed:
    """Return the companies that made, sold, pressed or recorded the releases; companies are labels."""
    counts = dealt(keys, "companies", COMPANIES)
    rows, parents = spread(keys, counts, "companies"), _parents(counts)
    targets = works.any_label(world, rows, since[parents])
    again = world.rare(rows, "again", 300) & (ordinals(counts) > 0)
    refs = references(world, world.labels, np.where(again, np.roll(targets, 1), targets), rows, names.label, loose=2000)
    codes = zipf(rows, "done", len(CODE_POOL), 2)
    done = np.where(world.rare(rows, "done", 1500), len(CODE_POOL) + below(rows, "blank", 3), codes)
    row = Row("company", rows.size, full=world.classic)
    row.element("id", linked(refs.ids, zero=world.classic))
    row.element("name", refs.names)
    row.element("catno", catnos(world, rows, oddities.CATNO_TEXTS).where(chance(rows, "numbered", 0.15)))
    row.element("entity_type", CODE_POOL.take(codes))
    row.element("entity_type_name", DONE_POOL.take(done))
    if not world.modern:
        address = plain(joined("https://api.discogs.com/labels/", numbers(refs.ids)))
        row.element("resource_url", address.where(refs.ids > 0))
    tally.relate(WORKED_ON, pairs(parents, refs) << DONE_BITS | DONE_NUMBERS[done[refs.known]])
    return row.listed(counts)


assert ID_BITS + DONE_BITS < 63 - 16, "a release's place in its batch takes 16 bits"

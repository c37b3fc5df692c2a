"""Generator of label records: values and their frequencies."""

import numpy as np
import pyarrow as pa

from discogs_assets.sample.generated import families, media, names, relatives, values
from discogs_assets.sample.generated.draws import Flags, Ints, Keys, dealt, deck, renewed
from discogs_assets.sample.generated.elements import Row, number
from discogs_assets.sample.generated.truth import Tally, turned
from discogs_assets.sample.generated.world import World

CONTACTS = deck({0: 92, 3: 5, 6: 2, 12: 1})
CONTACTS_RICH = deck({0: 64, 4: 18, 8: 18})
PROFILES = deck({0: 76, 3: 12, 8: 8, 25: 4})
PROFILES_RICH = deck({0: 33, 5: 40, 15: 20, 40: 7})
URLS = deck({0: 93, 1: 3, 2: 2, 5: 2})
PICTURES = deck({0: 75, 1: 20, 2: 5})

SUBLABEL_OF = ("SUBLABEL_OF", "Label-Label")


def written(world: World, indexes: Ints) -> tuple[pa.Array, Tally]:
    """Return the records of labels and their tally."""
    census, tally = world.labels, Tally()
    keys = census.keys(indexes)
    cells = families.Cells(census, indexes)
    row = Row("label", indexes.size)
    if world.classic:
        pictures = media.images(keys, dealt(keys, "pictures", PICTURES))
        row.rows("images", values.counted(tally, "images", pictures))
    row.element("id", number(census.ids(indexes)))
    row.element("name", names.label(world, indexes))
    _texts(world, indexes, keys, cells.rich, row)
    row.element("data_quality", values.quality(keys))
    source = relatives.Source(world, census, indexes, keys, names.label)
    (counts, owned), (single, parents) = families.sublabels(cells)
    refs = source.refer("parent", single, parents)
    row.child(relatives.row("parentLabel", refs), np.flatnonzero(single))
    tally.state(SUBLABEL_OF, source.pairs(single, refs))
    urls = values.urls(world, keys, np.zeros_like(counts) if world.modern else dealt(keys, "urls", URLS))
    row.rows("urls", values.counted(tally, "urls", urls), empty=None if world.classic else "<urls/>")
    refs = source.refer("sublabels", counts, owned)
    row.rows("sublabels", values.counted(tally, "sublabels", relatives.listed("label", refs, counts)))
    tally.state(SUBLABEL_OF, turned(source.pairs(counts, refs)))
    return row.written("\n"), tally


def _texts(world: World, indexes: Ints, keys: Keys, rich: Flags, row: Row) -> None:
    for aspect, common, wealthy in (("contactinfo", CONTACTS, CONTACTS_RICH), ("profile", PROFILES, PROFILES_RICH)):
        versions = world.labels.versions(indexes, aspect)
        own = renewed(keys, versions)
        lengths = np.where(rich, dealt(own, aspect, wealthy), dealt(own, aspect, common))
        row.element(aspect, values.running(world, own, np.maximum(lengths, np.where(versions > 0, 4, 0)), aspect))

"""Generator of values shared by several kinds of records: data quality, running text, web addresses."""

import numpy as np
import pyarrow as pa

from discogs_assets.sample.generated import oddities, prose, vocabulary, words
from discogs_assets.sample.generated.columns import Pool, Text, joined, plain, scattered
from discogs_assets.sample.generated.draws import Ints, Keys, below, dealt, low, ranks, spread, zipf
from discogs_assets.sample.generated.elements import Listed, texts
from discogs_assets.sample.generated.truth import Tally
from discogs_assets.sample.generated.world import World

QUALITY_POOL = Pool(list(vocabulary.QUALITIES))
QUALITIES = ranks(list(vocabulary.QUALITIES.values()))

SITES = (
    "http://www.{}.example", "https://{}.example.com/", "http://{}.example.org/artists", "https://music.example/{}",
    "https://social.example/{}", "{}.example.net", "www.{}.example", "https://encyclopedia.example/wiki/{}",
)  # fmt: skip


def counted(tally: Tally, name: str, listed: Listed) -> Listed:
    """Count the list as a part of that name and return it."""
    tally.rows[name] += int(listed.kept.sum())
    return listed


def quality(keys: Keys) -> Text:
    """Return the data quality of records."""
    return QUALITY_POOL.take(dealt(keys, "quality", QUALITIES))


def running(world: World, keys: Keys, lengths: Ints, name: str) -> Text:
    """Return running text of `lengths` pieces, absent for none; some texts are odd."""
    said = lengths > 0
    found = scattered(prose.prose(keys[said], lengths[said]), said)
    return world.odd(found, keys, name, 300, oddities.TEXT_POOL)


def urls(world: World, keys: Keys, counts: Ints) -> Listed:
    """Return web addresses of invented words, under domains reserved for examples."""
    rows = spread(keys, counts, "urls")
    sites = low(rows, "site", len(SITES))
    before, after = (pa.array([site.split("{}")[side] for site in SITES]).take(pa.array(sites)) for side in (0, 1))
    found = words.latin("site", 4_000)
    named = pa.array([word.lower() for word in found]).take(pa.array(zipf(rows, "word", len(found), 7)))
    number = pa.array(["", *map(str, range(1, 64))]).take(pa.array(np.maximum(0, below(rows, "number", 90) - 26)))
    text = plain(joined(before, named, number, after))
    return texts("url", world.odd(text, rows, "url", 100, oddities.URL_POOL), counts)

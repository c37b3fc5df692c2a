"""Generator of pictures and videos, for several kinds of records."""

import numpy as np
import pyarrow as pa

from discogs_assets.sample.generated import oddities, prose
from discogs_assets.sample.generated.columns import Pool, Text, fixed, joined, plain, scattered
from discogs_assets.sample.generated.draws import Ints, Keys, below, bits, chance, low, ordinals, spread
from discogs_assets.sample.generated.elements import Listed, Row, number
from discogs_assets.sample.generated.world import World

LETTERS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8)
"""Characters of video ids; an id has eleven."""

KINDS = Pool(["primary", "secondary"])
NOTHING = Pool([""])
EMBED = Pool(["true"])
WATCH = "https://www.youtube.com/watch?v="
DESCRIPTION = 9
"""Maximum number of pieces in a video's description; the dumps cut descriptions at 255 characters."""


def images(keys: Keys, counts: Ints) -> Listed:
    """Return pictures with blank addresses; the attributes are in alphabetical order, as in the classic layout."""
    rows = spread(keys, counts, "images")
    row = Row("image", rows.size)
    row.attribute("height", number(300 + below(rows, "height", 301)))
    row.attribute("type", KINDS.take(np.minimum(ordinals(counts), 1)))
    row.attribute("uri", NOTHING.take(np.zeros(rows.size, np.int64)))
    row.attribute("uri150", NOTHING.take(np.zeros(rows.size, np.int64)))
    row.attribute("width", number(500 + below(rows, "width", 101)))
    return row.listed(counts)


def videos(world: World, keys: Keys, counts: Ints) -> Listed:
    """Return videos; a few lack a title or have an invalid length."""
    rows = spread(keys, counts, "videos")
    row = Row("video", rows.size)
    length = number(60 + below(rows, "minutes", 300) + below(rows, "more", 200))
    row.attributes(
        {
            "src": plain(joined(WATCH, _codes(rows))),
            "duration": world.odd(length, rows, "video duration", 3000, oddities.NUMBER_POOL),
            "embed": EMBED.take(np.zeros(rows.size, np.int64)),
        },
        alphabetical=world.classic,
    )
    titled = ~world.rare(rows, "untitled", 2000)
    named = world.odd(scattered(prose.titles(rows[titled]), titled), rows, "video", 1500, oddities.TEXT_POOL)
    row.element("title", named)
    row.element("description", _described(rows))
    return row.listed(counts)


def _described(rows: Keys) -> Text:
    said = chance(rows, "described", 0.93)
    return scattered(prose.prose(rows[said], 1 + low(rows[said], "length", DESCRIPTION)), said)


def _codes(rows: Keys) -> pa.Array:
    shifts = np.arange(0, 66, 6, dtype=np.uint64)
    return fixed(LETTERS[(bits(rows, "code")[:, None] >> np.minimum(shifts, 58)) & 63])

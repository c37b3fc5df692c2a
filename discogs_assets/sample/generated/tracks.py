"""Generator of tracklists: positions, titles, lengths, artists and credits, and the parts of index tracks."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from discogs_assets.sample.generated import billing, oddities, prose, values, works
from discogs_assets.sample.generated.columns import Pool, Text, joined, scattered
from discogs_assets.sample.generated.draws import Flags, Ints, Keys, below, chance, dealt, deck, low, ordinals, spread
from discogs_assets.sample.generated.elements import Listed, Row
from discogs_assets.sample.generated.truth import Tally, pairs
from discogs_assets.sample.generated.world import World

COUNTS = deck(
    {1: 6, 2: 19, 3: 6, 4: 11, 6: 8, 8: 4, 10: 10, 12: 16, 14: 7, 16: 5, 20: 4, 28: 2.5, 40: 1.5, 80: 0.5, 267: 0.05}
)
"""Tracks of a release: 9.3 on average."""

HUGE, HUGE_EVERY = 1_500, 25_000
"""Tracks of the longest releases, and the number of releases per one as long."""

HEADINGS, SUITES, INDEXES = 0.015, 0.02, 0.35
"""Shares of heading tracks, of releases with index tracks, and of index tracks among their tracks."""

PARTS = deck({2: 40, 3: 30, 4: 20, 6: 10})
"""Parts of an index track."""

OTHERS, OTHERS_SHARE = 0.09, 0.5
"""Shares of releases that list artists per track, and of their tracks with artists; by Various, nearly all tracks."""

DETAILED, DETAILED_SHARE = 0.31, 0.8
"""Shares of releases that credit artists per track, and of their tracks with credits."""

ARTISTS = deck({1: 84, 2: 12, 3: 4})
CREDITS = deck({1: 48, 2: 26, 3: 14, 5: 9, 8: 3})

TIMED = deck({0: 49, 1: 46, 2: 5})
"""Releases without lengths, with all lengths, and with some."""

NUMBERS, SIDES, ON_SIDE, DISCS, ON_DISC = 2_000, 8, 40, 20, 12
LETTERED, DISCED, SIDED = NUMBERS, NUMBERS + 26, NUMBERS + 26 + DISCS * ON_DISC
POSITION_POOL = Pool(
    [
        *(str(number + 1) for number in range(NUMBERS)),
        *(chr(65 + number) for number in range(26)),
        *(f"{disc + 1}-{number + 1:02d}" for disc in range(DISCS) for number in range(ON_DISC)),
        *(f"{chr(65 + side)}{number + 1}" for side in range(SIDES) for number in range(ON_SIDE)),
    ]
)
SUFFIX_POOL = Pool([f"{sign}{part}" for sign in (".", "") for part in "abcdef"])

LONGEST = 7_300
DURATION_POOL = Pool(
    [f"{s // 60}:{s % 60:02d}" if s < 3_600 else f"{s // 3600}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(LONGEST)]
)


@dataclass(slots=True)
class Stated:
    """Relationships stated by tracks, as numbers: artists appearing on a release, and credited artists by role."""

    appearing: list[Ints] = field(default_factory=list)
    credited: list[Ints] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tracks:
    """Tracks under construction: their keys, releases, months of the last change, and shares of credits."""

    keys: Keys
    releases: Ints
    since: Ints
    position: Text
    duration: Text
    own: NDArray[np.float64]
    detailed: NDArray[np.float64]


def tracklist(world: World, keys: Keys, since: Ints, various: Flags, tally: Tally, stated: Stated) -> Listed:
    """Return the tracks of releases."""
    counts = np.where(world.rare(keys, "huge", HUGE_EVERY), HUGE, dealt(keys, "tracks", COUNTS))
    rows, releases = spread(keys, counts, "tracks"), np.repeat(np.arange(keys.size), counts)
    indexed = chance(rows, "index", np.where(chance(keys, "suites", SUITES), INDEXES, 0.0)[releases])
    silent = indexed | chance(rows, "heading", HEADINGS)
    positions = _positions(keys, counts)
    shown = np.where(silent & ~chance(rows, "placed", 0.03) | chance(rows, "nowhere", 0.005), -1, positions)
    timed = dealt(keys, "timed", TIMED)[releases]
    lasting = ~silent & ((timed == 1) | (timed == 2) & chance(rows, "lasting", 0.5))
    own = np.where(various, 0.92, np.where(chance(keys, "others", OTHERS), OTHERS_SHARE, 0.0))
    detailed = np.where(chance(keys, "detailed", DETAILED), DETAILED_SHARE, 0.0)
    tracks = Tracks(
        rows,
        releases,
        since[releases],
        world.odd(POSITION_POOL.take(shown), rows, "position", 400, oddities.POSITION_POOL),
        _durations(world, rows, lasting),
        np.where(silent, 0.0, own[releases]),
        np.where(silent, 0.0, detailed[releases]),
    )
    row = _row(world, tracks, "tracklist", tally, stated)
    parts = np.where(indexed, dealt(rows, "parts", PARTS), 0)
    below_them = _parts(world, tracks, parts, positions, lasting | indexed & (timed == 1))
    listed = _row(world, below_them, "tracklist.sub_tracks", tally, stated).listed(parts)
    row.rows("sub_tracks", values.counted(tally, "tracklist.sub_tracks", listed))
    return row.listed(counts)


def _parts(world: World, tracks: Tracks, counts: Ints, positions: Ints, lasting: Flags) -> Tracks:
    """Return the parts of index tracks; their position is that of the index track with a suffix."""
    rows, parents = spread(tracks.keys, counts, "parts"), np.repeat(np.arange(counts.size), counts)
    suffixes = SUFFIX_POOL.take(6 * below(tracks.keys, "sign", 2)[parents] + ordinals(counts))
    position = POSITION_POOL.take(positions[parents])
    return Tracks(
        rows,
        tracks.releases[parents],
        tracks.since[parents],
        Text(joined(position.values, suffixes.values), position.said),
        _durations(world, rows, lasting[parents]),
        np.full(rows.size, 0.1),
        np.full(rows.size, 0.25),
    )


def _row(world: World, tracks: Tracks, part: str, tally: Tally, stated: Stated) -> Row:
    row = Row("track", tracks.keys.size, full=world.classic)
    titled = ~chance(tracks.keys, "untitled", 0.002)
    title = scattered(prose.titles(tracks.keys[titled]), titled)
    row.element("position", tracks.position)
    row.element("title", world.odd(title, tracks.keys, "title", 800, oddities.TEXT_POOL))
    row.element("duration", tracks.duration)
    counts = np.where(chance(tracks.keys, "own", tracks.own), dealt(tracks.keys, "artists", ARTISTS), 0)
    rows, parents = spread(tracks.keys, counts, "artists"), np.repeat(np.arange(counts.size), counts)
    main = billing.leading(world, rows, counts, works.anyone(world, rows, tracks.since[parents]))
    row.rows("artists", values.counted(tally, f"{part}.artists", billing.written(world, main)))
    stated.appearing.append(pairs(tracks.releases[parents], main.artists))
    counts = np.where(chance(tracks.keys, "credits", tracks.detailed), dealt(tracks.keys, "credit", CREDITS), 0)
    rows, parents = spread(tracks.keys, counts, "credits"), np.repeat(np.arange(counts.size), counts)
    extra = billing.further(world, rows, counts, works.anyone(world, rows, tracks.since[parents]))
    row.rows("extraartists", values.counted(tally, f"{part}.extraartists", billing.written(world, extra)))
    stated.credited.append(billing.by_role(extra, tracks.releases[parents]))
    return row


def _durations(world: World, rows: Keys, lasting: Flags) -> Text:
    seconds = 60 + below(rows, "seconds", 170) + below(rows, "more", 170)
    seconds = np.where(chance(rows, "long", 0.03), low(rows, "length", LONGEST), seconds)
    found = DURATION_POOL.take(np.where(lasting, seconds, -1))
    return world.odd(found, rows, "duration", 600, oddities.DURATION_POOL)


def _positions(keys: Keys, counts: Ints) -> Ints:
    """Return positions as numbers in the pool: plain numbers, numbers on sides, letters, or numbers on discs."""
    number, size = ordinals(counts), np.repeat(counts, counts)
    form = np.repeat(below(keys, "form", 100), counts)
    sides = np.where(size <= 24, 2, np.where(size <= 60, 4, SIDES))
    side = number * sides // size
    on_side = number - -(-side * size // sides)
    sided = SIDED + side * ON_SIDE + on_side
    disced = DISCED + np.minimum(number // ON_DISC, DISCS - 1) * ON_DISC + number % ON_DISC
    return np.select(
        [(form < 50) & (size == 2), (form < 50) & (size <= 200), (form < 60) & (size > 12) & (size <= DISCS * ON_DISC)],
        [LETTERED + number, sided, disced],
        np.minimum(number, NUMBERS - 1),
    )

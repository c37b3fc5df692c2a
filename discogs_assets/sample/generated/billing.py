"""Generator of credit lists: the main and the extra artists of masters, releases and tracks."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from discogs_assets.sample.generated import names, oddities, vocabulary
from discogs_assets.sample.generated.columns import Pool, Text, absent, scattered
from discogs_assets.sample.generated.draws import Flags, Ints, Keys, bits, chance, low, ordinals, zipf
from discogs_assets.sample.generated.elements import Listed, Row, linked
from discogs_assets.sample.generated.truth import ID_BITS
from discogs_assets.sample.generated.world import Refs, World
from discogs_assets.schema.roles import split

JOIN_POOL = Pool([join.replace("_", " ") for join in (*vocabulary.JOINS[0], *vocabulary.JOINS[1])])
ROLE_POOL = Pool([*vocabulary.roles(), *oddities.ROLES])
RANGE_POOL = Pool(vocabulary.RANGES)

ROLE_BITS = 12
"""Bits of a role's number."""

ANV = 0.17
"""Share of credits with a name variation."""

LONE_JOIN = 0.08
"""Share of the last artists in a list that have a join text although no artist follows."""


@dataclass(frozen=True, slots=True)
class Billed:
    """Rows of credited artists: `counts` for each parent; `roles` are numbers in the pool of roles, -1 for none."""

    counts: Ints
    artists: Refs
    anv: Text
    join: Text
    roles: Ints
    role: Text
    tracks: Text


def leading(world: World, keys: Keys, counts: Ints, artists: Ints, lone: float = LONE_JOIN) -> Billed:
    """Return main artists with join texts between them; a share `lone` of the last artists has one, too."""
    last = ordinals(counts) == np.repeat(counts, counts) - 1
    joins = np.where(~last | chance(keys, "lone", lone), low(keys, "join", len(JOIN_POOL)), -1)
    nothing = absent(keys.size)
    return Billed(
        counts,
        names.credited(world, artists, keys),
        _anv(world, keys, artists),
        world.odd(JOIN_POOL.take(joins), keys, "join", 2000, oddities.TEXT_POOL),
        np.full(keys.size, -1),
        nothing,
        nothing,
    )


def further(world: World, keys: Keys, counts: Ints, artists: Ints, ranged: float = 0.0) -> Billed:
    """Return extra artists with their roles; a share `ranged` is credited for certain tracks only."""
    usual = zipf(keys, "role", len(vocabulary.roles()), 3)
    odd = len(vocabulary.roles()) + (bits(keys, "odd role") % len(oddities.ROLES)).astype(np.int64)
    roles = np.where(world.rare(keys, "odd role", 3000), odd, usual)
    roles = np.where(world.rare(keys, "no role", 3000), -1, roles)
    ranges = np.where(chance(keys, "ranged", ranged), low(keys, "range", len(RANGE_POOL)), -1)
    return Billed(
        counts,
        names.credited(world, artists, keys),
        _anv(world, keys, artists),
        absent(keys.size),
        roles,
        ROLE_POOL.take(roles),
        RANGE_POOL.take(ranges),
    )


def _anv(world: World, keys: Keys, artists: Ints) -> Text:
    named: Flags = chance(keys, "anv", ANV) & (artists >= 0)
    found = scattered(names.variation(world, artists[named], keys[named]), named)
    return world.odd(found, keys, "anv", 5000, oddities.TEXT_POOL)


def written(world: World, billed: Billed) -> Listed:
    """Return the rows as elements; the classic layout has all child elements, and id 0 for unlinked artists."""
    row = Row("artist", billed.artists.ids.size, full=world.classic)
    row.element("id", linked(billed.artists.ids, zero=world.classic))
    row.element("name", billed.artists.names)
    for tag, text in (("anv", billed.anv), ("join", billed.join), ("role", billed.role), ("tracks", billed.tracks)):
        row.element(tag, text)
    return row.listed(billed.counts)


@cache
def _parts() -> tuple[Ints, Ints]:
    """Return the number of roles in each text of the pool, and a number for each role, unique to its name."""
    texts = [split(text) for text in (*vocabulary.roles(), *oddities.ROLES)]
    numbers = {role: number for number, role in enumerate(dict.fromkeys(role for text in texts for role in text))}
    return np.array([len(text) for text in texts]), np.array([numbers[role] for text in texts for role in text])


def by_role(billed: Billed, parents: Ints) -> Ints:
    """Return a number for each combination of parent, linkable artist and role; parents count from 0."""
    counts, numbers = _parts()
    rows = np.flatnonzero(billed.artists.known & (billed.roles >= 0))
    roles, several = billed.roles[rows], counts[billed.roles[rows]]
    first = (np.cumsum(counts) - counts)[roles]
    named = numbers[np.repeat(first, several) + ordinals(several)]
    pairs = parents[rows] << ID_BITS | billed.artists.ids[rows]
    return np.repeat(pairs, several) << ROLE_BITS | named

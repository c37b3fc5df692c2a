"""A month of the generated world: the state of its records, and references between them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from discogs_assets.sample.generated.census import Census
from discogs_assets.sample.generated.columns import Pool, Text, replaced
from discogs_assets.sample.generated.draws import Flags, Ints, Keys, bits, chance
from discogs_assets.sample.generated.families import Editions
from discogs_assets.sample.generated.plan import Plan


class World:
    """The records of a month; months count from 0."""

    def __init__(self, plan: Plan, month: int) -> None:
        self.plan, self.month = plan, month
        self.classic, self.modern = plan.layout == "classic", plan.layout == "modern"
        self.artists = Census(plan, "artists", month)
        self.labels = Census(plan, "labels", month)
        self.masters = Census(plan, "masters", month)
        self.releases = Census(plan, "releases", month)
        self.editions = Editions(self.masters, self.releases)

    def census(self, entity: str) -> Census:
        """Return the records of the entity."""
        found: Census = getattr(self, entity)
        return found

    def rare(self, keys: Keys, name: str, every: int) -> Flags:
        """Return True for one key in `every`, if the plan includes oddities."""
        return chance(keys, name, 1 / every if self.plan.oddities else 0.0)

    def odd(self, text: Text, keys: Keys, name: str, every: int, pool: Pool) -> Text:
        """Return the column with odd texts for one key in `every`."""
        rows = np.flatnonzero(self.rare(keys, f"odd {name}", every))
        if not rows.size:
            return text
        return replaced(text, rows, pool, (bits(keys[rows], f"which {name}") % len(pool)).astype(np.int64))


@lru_cache(maxsize=2)
def world(plan: Plan, month: int) -> World:
    """Return the month, created once per process."""
    return World(plan, month)


@dataclass(frozen=True, slots=True)
class Refs:
    """References to records: `ids` is 0 if unlinked, `names` is the record's name in the reference.

    `known` is True if the id belongs to a record of the same month that may be an end of a relationship.
    """

    ids: Ints
    names: Text
    known: Flags


def references(
    world: World, census: Census, indexes: Ints, keys: Keys, named: Callable[[World, Ints], Text], loose: int
) -> Refs:
    """Return references to records by index: a few to nonexistent records, and one in `loose` unlinked."""
    indexes = census.resolved(indexes)
    lost, unlinked = world.rare(keys, "lost", 500), world.rare(keys, "unlinked", loose)
    ids = np.where(unlinked, 0, np.where(lost, census.spare(indexes), census.ids(indexes)))
    return Refs(ids, named(world, indexes), census.alive(indexes) & ~lost & ~unlinked)

"""Related records: aliases, members of groups, sublabels, and the releases of a master.

They are drawn for a whole block of neighbouring records at once, so that both ends of a relation state it.
"""

from collections import defaultdict
from functools import lru_cache
from random import Random

from discogs_assets.sample.generator.population import Population
from discogs_assets.sample.generator.vocabulary import BITS, COUNTS

BLOCK, CELL, EDITIONS = 256, 32, 2_048
"""Records of a block and of a cell of groups and members; releases of a block with their masters."""

LINKED, BELONGING = 0.62, 0.87
"""Shares of releases with a master, and of a cell's groups that each of its members belongs to."""

Relatives = dict[str, dict[int, list[int]]]
"""Indexes of related records by part and index."""


def _block(population: Population, index: int, salt: int) -> tuple[Random, list[int]]:
    """Return the records of the index's block in random order."""
    birth = population.birth(index)
    first, end = population.starts[birth : birth + 2]
    start = index - (index - first) % BLOCK
    return _shuffle(population.key(start) + salt, start, min(start + BLOCK, end))


def _shuffle(key: int, start: int, end: int) -> tuple[Random, list[int]]:
    random = Random(key)
    return random, sorted(range(start, end), key=lambda _: random.random())


def _start(population: Population, index: int) -> int:
    return index - (index - population.starts[population.birth(index)]) % BLOCK


def relatives(population: Population, index: int, entity: str) -> Relatives:
    """Return the relatives of the records in the index's block."""
    return (_artists if entity == "artists" else _labels)(population, _start(population, index))


@lru_cache(maxsize=4)
def _artists(population: Population, start: int) -> Relatives:
    """Return aliases, members and groups."""
    random, order = _block(population, start, 101)
    found: Relatives = {"aliases": {}, "members": defaultdict(list), "groups": defaultdict(list)}
    place = 0
    while place < len(order):
        family = order[place : place + COUNTS["aliases"][random.getrandbits(BITS)]]
        found["aliases"] |= {own: [other for other in family if other != own] for own in family}
        place += len(family)
    for place in range(0, len(order), CELL):
        groups = COUNTS["groups"][random.getrandbits(BITS)]
        people = groups + COUNTS["members"][random.getrandbits(BITS)]
        cell = order[place : place + CELL]
        for group in cell[:groups]:
            for person in cell[groups:people]:
                if random.random() < BELONGING:
                    found["members"][group].append(person)
                    found["groups"][person].append(group)
    return found


@lru_cache(maxsize=4)
def _labels(population: Population, start: int) -> Relatives:
    """Return parent labels and sublabels."""
    random, order = _block(population, start, 102)
    found: Relatives = {"parentLabel": {}, "sublabels": {}}
    while order:
        parent = order.pop()
        owned = [order.pop() for _ in range(min(len(order), COUNTS["sublabels"][random.getrandbits(BITS)]))]
        found["sublabels"][parent] = owned
        found["parentLabel"] |= {index: [parent] for index in owned}
    return found


class Editions:
    """Masters of releases, and main releases of masters.

    Releases and masters that a month adds are cut into the same number of blocks; a block's releases share its masters.
    """

    def __init__(self, masters: Population, releases: Population) -> None:
        self.masters, self.releases = masters, releases
        self._drawn = lru_cache(maxsize=4)(self._draw)

    def master(self, release: int) -> int | None:
        """Return the master of a release, None for none."""
        return self._drawn(*self._place(self.releases, release))[0].get(release)

    def main(self, master: int) -> int:
        """Return the main release of a master."""
        return self._drawn(*self._place(self.masters, master))[1][master]

    def _blocks(self, birth: int) -> int:
        start, end = self.releases.starts[birth : birth + 2]
        return max(1, (end - start) // EDITIONS)

    def _place(self, population: Population, index: int) -> tuple[int, int]:
        """Return the month of birth and the number of the block."""
        birth = population.birth(index)
        start, end = population.starts[birth : birth + 2]
        return birth, ((index - start + 1) * self._blocks(birth) - 1) // (end - start)

    def _range(self, population: Population, birth: int, block: int) -> range:
        start, end = population.starts[birth : birth + 2]
        first, last = ((end - start) * number // self._blocks(birth) for number in (block, block + 1))
        return range(start + first, start + last)

    def _draw(self, birth: int, block: int) -> tuple[dict[int, int], dict[int, int]]:
        """Return the masters by release and the main releases by master."""
        masters, releases = self._range(self.masters, birth, block), self._range(self.releases, birth, block)
        random, order = _shuffle(self.releases.key(releases.start) + 103, releases.start, releases.stop)
        main = {master: order[place % len(order)] for place, master in enumerate(masters)}
        owned = {release: masters[int(random.random() ** 2 * len(masters))] for release in order[len(main) :]}
        linked = dict(list(owned.items())[: max(0, int(LINKED * len(order)) - len(main))])
        return linked | {release: master for master, release in main.items()}, main

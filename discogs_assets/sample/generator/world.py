"""A month of the generated world: its records, their names, and references to them."""

from collections.abc import Callable
from functools import lru_cache
from random import Random

from discogs_assets.sample.generator import vocabulary
from discogs_assets.sample.generator.families import Editions
from discogs_assets.sample.generator.plan import ENTITIES, Plan
from discogs_assets.sample.generator.population import Population, mix
from discogs_assets.sample.generator.vocabulary import BITS, COUNTS, ODD, escape
from discogs_assets.schema.discogs import PLACEHOLDERS

Ref = tuple[int, str, bool]
"""Id of a record, its escaped name, and True if the record is in the month and may be an end of a relationship."""

NOBODY: list[Ref] = [(number, name, False) for number, name in PLACEHOLDERS.items()]
"""Placeholders that are credited in place of artists."""

RENAMED = 50
"""One edited artist or label in this many gets another name. All referring records change with it, so it is rare."""

HEAD = 512
"""Number of the most popular records, which are about equally popular; beyond, popularity follows Zipf's law."""

LATER = 0.3
"""Share of the references of a later month's records that may lead to a later month's records."""


class World:
    """The records of a month, counted from 0."""

    def __init__(self, plan: Plan, month: int) -> None:
        self.plan, self.month = plan, month
        self.classic, self.modern = plan.layout == "classic", plan.layout == "modern"
        self.odd = 1.0 if plan.oddities else 0.0
        self.populations = {entity: Population(plan, entity, month) for entity in ENTITIES}
        self.editions = Editions(self.populations["masters"], self.populations["releases"])
        self.artist: Callable[[int], Ref] = lru_cache(1 << 17)(lambda index: self._refer("artists", index))
        self.label: Callable[[int], Ref] = lru_cache(1 << 16)(lambda index: self._refer("labels", index))

    def _refer(self, entity: str, index: int) -> Ref:
        population = self.populations[entity]
        index = population.resolve(index)
        return population.identify(index), escape(self.name(entity, index)), population.alive(index)

    def name(self, entity: str, index: int) -> str:
        """Return the name of an artist or a label."""
        population = self.populations[entity]
        version = 0 if index % RENAMED else population.version(index)
        number = mix(population.key(index, version))
        if self.odd and number >> 8 & 255 == 0:
            return str(vocabulary.WORDS["odd_names"][number % len(ODD["names"])] or "")
        return invent_name(vocabulary.ARTIST_NAMES if entity == "artists" else vocabulary.LABEL_NAMES, number)

    def draw_popular(self, entity: str, random: Random, birth: int) -> int:
        """Return the index of a record for a reference by a record that a month added: the lower, the more popular."""
        starts = self.populations[entity].starts
        drawn = random.random()
        if birth and random.random() < LATER:
            return starts[1] + int(drawn * (starts[birth + 1] - starts[1]))
        return min(starts[1] - 1, int(HEAD * (starts[1] / HEAD + 1) ** drawn) - HEAD)


@lru_cache(maxsize=2)
def world(plan: Plan, month: int) -> World:
    """Return the month, created once per process."""
    return World(plan, month)


def invent_name(forms: list[str], number: int) -> str:
    """Return the name that 64 random bits stand for; one in six has a number, because others have the same name."""
    script = vocabulary.SCRIPTS[(number >> 50 & 1023) % len(vocabulary.SCRIPTS)]
    found = forms[number & 4095].format(
        given=vocabulary.GIVEN[number >> 12 & 4095],
        family=vocabulary.FAMILY[number >> 24 & 16383],
        noun=vocabulary.NOUNS[number >> 38 & 4095],
        script=script[number >> 12 & 255],
        other=script[number >> 20 & 255],
    )
    tail = number >> 50
    return f"{found} ({2 + tail % 40})" if tail < 2_400 else found


def vary(name: str, way: int) -> str:
    """Return a variation of an artist's name: capitals, an initial, one word, another spelling."""
    name = name.partition(" (")[0]
    first, _, rest = name.partition(" ")
    return (name.upper(), f"{first[:1]}. {rest}", first, rest or first, f"{rest}, {first}", f"{name}s", name.lower())[
        way
    ]


def draw_title(random: Random) -> str:
    """Return an escaped title of some words, one in 25 in another script."""
    bits = random.getrandbits
    words, drawn = vocabulary.TITLE_WORDS, bits(10)
    if drawn < 40:
        words = vocabulary.SCRIPTS[drawn % len(vocabulary.SCRIPTS)] * 32
    title = " ".join([words[bits(13)] for _ in range(COUNTS["title_words"][bits(BITS)])])
    return f"{title} {vocabulary.ADDITIONS[bits(BITS)]}" if drawn > 860 else title


def draw_text(random: Random, pieces: int) -> str:
    """Return escaped running text of some pieces."""
    bits = random.getrandbits
    return "".join([vocabulary.PHRASES[bits(BITS)] for _ in range(pieces)]).rstrip(" ")


def draw_url(random: Random) -> str:
    """Return an escaped web address under a domain reserved for examples."""
    bits = random.getrandbits
    number = bits(7)
    word = f"{vocabulary.SITE_WORDS[bits(BITS)]}{number if number < 80 else ''}"
    return escape(vocabulary.SITES[bits(3)].format(word))

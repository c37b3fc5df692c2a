"""Vocabularies of `vocabulary.yaml`, escaped for XML, as decks: lists from which a random index draws a value."""

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from itertools import chain, permutations
from random import Random
from typing import Any, TypeVar

import yaml

from discogs_assets.schema import roles

Item = TypeVar("Item")

WORDS: dict[str, Any] = yaml.load((files(__package__) / "vocabulary.yaml").read_bytes(), yaml.CSafeLoader)

BITS = 12
"""Bits of a random index into a deck."""


def escape(text: str) -> str:
    """Return the text escaped for elements and attributes, CR as a character reference as in the dumps."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("\r", "&#13;")


def deck(shares: Mapping[Item, float], bits: int = BITS) -> list[Item]:
    """Return a deck of 2**bits items, each as often as its share demands."""
    found: list[Item] = []
    passed, whole = 0.0, sum(shares.values())
    for item, share in shares.items():
        passed += share
        found += [item] * (round(passed / whole * (1 << bits)) - len(found))
    return found


def rank_items(items: Iterable[Item], head: int = 4, bits: int = BITS) -> list[Item]:
    """Return a deck by Zipf's law, the frequent items first; the first `head` are about equally frequent."""
    return deck({item: 1 / (rank + head) for rank, item in enumerate(items)}, bits)


def _rank_words(name: str, head: int = 4) -> list[str]:
    return rank_items(map(escape, WORDS[name]), head)


def _words(random: Random, count: int, *syllables: list[str], longest: int = 3) -> list[str]:
    """Return invented, capitalised words of up to `longest` syllables, each of one item of every list."""
    return [
        "".join(
            each[random.getrandbits(16) % len(each)] for _ in range(2 + number % (longest - 1)) for each in syllables
        ).capitalize()
        for number in range(count)
    ]


def _role_texts() -> Iterator[str]:
    """Yield about 1,000 role texts, the frequent ones first: single roles, roles with details, and lists of them."""
    names, details = WORDS["roles"], WORDS["details"]
    bracketed = [f"{role} [{detail}]" for detail in details for role in names[:25]]
    pairs = [", ".join(pair) for pair in permutations(names[:22], 2)]
    yield from names
    yield "Artwork By [Package Design, Graphics] [Uncredited]"
    yield from chain.from_iterable(zip(bracketed, pairs, strict=False))
    yield ", ".join(bracketed[:11])


ROLE_TEXTS = tuple(_role_texts())
ROLES = rank_items(((escape(text), tuple(roles.split(text))) for text in ROLE_TEXTS), 8, 13)
"""Role texts with their roles."""
ODD_ROLES = [(escape(text), tuple(roles.split(text))) for text in WORDS["odd_roles"]]

ODD: dict[str, list[str]] = {
    name.removeprefix("odd_"): [escape(text or "") for text in texts]
    for name, texts in WORDS.items()
    if name.startswith("odd_")
}
ODD["texts"] = [*ODD["names"], *ODD["texts"]]
ODD["values"] = [*ODD["names"], "9" * 1_351]
"""Odd values by kind; an absent one is empty."""

BLANK = {
    escape(text or "") for name in WORDS if name.startswith("odd_") for text in WORDS[name] if not (text or "").strip()
}
"""Escaped texts that are no values."""

COUNTS = {name: deck(shares) for name, shares in WORDS["counts"].items()}
"""Decks of the lengths of lists and texts."""

GENRES = deck({(rank, escape(genre)): share for rank, (genre, share) in enumerate(WORDS["genres"].items())})
_STYLES = [f"{mood} {kind}" for kind in WORDS["style_kinds"] for mood in WORDS["style_moods"]]
STYLES = [rank_items([*_STYLES[50 * rank : 50 * rank + 50], *_STYLES]) for rank in range(len(WORDS["genres"]))]
"""A deck of styles for each genre, mostly its own fifty."""
QUALITIES, FORMATS, COUNTRIES = deck(WORDS["qualities"]), deck(WORDS["formats"]), _rank_words("countries", 2)
DESCRIPTIONS, COLOURS, PLACES = _rank_words("descriptions", 8), _rank_words("colours"), _rank_words("places")
IDENTIFIERS, JOINS, RANGES = _rank_words("identifiers", 2), _rank_words("joins", 2), _rank_words("ranges")
COMPANIES = rank_items([(code, escape(role)) for code, role in WORDS["companies"].items()])
SITES, ADDITIONS = WORDS["sites"], _rank_words("additions", 40)
ARTIST_NAMES, LABEL_NAMES = deck(WORDS["artist_names"]), deck(WORDS["label_names"])

_RANDOM = Random(1)
GIVEN, FAMILY, NOUNS, INVENTED = (
    _words(_RANDOM, count, WORDS["onsets"], WORDS["middles"], WORDS["codas"]) for count in (1_600, 9_000, 3_000, 6_000)
)
SCRIPTS = [_words(_RANDOM, 256, script.split()) for script in WORDS["scripts"]]
"""Words of other scripts, a list for each script."""
PREFIXES = rank_items([word[:3].upper() for word in INVENTED[:600]], 64)
SITE_WORDS = [word.lower() for word in INVENTED[:4_096]]
GIVEN, FAMILY, NOUNS = rank_items(GIVEN, 16), rank_items(FAMILY, 128, 14), rank_items(NOUNS, 64)

_PLAIN = [word.capitalize() for word in WORDS["plain"]]
TITLE_WORDS = [*rank_items(_PLAIN, 16, 12)[::2], *rank_items(_PLAIN, 16, 11), *rank_items(INVENTED, 128, 12)]
"""Words of titles, half of them plain ones."""


def _phrases() -> Iterator[str]:
    """Yield pieces of running text: phrases with space or punctuation, and one in four markup of members."""
    bits, prose = _RANDOM.getrandbits, rank_items(WORDS["prose"], 16)
    for number in range(1 << BITS):
        if number % 4:
            words = " ".join(prose[bits(BITS)] for _ in range(2 + bits(2)))
            stop = WORDS["stops"][bits(8) % len(WORDS["stops"])]
            yield f"{words[0].upper()}{words[1:]}{stop}" if number % 5 < 2 else f"{words} "
        else:
            form = WORDS["markup"][number // 4 % len(WORDS["markup"])]
            noun, family = NOUNS[bits(BITS)], FAMILY[bits(14)]
            yield form.format(noun, family, family.lower(), n=bits(20), y=1950 + bits(6)) + " "


PHRASES = [escape(each) for each in _phrases()]
"""Pieces of notes and profiles."""

"""Parts that several kinds of records have: credits, genres and styles, videos, images, texts and references."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from random import Random
from typing import NamedTuple

from discogs_assets.sample.generator import vocabulary
from discogs_assets.sample.generator.truth import Kind, Sorts, Tally
from discogs_assets.sample.generator.vocabulary import BITS, BLANK, COUNTS, ODD, escape
from discogs_assets.sample.generator.world import NOBODY, Ref, World, draw_text, draw_title, draw_url, vary

ANV = 0.17
"""Share of credits with a name variation."""

LONE_JOIN = 0.08
"""Share of the last main artists that have a join text although no artist follows."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
PAIRS = [first + second for first in LETTERS for second in LETTERS]
"""Pairs of the characters of video ids; an id has eleven characters."""


POOL = 512
"""Fragments in a pool."""


class Fragment(NamedTuple):
    """A part drawn once for several records: its XML, its rows by part, and the ends of its relationships by type."""

    xml: str
    rows: tuple[tuple[str, int], ...]
    ends: tuple[tuple[Kind, set[Hashable]], ...]


class Writer:
    """Drawing and counting of the parts of a batch's records.

    `random` is seeded for each record. Texts are escaped; a list's rows count unless all their values are blank.
    """

    def __init__(self, world: World, seed: int, birth: int = 0) -> None:
        self.world, self.seed, self.birth = world, seed, birth
        self.random, self.tally = Random(), Tally()
        self.full = world.classic
        """True if credits and tracks have all child elements, also empty ones."""
        self.ends: defaultdict[Kind, set[Hashable]] = defaultdict(set)
        """Other ends of the record's relationships by type."""
        self.pools: defaultdict[str, list[Fragment | None]] = defaultdict(lambda: [None] * POOL)
        """Fragments by name and number, drawn on first use."""
        self.draws: dict[str, Callable[[], str]] = {}
        """Functions that draw the fragments of a pool."""

    def close_record(self) -> None:
        """Count the relationships of a record."""
        for kind, found in self.ends.items():
            self.tally.edges[kind] += len(found)
        self.ends.clear()

    def pick(self, name: str, drawn: int) -> str:
        """Return the XML of the fragment of a pool that random bits stand for, and count it."""
        number = drawn & POOL - 1
        xml, rows, ends = self.pools[name][number] or self._draw_fragment(name, number)
        for part, count in rows:
            self.tally.rows[part] += count
        for kind, found in ends:
            self.ends[kind] |= found
        return xml

    def _draw_fragment(self, name: str, number: int) -> Fragment:
        """Draw a fragment for the records of the batch to share, since drawing each afresh takes longer."""
        before = self.random, self.tally, self.ends
        self.random, self.tally, self.ends = Random(f"{self.seed} {name} {number}"), Tally(), defaultdict(set)
        xml = self.draws[name]()
        fragment = Fragment(xml, tuple(self.tally.rows.items()), tuple(self.ends.items()))
        self.random, self.tally, self.ends = before
        self.pools[name][number] = fragment
        return fragment

    def list_items(self, name: str, draw: Callable[[], str], count: str = "") -> str:
        """Return a list of random length, empty for none."""
        items = [draw() for _ in range(self.count(count or name))]
        return f"<{name}>{''.join(items)}</{name}>" if items else ""

    def count(self, name: str) -> int:
        """Return a random count, by its name in the vocabulary."""
        found: int = COUNTS[name][self.random.getrandbits(BITS)]
        return found

    def rare(self, every: int) -> bool:
        """Return True once in `every` times, if the plan includes oddities."""
        return self.random.random() * every < self.world.odd

    def make_odd(self, text: str, kind: str, every: int) -> str:
        """Return the text, or once in `every` times an odd one."""
        if self.random.random() * every < self.world.odd:
            return ODD[kind][self.random.getrandbits(16) % len(ODD[kind])]
        return text

    def text(self, tag: str, pieces: int, *, full: bool = False) -> str:
        """Return an element of running text, empty for no pieces."""
        if not pieces:
            return f"<{tag}></{tag}>" if full else ""
        return f"<{tag}>{self.make_odd(draw_text(self.random, pieces), 'texts', 300)}</{tag}>"

    def texts(self, name: str, tag: str, texts: Sequence[str]) -> str:
        """Return a list of elements with text only, empty for none."""
        if not texts:
            return ""
        self.tally.rows[name] += sum(text not in BLANK for text in texts)
        return _list_texts(name.rpartition(".")[2], tag, texts)

    def url(self) -> str:
        """Return a web address."""
        return self.make_odd(draw_url(self.random), "urls", 100)

    def images(self, drawn: int, name: str) -> str:
        """Return pictures with blank addresses, which only the classic layout has."""
        count = COUNTS[name][drawn & (1 << BITS) - 1]
        if not self.full or not count:
            return ""
        self.tally.rows["images"] += count
        size = f'uri="" uri150="" width="{500 + drawn % 100}"'
        kinds = ["primary", *["secondary"] * (count - 1)]
        items = [f'<image height="{300 + drawn % 301}" type="{kind}" {size}/>' for kind in kinds]
        return f"<images>{''.join(items)}</images>"

    def video(self) -> str:
        """Return a video; a few lack a title or have an invalid length."""
        random, bits = self.random, self.random.getrandbits
        self.tally.rows["videos"] += 1
        code = "".join([PAIRS[bits(BITS)] for _ in range(5)]) + LETTERS[bits(6)]
        length, title = str(60 + bits(8) + bits(7)), f"<title>{draw_title(random)}</title>"
        if self.rare(500):
            length = self.make_odd(length, "numbers", 2)
            title = random.choice(["", f"<title>{self.make_odd('', 'texts', 1)}</title>"])
        text = f"<description>{draw_text(random, 1 + bits(3))}</description>" if random.random() < 0.93 else ""
        address = f"https://www.youtube.com/watch?v={code}"
        return f'<video src="{address}" duration="{length}" embed="true">{title}{text}</video>'

    def reference(self, entity: str, index: int, unlinked: int) -> Ref:
        """Return a reference to an artist or a label; negative indexes are placeholders.

        Once in `unlinked` times the id is 0, and once in 500 the record does not exist.
        """
        if index < 0:
            return NOBODY[index]
        found = self.world.artist(index) if entity == "artists" else self.world.label(index)
        drawn = self.random.random()
        if drawn < 0.05 and self.world.odd:
            if drawn * unlinked < 1:
                return 0, found[1], False
            if drawn > 0.048:
                return self.world.populations[entity].spare(index), found[1], False
        return found

    def credit(self, part: str, index: int, join: str = "", role: str = "", tracks: str = "") -> tuple[str, int]:
        """Return a credited artist, and the id if the artist is linkable, else 0."""
        number, name, known = self.reference("artists", index, 60)
        full, anv, drawn = self.full, "", self.random.random()
        if drawn < ANV and index >= 0:
            anv = escape(vary(self.world.name("artists", index), int(drawn * 7 / ANV)))
        if number or name not in BLANK or not {anv.strip(), join, role, tracks} <= BLANK:
            self.tally.rows[part] += 1
        text = f"<artist><id>{number}</id><name>{name}</name>" if number or full else f"<artist><name>{name}</name>"
        if anv or full:
            text += f"<anv>{anv}</anv>"
        if join or full:
            text += f"<join>{join}</join>"
        if role or full:
            text += f"<role>{role}</role>"
        if tracks or full:
            text += f"<tracks>{tracks}</tracks>"
        return text + "</artist>", number if known else 0

    def main_artists(self, part: str, indexes: list[int], kind: Kind, lone: float = LONE_JOIN) -> str:
        """Return main artists with join texts between them; a share `lone` of the last ones has one, too."""
        random, items, last = self.random, [], len(indexes) - 1
        for place, index in enumerate(indexes):
            join = ""
            if place < last or random.random() < lone:
                join = self.make_odd(vocabulary.JOINS[random.getrandbits(BITS)], "texts", 2_000)
            item, number = self.credit(part, index, join)
            items.append(item)
            if number:
                self.ends[kind].add(number)
        return f"<artists>{''.join(items)}</artists>"

    def extra_artist(self, part: str, ranged: float = 0.0) -> str:
        """Return an extra artist with roles; a share `ranged` is credited for certain tracks only."""
        random = self.random
        text, roles = vocabulary.ROLES[random.getrandbits(13)]
        if self.rare(500):
            text, roles = random.choice(vocabulary.ODD_ROLES)
        tracks = vocabulary.RANGES[random.getrandbits(BITS)] if random.random() < ranged else ""
        item, number = self.credit(part, self.draw_artist(), role=text, tracks=tracks)
        if number:
            self.ends["CREDITED_ON", "Artist-Release"].update([(number, role) for role in roles])
        return item

    def draw_artist(self) -> int:
        """Return the index of an artist to credit."""
        return self.world.draw_popular("artists", self.random, self.birth)

    def draw_artists(self) -> list[int]:
        """Return the indexes of a work's main artists, negative ones for placeholders."""
        drawn = self.random.random()
        if drawn < 0.066:
            return [-3 if drawn < 0.06 else -2 if drawn < 0.065 else -1]
        return [self.draw_artist() for _ in range(self.count("artists"))]

    def count_sorts(self, node: str, rows: tuple[int, int], names: Sorts) -> None:
        """Count the genres and styles of a record."""
        self.tally.sorts.add((node, names))
        for place, label in enumerate(("Genre", "Style")):
            self.tally.rows[f"{label.lower()}s"] += rows[place]
            self.tally.edges["IS", f"{node}-{label}"] += len(names[place])


def _list_texts(name: str, tag: str, texts: Sequence[str]) -> str:
    items = "".join([f"<{tag}>{text}</{tag}>" for text in texts])
    return f"<{name}>{items}</{name}>"


@cache
def draw_sorts(*, odd: bool) -> list[tuple[str, tuple[int, int], Sorts]]:
    """Return combinations of genres and styles: XML, rows, and distinct names; odd ones are repeated or blank."""
    random, found = Random(2), []
    bits = random.getrandbits
    for _ in range(1 << BITS):
        first = vocabulary.GENRES[bits(BITS)]
        genres = [first[1], *(vocabulary.GENRES[bits(BITS)][1] for _ in range(COUNTS["genres"][bits(BITS)] - 1))]
        genres = list(dict.fromkeys(genres))
        styles = [vocabulary.STYLES[first[0]][bits(BITS)] for _ in range(COUNTS["styles"][bits(BITS)])]
        if odd:
            genres[-1] = random.choice([genres[0], *ODD["genres"]])
            styles += [random.choice(["", " ", "Style, With Comma", *styles])]
        names = (
            tuple(dict.fromkeys(text for text in genres if text not in BLANK)),
            tuple(dict.fromkeys(text for text in styles if text not in BLANK)),
        )
        rows = sum(text not in BLANK for text in genres), sum(text not in BLANK for text in styles)
        xml = _list_texts("genres", "genre", genres) + (_list_texts("styles", "style", styles) if styles else "")
        found.append((xml, rows, names))
    return found

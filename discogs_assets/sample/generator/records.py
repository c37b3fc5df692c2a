"""Records of artists, labels and masters."""

from collections import defaultdict
from functools import partial
from typing import NamedTuple

from discogs_assets.sample.generator import families
from discogs_assets.sample.generator.parts import LONE_JOIN, Writer, draw_sorts
from discogs_assets.sample.generator.population import mix
from discogs_assets.sample.generator.truth import Kind, Sorts
from discogs_assets.sample.generator.vocabulary import ARTIST_NAMES, BITS, BLANK, QUALITIES, escape
from discogs_assets.sample.generator.world import World, draw_title, invent_name

REAL = 0.1
"""Share of artists with a real name."""

MASTER_JOIN = 0.85
"""Share of a master's last artists that have a join text in the modern layout."""

FULL = ("artist profile", "edited profile")
"""Texts that the classic layout writes even if they are empty."""

RELATIVES: dict[str, tuple[str, str, Kind, bool]] = {
    "aliases": ("name", "artists", ("ALIAS_OF", "Artist-Artist"), False),
    "members": ("name", "artists", ("MEMBER_OF", "Artist-Artist"), False),
    "groups": ("name", "artists", ("MEMBER_OF", "Artist-Artist"), True),
    "parentLabel": ("parentLabel", "labels", ("SUBLABEL_OF", "Label-Label"), True),
    "sublabels": ("label", "labels", ("SUBLABEL_OF", "Label-Label"), False),
}
"""Tag, entity, relationship and direction of the lists of related records; True if the record itself is the start."""


class Work(NamedTuple):
    """Values that a master shares with its releases: main artists, title, genres and styles, year."""

    artists: list[int]
    title: str
    sorts: tuple[str, tuple[int, int], Sorts]
    year: int


class RecordWriter(Writer):
    """Writer of the artists, labels or masters of a batch."""

    def __init__(self, world: World, seed: int, birth: int = 0) -> None:
        super().__init__(world, seed, birth)
        self.pairs: defaultdict[Kind, set[tuple[int, int]]] = defaultdict(set)
        """Relationships that both ends may state. Both are in this batch, unless one was merged into another."""
        self.draws |= {
            "urls": lambda: self.texts("urls", "url", [self.url() for _ in range(self.count("urls"))]),
            "realname": self._real_name,
            "namevariations": self._variations,
            "videos": lambda: self.list_items("videos", self.video),
            **{
                name: partial(self._describe, name)
                for name in ("artist profile", "label profile", "edited profile", "label contactinfo")
            },
        }

    def artist(self, index: int) -> str:
        """Return an artist."""
        population = self.world.populations["artists"]
        version, number, drawn = population.version(index), population.identify(index), mix(population.key(index))
        text, bits = self._start("artist", index, number, drawn), mix(population.key(index, version))
        real, profile = self.pick("realname", drawn >> 9), "edited profile" if version else "artist profile"
        text += f"{real}{self.pick(profile, bits)}{self._quality(drawn)}{self.pick('urls', bits >> 9)}"
        related = self._write_related(index, number, ("aliases", "members", "groups"))
        return f"{text}{self.pick('namevariations', drawn >> 18)}{related}</artist>\n"

    def _describe(self, name: str) -> str:
        """Return a profile or contact details by the name of their counts."""
        return self.text(name.split()[1], self.count(name), full=name in FULL and self.full)

    def _real_name(self) -> str:
        random = self.random
        real = escape(invent_name(ARTIST_NAMES, random.getrandbits(64))) if random.random() < REAL else ""
        real = self.make_odd(real, "texts", 300)
        return f"<realname>{real}</realname>" if real or self.full else ""

    def _variations(self) -> str:
        forms = [
            escape(invent_name(ARTIST_NAMES, self.random.getrandbits(64))) for _ in range(self.count("variations"))
        ]
        return self.texts("namevariations", "name", [self.make_odd(form, "names", 300) for form in forms])

    def _start(self, tag: str, index: int, number: int, drawn: int) -> str:
        """Return the start of a record: images, id and name; an odd name may be missing."""
        name = escape(self.world.name(f"{tag}s", index))
        images = self.images(drawn >> 20, f"{tag}_images")
        return f"<{tag}>{images}<id>{number}</id>" + (f"<name>{name}</name>" if name else "")

    def _quality(self, drawn: int) -> str:
        return f"<data_quality>{QUALITIES[drawn >> 52]}</data_quality>"

    def label(self, index: int) -> str:
        """Return a label."""
        population = self.world.populations["labels"]
        version, number, drawn = population.version(index), population.identify(index), mix(population.key(index))
        text, bits = self._start("label", index, number, drawn), mix(population.key(index, version))
        profile = self.pick("edited profile" if version else "label profile", bits)
        text += f"{self.pick('label contactinfo', drawn)}{profile}{self._quality(drawn)}"
        parent, owned = (self._write_related(index, number, (part,)) for part in ("parentLabel", "sublabels"))
        urls = self.pick("urls", drawn >> 9) if not self.world.modern else ""
        return f"{text}{parent}{urls or ('' if self.full else '<urls/>')}{owned}</label>\n"

    def _write_related(self, index: int, own: int, parts: tuple[str, ...]) -> str:
        """Return references to related records; a few lead to the record itself, a few repeat the one before."""
        entity = "artists" if "aliases" in parts else "labels"
        relatives, found = families.relatives(self.world.populations[entity], index, entity), ""
        for part in parts:
            if not (others := relatives[part].get(index)):
                continue
            self.random.seed(f"{self.seed} {part} {index}")
            items: list[str] = []
            for other in others:
                again = bool(items) and self.rare(200)
                items.append(items[-1] if again else self._relative(part, index, own, other))
                blank = "id=" not in items[-1] and items[-1].partition(">")[2].partition("<")[0] in BLANK
                self.tally.rows[part] += part != "parentLabel" and not blank
            text = "".join(items)
            found += text if part == "parentLabel" else f"<{part}>{text}</{part}>"
        return found

    def _relative(self, part: str, index: int, own: int, other: int) -> str:
        tag, entity, kind, outward = RELATIVES[part]
        number, name, known = self.reference(entity, index if self.rare(400) else other, 300)
        if known and number != own:
            pair = (own, number) if outward else (number, own)
            if pair not in self.pairs[kind]:
                self.pairs[kind].add(pair)
                self.tally.edges[kind] += 1
        if not number:
            return f"<{tag}>{name}</{tag}>"
        before = f"<id>{number}</id>" if self.full and kind[0] == "MEMBER_OF" and not outward else ""
        return f'{before}<{tag} id="{number}">{name}</{tag}>'

    def draw_work(self, key: int) -> Work:
        """Return the values that a key stands for, and leave `random` after them."""
        random = self.random
        random.seed(key)
        artists, title = self.draw_artists(), self.make_odd(draw_title(random), "texts", 30)
        sorts = draw_sorts(odd=self.rare(500))[random.getrandbits(BITS)]
        return Work(artists, title, sorts, 2026 - int(80 * random.random() ** 1.4))

    def master(self, index: int) -> str:
        """Return a master."""
        world, random = self.world, self.random
        population, releases = world.populations["masters"], world.populations["releases"]
        own, work = population.identify(index), self.draw_work(population.key(index, population.version(index)))
        main = releases.resolve(world.editions.main(index))
        release = releases.spare(main) if self.rare(300) else releases.identify(main)
        images = self.images(random.getrandbits(32), "master_images")
        join = MASTER_JOIN if world.modern else LONE_JOIN
        credited = self.main_artists("artists", work.artists, ("BY", "Master-Artist"), join)
        notes = self.text("notes", self.count("master_notes"))
        year = self.make_odd("0" if random.random() < 0.038 else str(work.year), "years", 1_000)
        videos, quality = self.pick("videos", random.getrandbits(9)), self._quality(random.getrandbits(64))
        self.count_sorts("Master", *work.sorts[1:])
        self.close_record()
        return (
            f'<master id="{own}"><main_release>{release}</main_release>{images}{credited}{work.sorts[0]}{notes}'
            f"<year>{year}</year><title>{work.title}</title>{quality}{videos}</master>\n"
        )

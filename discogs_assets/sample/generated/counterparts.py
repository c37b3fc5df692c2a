"""Generator of MusicBrainz records for some of the generated Discogs records, in the form of the JSON dumps.

Both records of a relation draw it from the same key, so that they state the same.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from discogs_assets.sample.generated import families, names, works
from discogs_assets.sample.generated.columns import Text
from discogs_assets.sample.generated.dice import Dice
from discogs_assets.sample.generated.draws import Flags, Ints, bits, chance, renewed
from discogs_assets.sample.generated.world import World

RECORDS = {"artist": "artists", "label": "labels", "release-group": "masters", "release": "releases"}
"""Discogs counterpart of each MusicBrainz entity."""

KINDS = {"artist": "artist", "label": "label", "release-group": "master", "release": "release"}
"""Name of the counterpart in Discogs URLs."""

SHARES = {"artist": 0.25, "label": 0.12, "release-group": 0.5, "release": 0.5}
"""Shares of Discogs records with a MusicBrainz record; for releases, of those with a known release group."""

UNLINKED = 5
"""One record in this many has no link to Discogs."""

LINK_TYPE = {
    "artist": "04a5b104-a4c2-4bac-99a1-7b837c37d9e4",
    "label": "5b987f87-25bc-4a2d-b3f1-3618795b8207",
    "release-group": "99e550f3-5ab4-3110-b5b9-fe01d970b126",
    "release": "4a78823c-1c53-4176-a5f3-58026c76f2bc",
}

FORMS = (
    *("https://www.discogs.com/{kind}/{id}",) * 24, "http://www.discogs.com/{kind}/{id}",
    "https://www.discogs.com/{kind}/{id}-{slug}", "https://www.discogs.com/de/{kind}/{id}-{slug}",
    "https://www.discogs.com/pt_BR/{kind}/{id}", "https://discogs.com/{kind}/{id}", "//www.discogs.com/{kind}/{id}",
    "https://m.discogs.com/{kind}/{id}/", "https://www.discogs.com/{kind}/{id}?anv=1#more",
    "https://www.discogs.com/{slug}/{kind}/{id}",
)  # fmt: skip
"""Forms of links to Discogs."""

NO_FORMS = (
    "https://www.discogs.com/{kind}/notanumber", "https://www.discogs.com/user/{slug}",
    "https://www.discogs.com.example/{kind}/{id}",
)  # fmt: skip
"""Forms of alleged links to Discogs that do not identify a record."""

URLS = {
    "official homepage": "https://{slug}.example/", "wikidata": "https://www.wikidata.example/wiki/Q{number}",
    "bandcamp": "https://{slug}.bandcamp.example/", "social network": "https://social.example/{slug}",
    "lyrics": "https://lyrics.example/{slug}/{number}", "VIAF": "http://viaf.example/viaf/{number}",
    "streaming": "https://streaming.example/{number}", "image": "https://commons.example/{slug}.jpg",
}  # fmt: skip

LINKS = (
    "teacher",
    "collaboration",
    "tribute",
    "founder",
    "supporting musician",
    "subgroup",
    "artist rename",
    "sibling",
)
"""Relation types from an artist to the next; the last is not part of the graph."""

OWNERSHIP = ("label ownership", "imprint", "label distribution")
AREAS = ("London", "Liverpool", "Berlin", "Tōkyō", "São Paulo", "Sverige", "Québec", "United States", "New York")
COUNTRIES = ("GB", "US", "DE", "JP", "FR", "XE", "XW", None)
SCRIPTS = (("eng", "Latn"), ("deu", "Latn"), ("jpn", "Jpan"), ("zxx", None), (None, None))
INSTRUMENTS = ("lead vocals", "guitar", "bass guitar", "drums (drum set)", "keyboard", "original", "minor")
TAGS = ("rock", "pop", "techno", "ambient")


@dataclass(slots=True)
class Tally:
    """Counts of some records: rows by part, relations by type, and the linked pairs of MBID and Discogs id."""

    rows: Counter[str] = field(default_factory=Counter)
    relations: Counter[str] = field(default_factory=Counter)
    pairs: list[tuple[str, int]] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add the counts of other records."""
        self.rows.update(other.rows)
        self.relations.update(other.relations)
        self.pairs += other.pairs


@lru_cache(maxsize=8)
def known(world: World, entity: str) -> Ints:
    """Return the indexes of the records with a MusicBrainz record, ascending."""
    census = world.census(RECORDS[entity])
    living = census.living(0, census.size)
    found = living[chance(census.keys(living), "musicbrainz", SHARES[entity])]
    if entity == "release":
        masters = world.editions.master_of(found)
        return found[(masters >= 0) & has(world, "release-group", masters)]
    return found


def has(world: World, entity: str, indexes: Ints) -> Flags:
    """Return True for the records with a MusicBrainz record."""
    return np.isin(indexes, known(world, entity))


def mbids(world: World, entity: str, indexes: Ints) -> list[str]:
    """Return the MBIDs of records."""
    return [Dice(key).uuid() for key in bits(world.census(RECORDS[entity]).keys(indexes), "mbid").tolist()]


def named(world: World, entity: str, indexes: Ints) -> list[str]:
    """Return the names in MusicBrainz: the Discogs names without their numbers."""
    if entity == "artist":
        text = names.artist(world, indexes)
    elif entity == "label":
        text = names.label(world, indexes)
    else:
        masters = indexes if entity == "release-group" else world.editions.master_of(indexes)
        text = works.titles(world, renewed(world.masters.keys(masters), world.masters.versions(masters, "title")))
    return _plain(text)


def _plain(text: Text) -> list[str]:
    return [
        re.sub(r" \(\d+\)$", "", html.unescape(each or "")).strip() or "[unknown]" for each in text.values.to_pylist()
    ]


@dataclass(frozen=True, slots=True)
class Other:
    """A record as shown in a relation."""

    entity: str
    mbid: str
    name: str

    def shown(self) -> dict[str, Any]:
        """Return the record's object."""
        name = "title" if self.entity.startswith("release") else "name"
        more = {} if name == "title" else {"sort-name": self.name, "type-id": None}
        return {"id": self.mbid, name: self.name, "disambiguation": "", "type": None, **more}


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive MusicBrainz records of an entity, generated with their neighbours."""

    world: World
    entity: str
    start: int
    end: int

    def written(self) -> Iterator[tuple[dict[str, Any], Tally]]:
        """Yield the records, their keys in random order, with their tallies."""
        everyone = known(self.world, self.entity)
        census = self.world.census(RECORDS[self.entity])
        first, last = max(0, self.start - 1), min(everyone.size, self.end + 1)
        indexes = everyone[first:last]
        others = [
            Other(self.entity, *each)
            for each in zip(
                mbids(self.world, self.entity, indexes), named(self.world, self.entity, indexes), strict=True
            )
        ]
        ids = census.ids(indexes).tolist()
        keys = bits(census.keys(indexes), "counterpart").tolist()
        belonging = self._belonging(indexes) if self.entity == "artist" else [[] for _ in indexes]
        groups = self._groups(indexes) if self.entity == "release" else [None for _ in indexes]
        billed = self._credits(keys) if self.entity.startswith("release") else [None for _ in indexes]
        for place in range(self.start - first, self.end - first):
            before = place - 1 if place else None
            after = place + 1 if place + 1 < len(others) else None
            one = _One(self.entity, others[place], ids[place], Dice(keys[place]))
            one.links(ids[before] if before is not None else None)
            one.neighbours(
                (others[before], keys[before]) if before is not None else None,
                others[after] if after is not None else None,
                keys[place],
            )
            one.members(belonging[place])
            yield one.written(groups[place], billed[place])

    def _belonging(self, indexes: Ints) -> list[list[tuple[Other, bool, int]]]:
        """Return each artist's members and groups that are in MusicBrainz; both ends share the key of a pair."""
        found: list[list[tuple[Other, bool, int]]] = [[] for _ in indexes]
        members, groups = families.belonging(families.Cells(self.world.artists, indexes))
        for (counts, targets), group in ((members, False), (groups, True)):
            rows = np.repeat(np.arange(indexes.size), counts)
            there = has(self.world, "artist", targets)
            rows, targets = rows[there], targets[there]
            own = indexes[rows]
            pair = np.where(group, own << 32 | targets, targets << 32 | own).tolist()
            ids, called = mbids(self.world, "artist", targets), named(self.world, "artist", targets)
            for row, *other, key in zip(rows.tolist(), ids, called, pair, strict=True):
                found[row].append((Other("artist", *other), group, key))
        return found

    def _groups(self, indexes: Ints) -> list[Other]:
        masters = self.world.editions.master_of(indexes)
        ids, titles = mbids(self.world, "release-group", masters), named(self.world, "release-group", masters)
        return [Other("release-group", *each) for each in zip(ids, titles, strict=True)]

    def _credits(self, keys: list[int]) -> list[Other]:
        """Return an artist for each release or release group."""
        everyone = known(self.world, "artist")
        if not everyone.size:
            return [Other("artist", Dice(key).uuid(), "[unknown]") for key in keys]
        chosen = everyone[[Dice(key).below(everyone.size) for key in keys]]
        ids, called = mbids(self.world, "artist", chosen), named(self.world, "artist", chosen)
        return [Other("artist", *each) for each in zip(ids, called, strict=True)]


class _One:
    """A record under construction."""

    def __init__(self, entity: str, own: Other, number: int, dice: Dice) -> None:
        self.entity, self.own, self.number, self.dice = entity, own, number, dice
        self.slug = re.sub(r"\W+", "-", own.name).strip("-") or "x"
        self.relations: list[dict[str, Any]] = []
        self.tally = Tally()
        self.group = False

    def _relate(self, type_: str, type_id: str, target: str, shown: dict[str, Any], **said: Any) -> None:
        relation = {
            "type": type_, "type-id": type_id, "target-type": target, "direction": "forward", "begin": None,
            "end": None, "ended": False, "attributes": [], "attribute-ids": {}, "attribute-values": {},
            "source-credit": "", "target-credit": "", target: shown, **said,
        }  # fmt: skip
        self.relations.append(self.dice.shuffled(relation))

    def _url(self, type_: str, type_id: str, url: str, ended: bool) -> None:
        self._relate(type_, type_id, "url", {"id": self.dice.uuid(), "resource": url}, ended=ended)
        self.tally.rows["discogs" if type_ == "discogs" else "urls"] += 1

    def links(self, before: int | None) -> None:
        """Add links to Discogs, a few of them odd, and to other sites; `before` is the preceding record's id."""
        if not self.dice.chance(UNLINKED):
            odd = self.dice.below(150)
            ids = [before if odd == 0 and before is not None else self.number]
            ids += [before] if odd == 1 and before is not None else []
            for number in ids:
                self._discogs(self.dice.one(FORMS), KINDS[self.entity], number, ended=odd == 2)
                self.tally.pairs.append((self.own.mbid, number))
            if odd == 3:
                self._discogs(self.dice.one(NO_FORMS), KINDS[self.entity], self.number)
            if odd == 4:
                self._discogs(FORMS[0], "label" if self.entity == "artist" else "artist", self.number)
        for type_, url in URLS.items():
            if self.dice.chance(6 if self.entity == "artist" else 10):
                number = self.dice.below(10**8)
                ended = self.dice.chance(20)
                self._url(type_, Dice(len(type_)).uuid(), url.format(slug=self.slug.lower(), number=number), ended)

    def _discogs(self, form: str, kind: str, number: int, ended: bool = False) -> None:
        self._url("discogs", LINK_TYPE[self.entity], form.format(kind=kind, id=number, slug=self.slug), ended)

    def neighbours(self, before: tuple[Other, int] | None, after: Other | None, key: int) -> None:
        """Add relations to the next and the preceding record; both records state the same."""
        for other, source, direction in (
            (after, key, "forward"),
            (before[0] if before else None, before[1] if before else 0, "backward"),
        ):
            drawn = Dice(source ^ 0x5EED)
            types = {"artist": LINKS, "label": OWNERSHIP, "release-group": ("cover",)}.get(self.entity, ())
            if other is None or not types or not drawn.chance(3 if self.entity == "artist" else 8):
                continue
            type_ = drawn.one(types)
            begin, end = drawn.date(1950, 1989), drawn.date(1990, 2020)
            said: dict[str, Any] = {"begin": begin, "end": end, "ended": True, "direction": direction}
            if drawn.chance(4):
                said |= {"attributes": ["number"], "attribute-values": {"number": str(drawn.below(20))}}
            if drawn.chance(9):
                said |= {"source-credit": "as they were called"}
            self._to(other, type_, said)

    def members(self, belonging: list[tuple[Other, bool, int]]) -> None:
        """Add the members of a group, or the groups of a person."""
        self.group = any(not group for _, group, _ in belonging)
        for other, group, key in belonging:
            drawn = Dice(key)
            ended = not drawn.chance(3)
            said = {
                "direction": "forward" if group else "backward", "begin": drawn.date(1955, 1989), "ended": ended,
                "end": drawn.date(1990, 2024) if ended else None,
                "attributes": [*dict.fromkeys((drawn.one(INSTRUMENTS), drawn.one(INSTRUMENTS)))],
            }  # fmt: skip
            self._to(other, "member of band", said)

    def _to(self, other: Other, type_: str, said: dict[str, Any]) -> None:
        target = other.entity.replace("-", "_")
        self._relate(type_, Dice(len(type_)).uuid(), target, other.shown(), **said)
        self.tally.rows["relations"] += 1
        self.tally.relations[type_] += said["direction"] == "forward"

    def written(self, group: Other | None, credit: Other | None) -> tuple[dict[str, Any], Tally]:
        """Return the record and its tally."""
        aliases = [self._alias() for _ in range((0, 0, 0, 1, 2, 4)[self.dice.below(6)])]
        self.tally.rows["aliases"] += len(aliases)
        record = {
            "id": self.own.mbid, "disambiguation": self.dice.one(("", "", "", "band from the north", "DJ")),
            "aliases": aliases, "relations": self.relations, "annotation": None, "rating": {"value": None},
            "tags": [{"name": self.dice.one(TAGS), "count": 1}], "genres": [],
            **self._special(group, credit),
        }  # fmt: skip
        return self.dice.shuffled(record), self.tally

    def _special(self, group: Other | None, credit: Other | None) -> dict[str, Any]:
        """Return the keys specific to this kind of record."""
        if self.entity == "artist":
            return self._artist()
        if self.entity == "label":
            return self._label()
        return self._release(group, credit) if self.entity == "release" else self._release_group(credit)

    def _alias(self) -> dict[str, Any]:
        name = f"{self.own.name} {self.dice.one(('Band', 'Project', 'Orchestra', 'Ensemble'))}"
        span = {"begin": None, "end": None, "ended": False}
        kind = {"type": self.dice.one((None, "Search hint", "Artist name")), "type-id": None}
        locale = self.dice.one((None, "en", "ja"))
        return self.dice.shuffled(
            {"name": name, "sort-name": name, "locale": locale, "primary": True if locale else None, **kind, **span}
        )

    def _area(self) -> dict[str, Any] | None:
        name = self.dice.one((*AREAS, None))
        area = {"id": Dice(len(name or "")).uuid(), "name": name, "sort-name": name, "disambiguation": ""}
        return {**area, "type": None, "type-id": None, "iso-3166-1-codes": ["GB"]} if name else None

    def _life(self) -> dict[str, Any]:
        ended = self.dice.chance(3)
        begin = self.dice.date(1900, 1980) if self.dice.chance(2) else None
        return {"begin": begin, "end": self.dice.date(1981, 2024) if ended else None, "ended": ended}

    def _artist(self) -> dict[str, Any]:
        begin, end = self._area(), self._area()
        return {
            "name": self.own.name, "sort-name": self.own.name, "type": "Group" if self.group else "Person",
            "type-id": None, "gender": None if self.group else self.dice.one(("Male", "Female", "Non-binary")),
            "gender-id": None, "life-span": self._life(), "area": self._area(), "begin-area": begin,
            "begin_area": begin, "end-area": end, "end_area": end, "country": self.dice.one(COUNTRIES),
            "ipis": [f"{self.dice.below(10**9):011d}"] if self.dice.chance(5) else [],
            "isnis": [f"{self.dice.below(10**15):016d}"] if self.dice.chance(5) else [],
        }  # fmt: skip

    def _label(self) -> dict[str, Any]:
        return {
            "name": self.own.name, "sort-name": self.own.name, "type": self.dice.one((None, "Imprint", "Holding")),
            "type-id": None, "label-code": self.dice.below(99_999) if self.dice.chance(5) else None,
            "life-span": self._life(), "area": self._area(), "country": self.dice.one(COUNTRIES), "ipis": [],
            "isnis": [],
        }  # fmt: skip

    def _credit(self, credit: Other | None) -> list[dict[str, Any]]:
        return [{"artist": credit.shown(), "name": credit.name, "joinphrase": ""}] if credit else []

    def _release_group(self, credit: Other | None) -> dict[str, Any]:
        return {
            "title": self.own.name, "primary-type": self.dice.one(("Album", "Single", "EP", None)),
            "primary-type-id": None, "secondary-types": self.dice.one(([], [], ["Compilation"], ["Live", "Demo"])),
            "secondary-type-ids": [], "first-release-date": self.dice.date(1950, 2024),
            "artist-credit": self._credit(credit),
        }  # fmt: skip

    def _release(self, group: Other | None, credit: Other | None) -> dict[str, Any]:
        language, script = self.dice.one(SCRIPTS)
        label = Other("label", self.dice.uuid(), "Some Label").shown() if self.dice.chance(2) else None
        return {
            "title": self.own.name, "barcode": self.dice.one((None, "", f"{self.dice.below(10**12):012d}")),
            "status": "Official", "status-id": None, "date": self.dice.date(1950, 2024),
            "country": self.dice.one(COUNTRIES), "packaging": None, "packaging-id": None, "asin": None,
            "quality": "normal", "text-representation": {"language": language, "script": script},
            "release-group": {**group.shown(), "artist-credit": self._credit(credit)} if group else None,
            "artist-credit": self._credit(credit), "cover-art-archive": {"front": False, "count": 0},
            "label-info": [{"catalog-number": str(self.dice.below(9999)), "label": label}],
            "media": [{"format": "CD", "position": 1, "title": "", "tracks": self._tracks(credit)}],
        }  # fmt: skip

    def _tracks(self, credit: Other | None) -> list[dict[str, Any]]:
        billed = self._credit(credit)
        return [
            {
                "id": self.dice.uuid(), "number": str(place + 1), "position": place + 1, "length": 180_000 + place,
                "title": f"{self.own.name} {place}", "artist-credit": billed,
                "recording": {
                    "id": self.dice.uuid(), "title": f"{self.own.name} {place}", "artist-credit": billed,
                    "length": 180_000, "video": False, "isrcs": [], "disambiguation": "", "first-release-date": "",
                },
            }
            for place in range(4 + self.dice.below(14))
        ]  # fmt: skip

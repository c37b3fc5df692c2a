"""MusicBrainz records for some of the generated Discogs records, in the form of the JSON dumps.

Both records of a relation draw it from the same seed, so that they state the same.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from discogs_assets.sample.generator import families
from discogs_assets.sample.generator.population import GOLDEN, MASK
from discogs_assets.sample.generator.records import RecordWriter
from discogs_assets.sample.generator.vocabulary import WORDS
from discogs_assets.sample.generator.world import World

RECORDS = {"artist": "artists", "label": "labels", "release-group": "masters", "release": "releases"}
"""Discogs counterpart of each MusicBrainz entity."""

KINDS = {"artist": "artist", "label": "label", "release-group": "master", "release": "release"}
"""Name of the counterpart in Discogs URLs."""

SHARES = {"artist": 0.25, "label": 0.12, "release-group": 0.5, "release": 0.5}
"""Shares of Discogs records with a MusicBrainz record; for releases, of those with a known release group."""

UNLINKED, ODD_LINKS = 0.2, 150
"""Share of records without a link to Discogs; each kind of odd link occurs once in `ODD_LINKS` records."""

TERMS: dict[str, Any] = WORDS["musicbrainz"]
NEIGHBOURS = {"artist": 1 / 3, "label": 1 / 8, "release-group": 1 / 8, "release": 0.0}
"""Shares of records with a relation to the next one."""

Object = dict[str, Any]


@dataclass(slots=True)
class Tally:
    """Counts of some records: rows by part, relations by type, and the linked pairs of MBID and Discogs id."""

    records: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    relations: Counter[str] = field(default_factory=Counter)
    pairs: list[tuple[str, int]] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add the counts of other records."""
        self.records += other.records
        self.rows.update(other.rows)
        self.relations.update(other.relations)
        self.pairs += other.pairs


def derive_mbid(*parts: object) -> str:
    """Return the MBID of a record, link or type."""
    return str(uuid5(NAMESPACE_URL, " ".join(map(str, parts))))


def has_counterpart(world: World, entity: str, index: int) -> bool:
    """Return True if the month has a MusicBrainz record for the Discogs record."""
    if not world.populations[RECORDS[entity]].alive(index):
        return False
    drawn = (index + 1) * GOLDEN & MASK
    if drawn >= SHARES[entity] * MASK:
        return False
    master = world.editions.master(index) if entity == "release" else None
    return entity != "release" or (master is not None and has_counterpart(world, "release-group", master))


class CounterpartWriter:
    """Writer of the MusicBrainz records of a range of Discogs records."""

    def __init__(self, world: World, entity: str, start: int, end: int) -> None:
        self.world, self.entity = world, entity
        self.indexes = [index for index in range(start, end) if has_counterpart(world, entity, index)]
        self.works = RecordWriter(world, 0)
        self.random, self.tally = Random(), Tally()

    def records(self) -> Iterator[Object]:
        """Yield the records, their keys in random order."""
        ends = [None, *self.indexes, None]
        for before, index, after in zip(ends, ends[1:], ends[2:], strict=False):
            if index is not None:
                self.tally.records += 1
                yield self._record(before, index, after)

    def _identify(self, entity: str, index: int) -> str:
        return derive_mbid(self.world.plan.seed, entity, self.world.populations[RECORDS[entity]].identify(index))

    def _name(self, entity: str, index: int) -> str:
        """Return the name in MusicBrainz: the Discogs name without its number."""
        if entity in ("artist", "label"):
            name = self.world.name(RECORDS[entity], index)
        else:
            population = self.world.populations["masters"]
            master = index if entity == "release-group" else self.world.editions.master(index) or 0
            name = html.unescape(self.works.draw_work(population.key(master)).title)
        return re.sub(r" \(\d+\)$", "", name).strip() or "[unknown]"

    def _refer(self, entity: str, index: int) -> Object:
        """Return the record as the target of a relation or credit."""
        name = self._name(entity, index)
        found = {"id": self._identify(entity, index), "disambiguation": "", "type": None}
        if entity.startswith("release"):
            return {**found, "title": name}
        return {**found, "name": name, "sort-name": name, "type-id": None}

    def _shuffle(self, record: Object) -> Object:
        return dict(self.random.sample(list(record.items()), len(record)))

    def _date(self, random: Random, first: int, last: int) -> str:
        """Return a date in these years, with day, month or only the year."""
        day = f"{random.randint(first, last)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}"
        return day[: random.choice((4, 4, 7, 10))]

    def _record(self, before: int | None, index: int, after: int | None) -> Object:
        population = self.world.populations[RECORDS[self.entity]]
        self.random.seed(population.key(index))
        name, mbid = self._name(self.entity, index), self._identify(self.entity, index)
        relatives = families.relatives(population, index, "artists") if self.entity == "artist" else {}
        members = relatives.get("members", {}).get(index, [])
        relations = [*self._links(mbid, name, index, before), *self._sites(name)]
        for source, other, direction in ((index, after, "forward"), (before, before, "backward")):
            if source is not None and other is not None:
                relations += self._neighbour(source, other, direction)
        for others, direction in ((members, "backward"), (relatives.get("groups", {}).get(index, []), "forward")):
            relations += [
                self._membership(index, other, direction)
                for other in others
                if has_counterpart(self.world, "artist", other)
            ]
        random = self.random
        aliases = [self._alias(name) for _ in range(random.choice((0, 0, 0, 1, 2, 4)))]
        self.tally.rows["aliases"] += len(aliases)
        make = {"artist": self._artist, "label": self._label, "release-group": self._group, "release": self._release}
        return self._shuffle(
            {"id": mbid, "disambiguation": random.choice(TERMS["disambiguations"]), "aliases": aliases}
            | {"relations": relations, "annotation": None, "rating": {"value": None}, "genres": []}
            | {"tags": [{"name": random.choice(TERMS["tags"]), "count": 1}]}
            | make[self.entity](name, index, bool(members))
        )

    def _relate(self, kind: str, target: str, shown: Object, **values: Any) -> Object:
        type_id = TERMS["link_types"][self.entity] if kind == "discogs" else derive_mbid(kind)
        return self._shuffle(
            {"type": kind, "type-id": type_id, "target-type": target, "direction": "forward", target: shown}
            | {"begin": None, "end": None, "ended": False, "attributes": [], "attribute-ids": {}}
            | {"attribute-values": {}, "source-credit": "", "target-credit": "", **values}
        )

    def _url(self, kind: str, address: str, *, ended: bool) -> Object:
        self.tally.rows["discogs" if kind == "discogs" else "urls"] += 1
        return self._relate(kind, "url", {"id": derive_mbid(address), "resource": address}, ended=ended)

    def _links(self, mbid: str, name: str, index: int, before: int | None) -> Iterator[Object]:
        """Yield links to Discogs, a few of them to the preceding record, to none, or to another kind of record."""
        random, population = self.random, self.world.populations[RECORDS[self.entity]]
        if random.random() < UNLINKED:
            return
        odd, kind, slug = random.randrange(ODD_LINKS), KINDS[self.entity], re.sub(r"\W+", "-", name).strip("-") or "x"
        own = population.identify(index)
        other = own if before is None else population.identify(before)
        links = [
            (random.choice(TERMS["forms"]), kind, number) for number in {0: [other], 1: [own, other]}.get(odd, [own])
        ]
        self.tally.pairs += [(mbid, number) for *_, number in links]
        if odd == 3:
            links.append((random.choice(TERMS["invalid_forms"]), kind, own))
        if odd == 4:
            links.append((TERMS["forms"][0], "label" if self.entity == "artist" else "artist", own))
        for form, part, number in links:
            address = form.format(kind=part, id=number, slug=slug)
            yield self._url("discogs", address, ended=odd == 2)

    def _sites(self, name: str) -> Iterator[Object]:
        """Yield links to other sites."""
        random, slug = self.random, re.sub(r"\W+", "-", name).strip("-").lower() or "x"
        for kind, form in TERMS["urls"].items():
            if random.random() < (1 / 6 if self.entity == "artist" else 0.1):
                address = form.format(slug=slug, number=random.randrange(10**8))
                yield self._url(kind, address, ended=random.random() < 0.05)

    def _neighbour(self, source: int, other: int, direction: str) -> Iterator[Object]:
        """Yield the relation that `source` has to the next record, if any, to be stated by the other end."""
        drawn = Random(f"{self.world.plan.seed} {self.entity} {source}")
        if drawn.random() < NEIGHBOURS[self.entity]:
            values = {"begin": self._date(drawn, 1950, 1989), "end": self._date(drawn, 1990, 2020), "ended": True}
            kind = drawn.choice(TERMS["relations"][self.entity])
            if drawn.random() < 0.25:
                values |= {"attributes": ["number"], "attribute-values": {"number": str(drawn.randrange(20))}}
            if drawn.random() < 0.1:
                values["source-credit"] = "as they were called"
            yield self._relate_record(kind, other, direction, values)

    def _membership(self, index: int, other: int, direction: str) -> Object:
        """Return the relation of a member to a group, stated by either."""
        member, group = (index, other) if direction == "forward" else (other, index)
        drawn = Random(f"{self.world.plan.seed} {member} {group}")
        ended, begin = drawn.random() < 0.7, self._date(drawn, 1955, 1989)
        values = {"begin": begin, "ended": ended, "end": self._date(drawn, 1990, 2024) if ended else None}
        values["attributes"] = drawn.sample(TERMS["instruments"], drawn.randint(1, 2))
        return self._relate_record("member of band", other, direction, values)

    def _relate_record(self, kind: str, other: int, direction: str, values: Object) -> Object:
        self.tally.rows["relations"] += 1
        self.tally.relations[kind] += direction == "forward"
        target = self._refer(self.entity, other)
        return self._relate(kind, self.entity.replace("-", "_"), target, direction=direction, **values)

    def _alias(self, name: str) -> Object:
        text = f"{name} {self.random.choice(TERMS['aliases'])}"
        locale, kind = self.random.choice((None, "en", "ja")), self.random.choice((None, "Search hint", "Artist name"))
        return self._shuffle(
            {"name": text, "sort-name": text, "locale": locale, "primary": True if locale else None, "type": kind}
            | {"type-id": None, "begin": None, "end": None, "ended": False}
        )

    def _area(self) -> Object | None:
        name = self.random.choice((*TERMS["areas"], None))
        area = {"id": derive_mbid("area", name), "name": name, "sort-name": name, "disambiguation": ""}
        return {**area, "type": None, "type-id": None, "iso-3166-1-codes": ["GB"]} if name else None

    def _live(self, name: str) -> Object:
        """Return the keys that artists and labels share."""
        random, ended = self.random, self.random.random() < 1 / 3
        begin = self._date(random, 1900, 1980) if random.random() < 0.5 else None
        span = {"begin": begin, "end": self._date(random, 1981, 2024) if ended else None, "ended": ended}
        return {
            "name": name, "sort-name": name, "type-id": None, "life-span": span, "area": self._area(),
            "country": random.choice(TERMS["countries"]), "ipis": [], "isnis": [],
        }  # fmt: skip

    def _artist(self, name: str, _index: int, group: bool) -> Object:
        random, begin, end = self.random, self._area(), self._area()
        places = {"begin-area": begin, "begin_area": begin, "end-area": end, "end_area": end}
        codes = {
            key: [f"{random.randrange(10**9):0{width}d}"] for key, width in (("ipis", 11), ("isnis", 16))
            if random.random() < 0.2
        }  # fmt: skip
        gender = None if group else random.choice(("Male", "Female", "Non-binary"))
        return self._live(name) | codes | places | {
            "type": "Group" if group else "Person", "gender": gender, "gender-id": None,
        }  # fmt: skip

    def _label(self, name: str, _index: int, _group: bool) -> Object:
        code = self.random.randrange(99_999) if self.random.random() < 0.2 else None
        return self._live(name) | {"type": self.random.choice((None, "Imprint", "Holding")), "label-code": code}

    def _credit(self, index: int) -> list[Object]:
        """Return the credit of an artist with a MusicBrainz record; the first ones in the month have the most."""
        first = index * 7 % max(1, self.world.populations["artists"].size)
        artist = next((each for each in range(first, -1, -1) if has_counterpart(self.world, "artist", each)), first)
        shown = self._refer("artist", artist)
        return [{"artist": shown, "name": shown["name"], "joinphrase": ""}]

    def _group(self, name: str, index: int, _group: bool) -> Object:
        random = self.random
        return {
            "title": name, "primary-type": random.choice(("Album", "Single", "EP", None)), "primary-type-id": None,
            "secondary-types": random.choice(([], [], ["Compilation"], ["Live", "Demo"])), "secondary-type-ids": [],
            "first-release-date": self._date(random, 1950, 2024), "artist-credit": self._credit(index),
        }  # fmt: skip

    def _release(self, name: str, index: int, _group: bool) -> Object:
        random, credit = self.random, self._credit(index)
        language, script = random.choice(TERMS["scripts"])
        label = {"id": derive_mbid("label", random.randrange(10**6)), "name": "Some Label", "sort-name": "Some Label",
                 "disambiguation": "", "type": None, "type-id": None}  # fmt: skip
        found = {
            "title": name, "barcode": random.choice((None, "", f"{random.randrange(10**12):012d}")),
            "status": "Official", "status-id": None, "date": self._date(random, 1950, 2024),
            "country": random.choice(TERMS["countries"]), "packaging": None, "packaging-id": None, "asin": None,
            "quality": "normal", "text-representation": {"language": language, "script": script},
            "artist-credit": credit, "cover-art-archive": {"front": False, "count": 0},
            "label-info": [{"catalog-number": f"{random.randrange(9999)}", "label": random.choice((None, label))}],
            "media": [{"format": "CD", "position": 1, "title": "", "tracks": self._tracks(name, index, credit)}],
        }  # fmt: skip
        group = self._refer("release-group", self.world.editions.master(index) or 0)
        return found | {"release-group": {**group, "artist-credit": credit}}

    def _tracks(self, name: str, index: int, credit: list[Object]) -> list[Object]:
        return [
            {
                "id": derive_mbid("track", index, place), "number": str(place), "position": place,
                "length": 180_000 + place, "title": f"{name} {place}", "artist-credit": credit,
                "recording": {
                    "id": derive_mbid("recording", index, place), "title": f"{name} {place}", "artist-credit": credit,
                    "length": 180_000, "video": False, "isrcs": [], "disambiguation": "", "first-release-date": "",
                },
            }
            for place in range(1, 5 + self.random.randrange(14))
        ]  # fmt: skip

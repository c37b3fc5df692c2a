"""Months in plain Python: an independent reading of their records for comparison with the answers.

The module's own names are of the sample's newer month.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from discogs_assets.sample import months
from discogs_assets.schema import roles
from discogs_assets.schema.discogs import ARTISTS, LABELS, MASTERS, RELEASES

PLACEHOLDERS = {194, 355, 118760}

Records = Mapping[int, dict[str, Any]]

Edge = tuple[str, Any, Any]


def year(record: dict[str, Any]) -> int | None:
    """The year of a release or master, as the first four digits of its date give it."""
    text = str(record.get("released") or record.get("year_raw") or "")[:4]
    return int(text) if text.isdigit() and 1860 <= int(text) <= 2027 else None


class Credit(NamedTuple):
    """A role on a release or track; the person is an artist's id and name, or 0 and the name credited."""

    person: tuple[int, str]
    release: int
    year: int | None
    role: str
    track: int
    sub_track: int


@dataclass(frozen=True)
class Month:
    """The records of a month by id."""

    artists: Records
    labels: Records
    masters: Records
    releases: Records

    def artist_ids(self, release: dict[str, Any]) -> set[int]:
        """The main artists that are in the graph."""
        return {each["id"] for each in release.get("artists") or () if each.get("id") in self.artists} - PLACEHOLDERS

    def label_ids(self, release: dict[str, Any]) -> set[int]:
        """The labels that are in the graph."""
        return {each["id"] for each in release.get("labels") or () if each.get("id") in self.labels}

    def releases_of(self, kind: str, key: Any) -> list[dict[str, Any]]:
        """The releases of an artist, label, master, genre or style."""
        keys: dict[str, Callable[[dict[str, Any]], set[Any]]] = {
            "artist": self.artist_ids,
            "label": self.label_ids,
            "master": lambda each: {each.get("master_id")},
            "genre": lambda each: set(each.get("genres") or ()),
            "style": lambda each: set(each.get("styles") or ()),
        }
        return [each for each in self.releases.values() if key in keys[kind](each)]

    def years_of(self, kind: str, key: Any) -> dict[int, int]:
        """The number of releases by year."""
        return dict(sorted(Counter(found for each in self.releases_of(kind, key) if (found := year(each))).items()))

    def edges(self) -> Iterator[Edge]:
        """The ways and the nodes of the relationships that a path may take, nodes as (type, id)."""
        yield from self._edges_of_works()
        yield from self._edges_of_artists()
        for each in self.labels.values():
            for other in [each.get("parentLabel"), *(each.get("sublabels") or ())]:
                # A parent without an id is a text.
                if isinstance(other, dict) and other.get("id") in self.labels:
                    yield "labels", ("label", each["id"]), ("label", other["id"])

    def _edges_of_works(self) -> Iterator[Edge]:
        for kind, records in (("release", self.releases), ("master", self.masters)):
            for each in records.values():
                yield from (("releases", (kind, each["id"]), ("artist", artist)) for artist in self.artist_ids(each))
        for each in self.releases.values():
            node = ("release", each["id"])
            if each.get("master_id") in self.masters:
                yield "releases", node, ("master", each["master_id"])
            yield from (("labels", node, ("label", label)) for label in self.label_ids(each))
            yield from (("credits", node, ("artist", artist)) for artist in self.credited(each))

    def _edges_of_artists(self) -> Iterator[Edge]:
        parts = {"members": "membership", "groups": "membership", "aliases": "aliases"}
        for each in self.artists.values():
            for part, way in parts.items():
                for other in each.get(part) or ():
                    if other.get("id") in self.artists and not {each["id"], other["id"]} & PLACEHOLDERS:
                        yield way, ("artist", each["id"]), ("artist", other["id"])

    def credited(self, release: dict[str, Any]) -> set[int]:
        """Artists that are credited with a role or appear on a track."""
        tracks = list(release.get("tracklist") or ())
        tracks += [inner for each in tracks for inner in each.get("sub_tracks") or ()]
        stated = [each for part in [release, *tracks] for each in part.get("extraartists") or ()]
        found = {each.get("id") for each in stated if (each.get("role") or "").strip(" ,")}
        found |= {each.get("id") for part in tracks for each in part.get("artists") or ()}
        return {each for each in found if each in self.artists} - PLACEHOLDERS

    def credits(self) -> Iterator[Credit]:
        """All roles of all releases, in the order of the records."""
        for each in self.releases.values():
            tracks = [(n, 0, track) for n, track in enumerate(each.get("tracklist") or (), 1)]
            inner = [(n, m, sub) for n, _, track in tracks for m, sub in enumerate(track.get("sub_tracks") or (), 1)]
            for track, sub_track, part in sorted([(0, 0, each), *tracks, *inner], key=lambda place: place[:2]):
                for stated in part.get("extraartists") or ():
                    key = stated.get("id") or 0
                    named = self.artists[key]["name"] if key in self.artists else stated["name"]
                    for role in roles.split(stated.get("role") or ""):
                        yield Credit((key, named), each["id"], year(each), role, track, sub_track)

    @cached_property
    def _neighbours(self) -> dict[str, dict[Any, set[Any]]]:
        """The neighbours of each node by way."""
        found: dict[str, dict[Any, set[Any]]] = defaultdict(lambda: defaultdict(set))
        for way, a, b in self.edges():
            found[way][a].add(b)
            found[way][b].add(a)
        return found

    def distances(self, start: Any, ways: set[str], limit: int) -> dict[Any, int]:
        """The number of relationships to each node within the limit, by breadth-first search."""
        near = [self._neighbours[way] for way in ways]
        found, front = {start: 0}, {start}
        for length in range(1, limit + 1):
            front = {other for each in front for of in near for other in of.get(each, ())} - set(found)
            found |= dict.fromkeys(front, length)
        return found


def _by_id(records: list[dict[str, Any]]) -> Records:
    return {each["id"]: each for each in records}


SAMPLE = Month(*(_by_id(months.records(entity, months.NOVEMBER)) for entity in (ARTISTS, LABELS, MASTERS, RELEASES)))

artists, labels, masters, releases = SAMPLE.artists, SAMPLE.labels, SAMPLE.masters, SAMPLE.releases
artist_ids, label_ids, credited = SAMPLE.artist_ids, SAMPLE.label_ids, SAMPLE.credited
releases_of, years_of, edges = SAMPLE.releases_of, SAMPLE.years_of, SAMPLE.edges
credits = SAMPLE.credits  # noqa: A001


def find_twins() -> dict[str, set[int]]:
    """Titles that several releases bear, with their ids."""
    named = defaultdict(set)
    for each in releases.values():
        named[each["title"]].add(each["id"])
    return {name: ids for name, ids in named.items() if len(ids) > 1}

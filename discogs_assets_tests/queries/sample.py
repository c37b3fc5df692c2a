"""The newer sample month in plain Python: an independent reading of its records for comparison with the answers."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from discogs_assets.sample import months
from discogs_assets.schema.discogs import ARTISTS, LABELS, MASTERS, RELEASES

PLACEHOLDERS = {194, 355, 118760}

artists = {each["id"]: each for each in months.records(ARTISTS, months.NOVEMBER)}
labels = {each["id"]: each for each in months.records(LABELS, months.NOVEMBER)}
masters = {each["id"]: each for each in months.records(MASTERS, months.NOVEMBER)}
releases = {each["id"]: each for each in months.records(RELEASES, months.NOVEMBER)}


def year(record: dict[str, Any]) -> int | None:
    """The year of a release or master, as the first four digits of its date give it."""
    text = str(record.get("released") or record.get("year_raw") or "")[:4]
    return int(text) if text.isdigit() and 1860 <= int(text) <= 2027 else None


def artist_ids(release: dict[str, Any]) -> set[int]:
    """The main artists that are in the graph."""
    return {each["id"] for each in release.get("artists") or () if each.get("id") in artists} - PLACEHOLDERS


def label_ids(release: dict[str, Any]) -> set[int]:
    return {each["id"] for each in release.get("labels") or () if each.get("id") in labels}


def releases_of(kind: str, key: Any) -> list[dict[str, Any]]:
    """The releases of an artist, label, master, genre or style."""
    keys: dict[str, Callable[[dict[str, Any]], set[Any]]] = {
        "artist": artist_ids,
        "label": label_ids,
        "master": lambda each: {each.get("master_id")},
        "genre": lambda each: set(each.get("genres") or ()),
        "style": lambda each: set(each.get("styles") or ()),
    }
    return [each for each in releases.values() if key in keys[kind](each)]


def years_of(kind: str, key: Any) -> dict[int, int]:
    """The number of releases by year."""
    return dict(sorted(Counter(found for each in releases_of(kind, key) if (found := year(each))).items()))


Edge = tuple[str, Any, Any]


def edges() -> Iterator[Edge]:
    """The ways and the nodes of the relationships that a path may take, nodes as (type, id)."""
    yield from _edges_of_works()
    yield from _edges_of_artists()
    for each in labels.values():
        for other in [each.get("parentLabel") or {}, *(each.get("sublabels") or ())]:
            if other.get("id") in labels:
                yield "labels", ("label", each["id"]), ("label", other["id"])


def _edges_of_works() -> Iterator[Edge]:
    for kind, records in (("release", releases), ("master", masters)):
        for each in records.values():
            yield from (("releases", (kind, each["id"]), ("artist", artist)) for artist in artist_ids(each))
    for each in releases.values():
        node = ("release", each["id"])
        if each.get("master_id") in masters:
            yield "releases", node, ("master", each["master_id"])
        yield from (("labels", node, ("label", label)) for label in label_ids(each))
        yield from (("credits", node, ("artist", artist)) for artist in _credited(each))


def _edges_of_artists() -> Iterator[Edge]:
    parts = {"members": "membership", "groups": "membership", "aliases": "aliases"}
    for each in artists.values():
        for part, way in parts.items():
            for other in each.get(part) or ():
                if other.get("id") in artists and not {each["id"], other["id"]} & PLACEHOLDERS:
                    yield way, ("artist", each["id"]), ("artist", other["id"])


def _credited(release: dict[str, Any]) -> set[int]:
    """Artists that are credited with a role or appear on a track."""
    tracks = list(release.get("tracklist") or ())
    tracks += [inner for each in tracks for inner in each.get("sub_tracks") or ()]
    stated = [each for part in [release, *tracks] for each in part.get("extraartists") or ()]
    found = {each.get("id") for each in stated if (each.get("role") or "").strip(" ,")}
    found |= {each.get("id") for part in tracks for each in part.get("artists") or ()}
    return {each for each in found if each in artists} - PLACEHOLDERS


def distance(start: Any, end: Any, ways: set[str], limit: int) -> int | None:
    """The number of relationships of the shortest path, by breadth-first search; None beyond the limit."""
    near = defaultdict(set)
    for way, a, b in edges():
        if way in ways:
            near[a].add(b)
            near[b].add(a)
    seen, front = {start}, {start}
    for length in range(1, limit + 1):
        front = {other for each in front for other in near[each]} - seen
        if end in front:
            return length
        seen |= front
    return None


def find_twins() -> dict[str, set[int]]:
    """Titles that several releases bear, with their ids."""
    named = defaultdict(set)
    for each in releases.values():
        named[each["title"]].add(each["id"])
    return {name: ids for name, ids in named.items() if len(ids) > 1}

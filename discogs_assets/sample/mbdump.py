"""The sample's MusicBrainz records as lines of JSON dumps, with every key of a real line."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from discogs_assets.sample import months

Facts = dict[str, Any]
Line = dict[str, Any]

ENTITIES = ("artist", "label", "release-group", "release")

TYPES: dict[str, Any] = yaml.load(
    (files(__package__) / "records" / "musicbrainz_types.yaml").read_bytes(), yaml.CSafeLoader
)
AREAS: dict[str, tuple[str, str, Line]] = TYPES["areas"]
"""MBID of each area, the country it is in, and its own codes."""

COUNTRIES = {"GB": "United Kingdom", "US": "United States"}

TYPE_IDS: dict[str, str] = TYPES["type_ids"]
"""MusicBrainz' id of each type; types with an unknown id have null."""

ENDS = {
    "label founder": ("artist", "label"),
    "label ownership": ("label", "label"),
    "personal label": ("artist", "label"),
}
"""Source and target of each relation type that does not relate two artists."""


def lines(entity: str, partition: str) -> Iterator[str]:
    """Yield the entity's lines of a month: JSON objects with their keys in an arbitrary but reproducible order."""
    for facts in records(entity, partition):
        body = {**BODIES[entity](facts, partition), "relations": list(_relations(entity, facts, partition))}
        yield json.dumps(_shuffle(body, _order(facts)), ensure_ascii=False, separators=(",", ":"))


def records(entity: str, partition: str) -> list[Facts]:
    """Return the entity's records of a month, ascending by MBID. Raises KeyError if the sample has no such month."""
    content = _content(entity)
    found = {each["id"]: each for each in content["october"]}
    if partition == months.NOVEMBER:
        changes = content.get("november", {})
        found |= {each["id"]: each for each in changes.get("added", [])}
        found |= {each["id"]: {**found[each["id"]], **each} for each in changes.get("changed", [])}
        found = {key: each for key, each in found.items() if key not in changes.get("removed", [])}
    elif partition != months.OCTOBER:
        raise KeyError(f"the sample has the months {', '.join(months.PARTITIONS)}, not {partition}")
    return [found[key] for key in sorted(found)]


def relations() -> list[Facts]:
    """Return every relation between two records, once; a month includes it if both records exist."""
    return [*_content("artist")["relations"], *_content("label")["relations"]]


def find_unmatched(entity: str) -> frozenset[int]:
    """Return the linked Discogs ids that the Discogs sample does not contain."""
    return frozenset(_content(entity)["unmatched"])


@cache
def _content(entity: str) -> dict[str, Any]:
    file = files(__package__) / "records" / f"musicbrainz_{entity}.yaml"
    content: dict[str, Any] = yaml.load(file.read_bytes(), yaml.CSafeLoader)
    return content


@cache
def _read_named(entity: str, partition: str) -> dict[str, Facts]:
    return {each.get("name") or each["title"]: each for each in records(entity, partition)}


def _artist(facts: Facts, _: str) -> Line:
    country = AREAS[facts["area"]][1] if "area" in facts else None
    begin, end = _area(facts.get("begin_area")), _area(facts.get("end_area"))
    return {
        **_artist_summary(facts),
        **_common(facts),
        **NO_RATING,
        "gender": facts.get("gender"),
        "gender-id": TYPE_IDS.get(facts.get("gender", "")),
        "country": country,
        "area": _area(facts.get("area")),
        "begin-area": begin,
        "begin_area": begin,
        "end-area": end,
        "end_area": end,
        "life-span": _span(facts),
        "ipis": facts.get("ipis", []),
        "isnis": facts.get("isnis", []),
    }


def _label(facts: Facts, _: str) -> Line:
    return {
        **_label_summary(facts),
        **_common(facts),
        **NO_RATING,
        "country": AREAS[facts["area"]][1] if "area" in facts else None,
        "area": _area(facts.get("area")),
        "life-span": _span(facts),
        "ipis": facts.get("ipis", []),
        "isnis": facts.get("isnis", []),
    }


def _release_group(facts: Facts, partition: str) -> Line:
    return {**_group_summary(facts, partition), **_common(facts), **NO_RATING}


def _release(facts: Facts, partition: str) -> Line:
    group = _read_named("release-group", partition)[facts["group"]]
    return {
        **_common(facts),
        "id": facts["id"],
        "title": facts["title"],
        "disambiguation": facts.get("disambiguation", ""),
        "artist-credit": _credit(group["artist"], partition),
        "release-group": _group_summary(group, partition),
        "status": facts.get("status"),
        "status-id": TYPE_IDS.get(facts.get("status", "")),
        "barcode": facts.get("barcode"),
        "asin": None,
        "packaging": None,
        "packaging-id": None,
        "quality": "normal",
        "text-representation": {"language": None, "script": None},
        "cover-art-archive": {"artwork": False, "back": False, "count": 0, "darkened": False, "front": False},
        "label-info": _label_info(facts, partition),
        "media": _media(facts),
        **_events(facts),
    }


NO_RATING: Line = {"rating": {"value": None, "votes-count": 0}}

BODIES = {"artist": _artist, "label": _label, "release-group": _release_group, "release": _release}


def _common(facts: Facts) -> Line:
    return {
        "aliases": [_alias(each) for each in facts.get("aliases", [])],
        "annotation": None,
        "genres": [],
        "tags": [],
    }


def _artist_summary(facts: Facts) -> Line:
    return {**_summary(facts), **_describe_type(facts.get("type", "Person"))}


def _label_summary(facts: Facts) -> Line:
    return {**_summary(facts), **_describe_type(facts.get("type")), "label-code": facts.get("code")}


def _summary(facts: Facts) -> Line:
    return {
        "id": facts["id"],
        "name": facts["name"],
        "sort-name": facts.get("sort", facts["name"]),
        "disambiguation": facts.get("disambiguation", ""),
    }


def _group_summary(facts: Facts, partition: str) -> Line:
    secondary = facts.get("secondary", [])
    return {
        "id": facts["id"],
        "title": facts["title"],
        "disambiguation": facts.get("disambiguation", ""),
        "aliases": [],
        "tags": [],
        "artist-credit": _credit(facts["artist"], partition),
        "first-release-date": facts.get("first", ""),
        "primary-type": facts.get("primary"),
        "primary-type-id": TYPE_IDS.get(facts.get("primary", "")),
        "secondary-types": secondary,
        "secondary-type-ids": [TYPE_IDS[each] for each in secondary],
    }


def _credit(name: str, partition: str) -> list[Line]:
    artist = {**_artist_summary(_read_named("artist", partition)[name]), "aliases": [], "tags": [], "genres": []}
    return [{"artist": artist, "joinphrase": "", "name": name}]


def _label_info(facts: Facts, partition: str) -> list[Line]:
    if "label" not in facts:
        return []
    label = {
        **_label_summary(_read_named("label", partition)[facts["label"]]),
        "aliases": [],
        "tags": [],
        "genres": [],
    }
    return [{"catalog-number": facts.get("catno"), "label": label}]


def _media(facts: Facts) -> list[Line]:
    if "format" not in facts:
        return []
    form = {"format": facts["format"], "format-id": TYPE_IDS.get(facts["format"])}
    return [{**form, "position": 1, "title": "", "track-count": facts["tracks"], "track-offset": 0, "discs": []}]


def _events(facts: Facts) -> Line:
    """Return the release's date and country; a line lacks these keys if they are unknown."""
    if "date" not in facts:
        return {}
    event = {"date": facts["date"], "area": _area(COUNTRIES[facts["country"]])}
    return {"date": facts["date"], "country": facts["country"], "release-events": [event]}


def _alias(facts: Facts) -> Line:
    return {
        "name": facts["name"],
        "sort-name": facts.get("sort", facts["name"]),
        "locale": facts.get("locale"),
        "primary": facts.get("primary"),
        **_describe_type(facts.get("type")),
        **_span(facts),
    }


def _area(name: str | None) -> Line | None:
    if name is None:
        return None
    mbid, _, codes = AREAS[name]
    return {"id": mbid, "name": name, "sort-name": name, "disambiguation": "", **_describe_type(None), **codes}


def _describe_type(name: str | None) -> Line:
    return {"type": name, "type-id": TYPE_IDS.get(name or "")}


def _span(facts: Mapping[str, Any]) -> Line:
    """Return begin and end; an end implies `ended`, and records may state `ended` without a known end."""
    end = facts.get("end")
    return {"begin": facts.get("begin"), "end": end, "ended": facts.get("ended", end is not None)}


def _relations(entity: str, facts: Facts, partition: str) -> Iterator[Line]:
    """Yield the record's links and its relations to others: forward if it is their source, else backward."""
    for kind, addresses in facts.get("urls", {}).items():
        for address in addresses:
            url = {"id": None, "resource": address}
            yield _relation({"type": kind}, "forward", "url", url, TYPE_IDS.get(f"{entity} {kind}"))
    for each in relations():
        source, target = ENDS.get(each["type"], ("artist", "artist"))
        ends = {"forward": (source, each["from"]), "backward": (target, each["to"])}
        for direction, other in (("forward", ends["backward"]), ("backward", ends["forward"])):
            known = _read_named(other[0], partition).get(other[1])
            if ends[direction] == (entity, facts.get("name")) and known:
                yield _relation(each, direction, other[0], SUMMARIES[other[0]](known), TYPE_IDS.get(each["type"]))


SUMMARIES = {"artist": _artist_summary, "label": _label_summary}


def _relation(facts: Facts, direction: str, kind: str, target: Line, type_id: str | None) -> Line:
    return {
        "type": facts["type"],
        "type-id": type_id,
        "direction": direction,
        "target-type": kind,
        kind: target,
        "attributes": facts.get("attributes", []),
        "attribute-ids": {},
        "attribute-values": {},
        "source-credit": "",
        "target-credit": "",
        **_span(facts),
    }


def _order(facts: Facts) -> Random:
    return Random(facts["id"])  # noqa: S311 - seeded: the order has to be reproducible


def _shuffle(value: Any, random: Random) -> Any:
    """Return the value with the keys of every object shuffled."""
    if isinstance(value, list):
        return [_shuffle(each, random) for each in value]
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        return {key: _shuffle(value[key], random) for key in keys}
    return value

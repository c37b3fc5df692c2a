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

AREAS: dict[str, tuple[str, str, Line]] = {
    "Chennai": ("a03385a0-da43-41f9-bbfc-741b949c2e0c", "IN", {}),
    "Edinburgh": ("6658f787-692d-417f-852c-dcca728d5849", "GB", {}),
    "England": ("9d5dd675-3cf4-4296-9e39-67865ebee758", "GB", {"iso-3166-2-codes": ["GB-ENG"]}),
    "Germany": ("85752fda-13c4-31a3-bee5-0e5cb1f51dad", "DE", {"iso-3166-1-codes": ["DE"]}),
    "Hamburg": ("11a44e18-a2e5-43a9-bee9-aa4f7c83f967", "DE", {}),
    "Ireland": ("390b05d4-11ec-3bce-a343-703a366b34a5", "IE", {"iso-3166-1-codes": ["IE"]}),
    "Liverpool": ("c249c30e-88ab-4b2f-a745-96a25bd7afee", "GB", {}),
    "London": ("f03d09b3-39dc-4083-afd6-159e3f0d462f", "GB", {}),
    "Los Angeles": ("1f40c6e1-47ba-4e35-996f-fe6ee5840e62", "US", {}),
    "Manhattan": ("261962ea-d8c2-4eaf-a80c-f14376ffadb0", "US", {}),
    "United Kingdom": ("8a754a16-0027-3a29-b6d7-2b40ea0481ed", "GB", {"iso-3166-1-codes": ["GB"]}),
    "United States": ("489ce91b-6658-3307-9877-795b68554c98", "US", {"iso-3166-1-codes": ["US"]}),
}
"""MBID of each area, the country it is in, and its own codes."""

COUNTRIES = {"GB": "United Kingdom", "US": "United States"}

TYPE_IDS = {
    "Person": "b6e035f4-3ce9-331c-97df-83397230b0df",
    "Group": "e431f5f6-b5d2-343d-8b36-72607fffb74b",
    "Male": "36d3d30a-839d-3eda-8cb3-29be4384e4a9",
    "Female": "93452b5a-a947-30c8-934f-6a4056b151c2",
    "Artist name": "894afba6-2816-3c24-8072-eadb66bd04bc",
    "Legal name": "d4dcd0c0-b341-3612-a332-c0ce797b25cf",
    "Search hint": "1937e404-b981-3cb7-8151-4c86ebfc8d8e",
    "Holding": "43f31a62-97e4-36f6-9752-453c131b71ed",
    "Original Production": "7aaa37fe-2def-3476-b359-80245850062d",
    "Imprint": "b6285b2a-3514-3d43-80df-fcf528824ded",
    "Album": "f529b476-6e62-324f-b0aa-1f3e33d313fc",
    "Compilation": "dd2a21e1-0c00-3729-a7a0-de60b84eb5d1",
    "Official": "4e304316-386d-3409-af2e-78857eec5cfe",
    "CD": "9712d52a-4509-3d4b-a1a2-67c88c643e31",
    "artist rename": "9752bfdf-13ca-441a-a8bc-18928c600c73",
    "collaboration": "75c09861-6857-4ec0-9729-84eefde7fc86",
    "member of band": "5be4c609-9afa-4ea0-910b-12ffb71e3821",
    "supporting musician": "88562a60-2550-48f0-8e8e-f54d95c7369a",
    "teacher": "249fc24f-d573-4290-9d74-0547712d1f1e",
    "tribute": "a6f62641-2f58-470e-b02b-88d7b984dc9f",
    "label founder": "577996f3-7ff9-45cf-877e-740fb1267a63",
    "label ownership": "ab7a9be0-c060-4852-8f2e-4faf5b33231e",
    "personal label": "fe16f2bd-d324-435a-8076-bcf43b805bd9",
    "artist discogs": "04a5b104-a4c2-4bac-99a1-7b837c37d9e4",
    "artist official homepage": "fe33d22f-c3b0-4d68-bd53-a856badf2b15",
    "artist wikidata": "689870a4-a1e4-4912-b17f-7b2664215698",
    "artist wikipedia": "29651736-fa6d-48e4-aadc-a557c6add1cb",
    "label discogs": "5b987f87-25bc-4a2d-b3f1-3618795b8207",
    "label official site": "fe108f43-acb9-4ad1-8be3-57e6ec5b17b6",
    "label wikidata": "75d87e83-d927-4580-ba63-44dc76256f98",
    "release discogs": "4a78823c-1c53-4176-a5f3-58026c76f2bc",
    "release-group discogs": "99e550f3-5ab4-3110-b5b9-fe01d970b126",
    "release-group wikidata": "b988d08c-5d86-4a57-9557-c83b399e3580",
}
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
        yield json.dumps(_shuffled(body, _order(facts)), ensure_ascii=False, separators=(",", ":"))


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


def unmatched(entity: str) -> frozenset[int]:
    """Return the linked Discogs ids that the Discogs sample does not contain."""
    return frozenset(_content(entity)["unmatched"])


@cache
def _content(entity: str) -> dict[str, Any]:
    file = files(__package__) / "records" / f"musicbrainz_{entity}.yaml"
    content: dict[str, Any] = yaml.load(file.read_bytes(), yaml.CSafeLoader)
    return content


@cache
def _named(entity: str, partition: str) -> dict[str, Facts]:
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
    group = _named("release-group", partition)[facts["group"]]
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
    return {**_summary(facts), **_typed(facts.get("type", "Person"))}


def _label_summary(facts: Facts) -> Line:
    return {**_summary(facts), **_typed(facts.get("type")), "label-code": facts.get("code")}


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
    artist = {**_artist_summary(_named("artist", partition)[name]), "aliases": [], "tags": [], "genres": []}
    return [{"artist": artist, "joinphrase": "", "name": name}]


def _label_info(facts: Facts, partition: str) -> list[Line]:
    if "label" not in facts:
        return []
    label = {**_label_summary(_named("label", partition)[facts["label"]]), "aliases": [], "tags": [], "genres": []}
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
        **_typed(facts.get("type")),
        **_span(facts),
    }


def _area(name: str | None) -> Line | None:
    if name is None:
        return None
    mbid, _, codes = AREAS[name]
    return {"id": mbid, "name": name, "sort-name": name, "disambiguation": "", **_typed(None), **codes}


def _typed(name: str | None) -> Line:
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
            known = _named(other[0], partition).get(other[1])
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


def _shuffled(value: Any, random: Random) -> Any:
    """Return the value with the keys of every object shuffled."""
    if isinstance(value, list):
        return [_shuffled(each, random) for each in value]
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        return {key: _shuffled(value[key], random) for key in keys}
    return value

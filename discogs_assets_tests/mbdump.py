"""MusicBrainz dumps as tests make them, and what a plain walk over the JSON finds in a record.

What belongs here: building archives, and the judge of the columns, which shares no code with what it judges. What
doesn't: any test.
"""

import io
import json
import lzma
import re
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow.parquet as pq

from discogs_assets.schema.model import Entity
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs import convert
from discogs_assets.streams.discogs.convert import Account
from discogs_assets.streams.musicbrainz import records as musicbrainz

MBID = "b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d"
Row = dict[str, Any]


def tar(name: str, content: bytes) -> bytes:
    """An archive that holds the member among others."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for each, data in (("TIMESTAMP", b"2026\n"), ("README", b"x"), (name, content), ("NUMBER", b"1\n")):
            info = tarfile.TarInfo(each)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def pack_dump(entity: Entity, lines: Iterable[bytes]) -> bytes:
    """A dump file with these lines."""
    return lzma.compress(tar(f"mbdump/{entity.name}", b"".join(line + b"\n" for line in lines)), preset=0)


def line(record: Row) -> bytes:
    """The record as the dumps have it."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def convert_lines(folder: Path, entity: Entity, lines: Iterable[bytes]) -> tuple[Account, list[Row], list[Row]]:
    """What becomes of a dump with these lines: the account, the good rows, the refused ones."""
    return convert_bytes(folder, entity, pack_dump(entity, lines))


def convert_bytes(folder: Path, entity: Entity, data: bytes) -> tuple[Account, list[Row], list[Row]]:
    """What becomes of a dump file with these bytes."""
    path, good, bad = folder / f"{entity.name}.tar.xz", folder / "good", folder / "bad"
    path.write_bytes(data)
    for each in (good, bad):
        each.mkdir(exist_ok=True)
    account = musicbrainz.write(convert.Source(path, entity, "a" * 64), good, bad)
    return account, *(pq.read_table(each / parquet.FILE).to_pylist() for each in (good, bad))


def rows(folder: Path, entity: Entity, *records: Row) -> list[Row]:
    """The rows of records; none is refused."""
    account, good, _ = convert_lines(folder, entity, map(line, records))
    assert account.refused == 0, account.first
    return good


def url(type_: str, resource: str, **said: Any) -> Row:
    """A relation to a URL."""
    return {"type": type_, "target-type": "url", "url": {"resource": resource, "id": MBID}, **said}


def expected_row(kind: str, said: Row) -> Row:
    """The row of a record, by a plain walk."""
    relations = [each for each in said.get("relations") or [] if each is not None]
    elsewhere = [each for each in relations if each.get("target-type") == "url"]
    links = [_link(kind, each) for each in elsewhere if each.get("type") == "discogs"]
    title = "title" if kind in ("release", "release-group") else "name"
    return {
        "mbid": said["id"],
        "name": _text(said.get(title)),
        "disambiguation": _text(said.get("disambiguation")),
        "aliases": [_alias(each) for each in said.get("aliases") or [] if each is not None],
        "relations": [_relation(each) for each in relations if each.get("target-type") != "url"],
        "urls": [_url(each) for each in elsewhere if each.get("type") != "discogs"],
        "discogs": links,
        "discogs_ids": _ids(links),
        **_special(kind, said),
    }


def _text(value: Any) -> Any:
    return None if value == "" else value


def _texts(values: Any) -> list[str]:
    return [each for each in values or [] if each]


def _span(said: Row) -> Row:
    return {
        "begin_date": _text(said.get("begin")),
        "end_date": _text(said.get("end")),
        "ended": said.get("ended"),
    }


def _alias(said: Row) -> Row:
    keys = ("name", "sort-name", "locale", "type")
    return {
        **{key.replace("-", "_"): _text(said.get(key)) for key in keys},
        "primary": said.get("primary"),
        **_span(said),
    }


def _relation(said: Row) -> Row:
    kind = said.get("target-type") or ""
    spellings = (kind.replace("-", "_"), kind.replace("_", "-"))
    held: Row = next((said[each] for each in spellings if said.get(each) is not None), {})
    values = said.get("attribute-values")
    return {
        "type": _text(said.get("type")),
        "type_id": _text(said.get("type-id")),
        "direction": _text(said.get("direction")),
        "target_type": spellings[1] or None,
        "target": _text(held.get("id")),
        "target_name": _text(held.get("name")) or _text(held.get("title")),
        "attributes": _texts(said.get("attributes")),
        "attribute_values": json.dumps(values, ensure_ascii=False, sort_keys=True) if values else None,
        **_span(said),
        "source_credit": _text(said.get("source-credit")),
        "target_credit": _text(said.get("target-credit")),
    }


def _resource(said: Row) -> Any:
    return _text((said.get("url") or {}).get("resource"))


def _url(said: Row) -> Row:
    return {
        "type": _text(said.get("type")),
        "url": _resource(said),
        "direction": _text(said.get("direction")),
        **_span(said),
    }


def _link(kind: str, said: Row) -> Row:
    return {"url": _resource(said), "id": _number(_resource(said) or "", kind), "ended": said.get("ended")}


def _number(address: str, kind: str) -> int | None:
    """The id in an address of the two forms that nearly all have."""
    parts = urlsplit(address)
    wanted = "master" if kind == "release-group" else kind
    found = re.fullmatch(rf"/(?:[a-z]{{2}}/)?{wanted}/(\d+)(?:-.*)?", parts.path)
    return int(found[1]) if parts.netloc == "www.discogs.com" and found else None


def _ids(links: list[Row]) -> list[int]:
    every = {each["id"] for each in links if each["id"] is not None}
    going = {each["id"] for each in links if each["id"] is not None and not each["ended"]}
    return sorted(going) + sorted(every - going)


def _special(kind: str, said: Row) -> Row:
    def name(*keys: str) -> Any:
        return next((found for key in keys if (found := _text((said.get(key) or {}).get("name")))), None)

    if kind == "release-group":
        return {
            "type": _text(said.get("primary-type")),
            "secondary_types": _texts(said.get("secondary-types")),
            "first_release_date": _text(said.get("first-release-date")),
            "artist_credit": _credit(said),
        }
    if kind == "release":
        return _release(said)
    common = {
        "sort_name": _text(said.get("sort-name")),
        "type": _text(said.get("type")),
        **_span(said.get("life-span") or {}),
        "area": name("area"),
        "country": _text(said.get("country")),
        "ipis": _texts(said.get("ipis")),
        "isnis": _texts(said.get("isnis")),
    }
    if kind == "label":
        return {**common, "label_code": said.get("label-code")}
    areas = {f"{end}_area": name(f"{end}-area", f"{end}_area") for end in ("begin", "end")}
    return {**common, **areas, "gender": _text(said.get("gender"))}


def _credit(said: Row) -> list[Row]:
    return [
        {
            "mbid": _text((each.get("artist") or {}).get("id")),
            "name": _text(each.get("name")),
            "joinphrase": _text(each.get("joinphrase")),
        }
        for each in said.get("artist-credit") or []
        if each is not None
    ]


def _release(said: Row) -> Row:
    labels = [
        {
            "catalog_number": _text(each.get("catalog-number")),
            "mbid": _text((each.get("label") or {}).get("id")),
            "name": _text((each.get("label") or {}).get("name")),
        }
        for each in said.get("label-info") or []
        if each is not None
    ]
    keys = ("barcode", "status", "date", "country", "packaging", "asin", "quality")
    texts = said.get("text-representation") or {}
    return {
        **{key: _text(said.get(key)) for key in keys},
        "release_group": _text((said.get("release-group") or {}).get("id")),
        "language": _text(texts.get("language")),
        "script": _text(texts.get("script")),
        "artist_credit": _credit(said),
        "labels": labels,
    }

"""Records of MusicBrainz in the form of its dumps, as Parquet and as a run of dump files.

What belongs here: making records with few words, and the ways they take. What doesn't: what is expected of them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from discogs_assets.schema import musicbrainz as schema
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.model import Entity
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs.convert import Source
from discogs_assets.streams.graph.enrichment import RELATIONS
from discogs_assets.streams.musicbrainz import records as musicbrainz
from discogs_assets.streams.musicbrainz import relations as musicbrainz_links
from discogs_assets_tests import mbdump

Record = dict[str, Any]
Records = Mapping[str, Sequence[Record]]
Files = dict[str, list[Path]]


def mbid(number: int) -> str:
    """An MBID that begins with the number."""
    return f"{number:08x}-0000-4000-8000-000000000000"


def record(number: int, *relations: Record, **values: Any) -> Record:
    """A record with the number's MBID."""
    return {"id": mbid(number), "name": f"Record {number}", "relations": [*relations], **values}


def link(address: str, kind: str = "discogs", ended: bool = False) -> Record:
    """A relation to a URL."""
    return {"type": kind, "target-type": "url", "direction": "forward", "ended": ended, "url": {"resource": address}}


def relation(kind: str, target: int, direction: str = "forward", to: str = "artist", **values: Any) -> Record:
    """A relation to another record."""
    return {"type": kind, "target-type": to, "direction": direction, to: {"id": mbid(target), "name": "?"}, **values}


def dump(folder: Path, entity: Entity, records: Sequence[Record]) -> Path:
    """The dump file of the records."""
    path = folder / f"{entity.name}.tar.xz"
    path.write_bytes(mbdump.pack_dump(entity, map(mbdump.line, records)))
    return path


def files(folder: Path, **records: Sequence[Record]) -> Files:
    """Parquet of the records by entity, their relationships and links among them; `_` stands for a hyphen."""
    found: Files = {}
    for entity in schema.ENTITIES:
        good, bad = folder / entity.name, folder / f"{entity.name} refused"
        good.mkdir(parents=True)
        bad.mkdir()
        if said := records.get(entity.name.replace("-", "_")):
            musicbrainz.write(Source(dump(folder, entity, said), entity, "bb", 2027), good, bad)
        else:
            with parquet.writing(good / parquet.FILE, arrow.record(entity), {entity.title: ["bb"]}):
                pass
        found[entity.title] = [*good.glob("*.parquet")]
    musicbrainz_links.write_relationships(schema.ENTITIES, found, folder / "relationships.parquet")
    musicbrainz_links.write_links(schema.ENTITIES, found, folder / "links.parquet")
    return found | {RELATIONS: [folder / "relationships.parquet"], "links": [folder / "links.parquet"]}

"""A few records that say things twice, wrongly and to nobody, as Parquet and as nodes.

What belongs here: records and the fixtures that hold them. What doesn't: what is expected of them.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import polars as pl
import pytest

from discogs_assets.sample import xml
from discogs_assets.schema import discogs
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.graph import NODES, RELATIONSHIPS
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.parse import Parser
from discogs_assets.streams.graph.nodes import write_nodes
from discogs_assets.streams.graph.relationships import write_relationships

Files = dict[str, list[Path]]
Records = dict[str, list[dict[str, Any]]]

RECORDS: Records = {
    "artists": [
        {"id": 1, "name": "Group", "members": [{"id": 2, "name": "Member"}, {"id": 9, "name": "Gone"}, {"name": "?"}]},
        {"id": 2, "name": "Member", "groups": [{"id": 1, "name": "Group"}], "aliases": [{"id": 3, "name": "Alias"}]},
        {"id": 194, "name": "Various", "aliases": [{"id": 3, "name": "Alias"}]},
        {"id": 3, "name": "Alias", "aliases": [{"id": 2, "name": "Member"}, {"id": 3, "name": "Alias"}]},
    ],
    "labels": [
        {"id": 1, "name": "Parent", "sublabels": [{"id": 2, "name": "Child"}]},
        {"id": 2, "name": "Child", "parentLabel": {"id": 1, "name": "Parent"}},
        {"id": 3, "name": "Idle"},
    ],
    "masters": [
        {"id": 1, "main_release": 1, "artists": [{"id": 1, "name": "Group"}], "genres": ["Rock"], "year_raw": "0"}
    ],
    "releases": [
        {
            "id": 1,
            "artists": [
                {"id": 1, "name": "Group", "anv": "The Group", "join": "&"},
                {"id": 2, "name": "Member"},
                {"id": 1, "name": "Group", "anv": "Again"},
                {"id": 194, "name": "Various"},
                {"id": 0, "name": "Unlinked"},
            ],
            "labels": [
                {"id": 1, "catno": "A"},
                {"id": 1, "catno": "B"},
                {"id": 2, "catno": "C"},
                {"id": 7, "catno": "D"},
            ],
            "genres": ["Rock", "Rock"],
            "styles": ["Prog", "Art"],
            "master_id": 1,
            "is_main_release": "true",
            "released": "1969-09",
            "series": [{"id": 2, "catno": "7"}, {"id": 2, "catno": "8"}, {"name": "No id"}],
            "extraartists": [
                {"id": 2, "role": "Producer [Additional, Late], Written-By , ,", "anv": "M.", "tracks": "A1 to A3"},
                {"id": 2, "role": "Written-By", "tracks": "B1"},
                {"id": 3, "name": "No role"},
                {"id": 3, "role": ", ,"},
                {"id": 194, "role": "Producer"},
                {"id": 0, "role": "Producer"},
                {"id": 9, "role": "Producer"},
            ],
            "tracklist": [
                {"title": "A heading", "extraartists": [{"id": 3, "role": "Written-By"}]},
                {
                    "position": "A1",
                    "artists": [{"id": 3, "anv": "The Alias"}, {"id": 194}],
                    "extraartists": [{"id": 2, "role": "Written-By"}, {"id": 2, "role": "Bass", "tracks": "A1 (end)"}],
                    "sub_tracks": [
                        {
                            "position": "A1.a",
                            "artists": [{"id": 3}],
                            "extraartists": [{"id": 2, "role": "Written-By"}],
                        },
                        {"artists": [{"id": 2}]},
                    ],
                },
                {"position": "A2", "artists": [{"id": 3}]},
            ],
            "companies": [
                {"id": 1, "entity_type": "17", "entity_type_name": "Pressed By", "catno": "P1"},
                {"id": 1, "entity_type": "17", "entity_type_name": "Pressed By", "catno": "P2"},
                {"id": 1, "entity_type": "23", "entity_type_name": "Recorded At"},
                {"id": 2},
                {"id": 2},
                {"id": 8, "entity_type_name": "Recorded At"},
                {"name": "No id", "entity_type_name": "Recorded At"},
            ],
        },
        {"id": 2, "genres": ["Rock", "Jazz"], "styles": ["Fusion"], "master_id": 0, "is_main_release": "false"},
        {"id": 3, "genres": ["Rock"], "styles": ["Prog"], "master_id": 5},
    ],
}


@pytest.fixture
def records(tmp_path: Path) -> Files:
    return {entity.name: [_write_records(tmp_path, entity)] for entity in discogs.ENTITIES}


def _write_records(folder: Path, entity: Any) -> Path:
    elements = [xml.record(entity, each) for each in RECORDS[entity.name]]
    batch = Parser(entity, 2027).parse(Block(entity.record, b"".join(elements), len(elements), 0)).batch
    path = folder / f"{entity.name}.parquet"
    with parquet.writing(path, arrow.record(entity), {entity.name: ["aa"]}) as writer:
        writer.write(batch)
    return path


@pytest.fixture
def nodes(tmp_path: Path, records: Files) -> Files:
    written = {node.label: [tmp_path / f"{node.label}.parquet"] for node in NODES}
    for node in NODES:
        read = {entity.name: records[entity.name] for entity in node.sources}
        write_nodes(node, read, {label: written[label] for label in node.ends}, *written[node.label])
    return written


@pytest.fixture
def related(records: Files, nodes: Files, tmp_path: Path) -> Callable[[str], dict[str, pl.DataFrame]]:
    """The tables of a relationship type, by their pair of labels."""

    def write(kind: str) -> dict[str, pl.DataFrame]:
        relationship = next(each for each in RELATIONSHIPS if each.type == kind)
        folder = Path(mkdtemp(dir=tmp_path))
        write_relationships(relationship, records, {label: nodes[label] for label in relationship.ends}, folder)
        return {file.stem: pl.read_parquet(file) for file in folder.iterdir()}

    return write

"""Months to ask questions about, as records, as Parquet and as graph tables.

What belongs here: making them from the sample, from generated dumps and from records of a test's own. What doesn't: any
claim.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from discogs_assets.sample import generator, months, xml
from discogs_assets.sample.generator import Plan
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.discogs import ENTITIES, PLACEHOLDERS
from discogs_assets.schema.graph import NODES, RELATIONSHIPS
from discogs_assets.schema.model import Entity
from discogs_assets.streams import parquet
from discogs_assets.streams.discogs import convert
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.discogs.parse import Parser
from discogs_assets.streams.graph.nodes import write_nodes
from discogs_assets.streams.graph.relationships import write_relationships
from discogs_assets.streams.insights.registry import find_insight
from discogs_assets_tests.fix_graph import RECORDS

Files = dict[str, list[Path]]
Records = dict[str, list[dict[str, Any]]]

MONTH = months.NOVEMBER
RELEASES = 700
EVERYTHING = frozenset(each.type for each in RELATIONSHIPS)


@dataclass(frozen=True)
class Asked:
    """A month in `folder`: files by entity, node label and relationship type."""

    folder: Path
    files: Files
    _answers: dict[tuple[str, str], pl.DataFrame] = field(default_factory=dict)

    def records(self, entity: str) -> list[dict[str, Any]]:
        """The records as Parquet holds them."""
        return _read(*self.files[entity])

    def there(self, entity: str) -> set[int]:
        """The ids of the records that nodes can be related to."""
        return {each["id"] for each in self.records(entity)} - {*(PLACEHOLDERS if entity == "artists" else ())}

    def referred(self, part: str) -> list[set[int]]:
        """The artists or labels of each release that are there."""
        there = self.there(part)
        return [{each["id"] for each in release[part]} & there for release in self.records("releases")]

    def answer(self, name: str, month: str = MONTH) -> pl.DataFrame:
        """The answer of the insight of this name, computed once per month."""
        if (name, month) not in self._answers:
            target = self.folder / f"{name}.parquet"
            rows = find_insight(name).write(self.files, month, target)
            self._answers[name, month] = pl.read_parquet(target)
            assert rows == len(self._answers[name, month])
        return self._answers[name, month]


@cache
def _read(*files: Path) -> list[dict[str, Any]]:
    return pl.read_parquet([*files]).to_dicts()


def answer(folder: Path, name: str, records: Records, month: str = MONTH) -> pl.DataFrame:
    """What a question is answered by the month of these records; no other tables are made than it reads."""
    reads = find_insight(name).reads
    return _write_graph(folder, write_records(folder, records), reads).answer(name, month)


def write_records(folder: Path, records: Records) -> Files:
    """The records in Parquet, by entity."""
    return {each.name: [_write_records(folder, each, records.get(each.name, []))] for each in ENTITIES}


def _write_records(folder: Path, entity: Entity, records: list[dict[str, Any]]) -> Path:
    elements = [xml.record(entity, each) for each in records]
    path = folder / f"{entity.name}.parquet"
    with parquet.writing(path, arrow.record(entity), {entity.name: ["aa"]}) as writer:
        if elements:
            writer.write(Parser(entity, 2027).parse(Block(entity.record, b"".join(elements), len(elements), 0)).batch)
    return path


def _parse_records(folder: Path, entity: Entity, file: Path) -> list[Path]:
    good, bad = folder / f"{entity.name} good", folder / f"{entity.name} bad"
    good.mkdir()
    bad.mkdir()
    convert.write(convert.Source(file, entity, "aa", 2027), good, bad)
    return sorted(good.iterdir())


def _write_graph(folder: Path, records: Files, reads: Collection[str] = EVERYTHING) -> Asked:
    """The month with the graph tables of its records, those that are read."""
    nodes: Files = {node.label: [folder / f"{node.label}.parquet"] for node in NODES}
    if {*reads} <= {*records}:
        return Asked(folder, records)
    for node in NODES:
        read = {entity.name: records[entity.name] for entity in node.sources}
        write_nodes(node, read, {label: nodes[label] for label in node.ends}, *nodes[node.label])
    found = {**records, **nodes}
    for each in (each for each in RELATIONSHIPS if each.type in reads):
        place = folder / each.type
        place.mkdir(exist_ok=True)
        write_relationships(each, records, {label: nodes[label] for label in each.ends}, place)
        found[each.type] = sorted(place.iterdir())
    return Asked(folder, found)


def _sample(folder: Path) -> Asked:
    return _write_graph(folder, write_records(folder, {each.name: months.records(each, MONTH) for each in ENTITIES}))


def _odd(folder: Path) -> Asked:
    return _write_graph(folder, write_records(folder, RECORDS))


def _generate_month(folder: Path) -> Asked:
    files = generator.write(folder / "dumps", Plan(RELEASES, months=1, first=MONTH), processes=1)
    named = {each.name: next(file for file in files if f"_{each.name}." in file.name) for each in ENTITIES}
    return _write_graph(folder, {each.name: _parse_records(folder, each, named[each.name]) for each in ENTITIES})


_GENERATED = pytest.param(_generate_month, marks=pytest.mark.slow)


@pytest.fixture(scope="session", params=[_sample, _odd, _GENERATED], ids=lambda make: make.__name__.strip("_"))
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """The sample's newer month, a few odd records, a generated month."""
    make: Callable[[Path], Asked] = request.param
    return make(tmp_path_factory.mktemp("asked"))

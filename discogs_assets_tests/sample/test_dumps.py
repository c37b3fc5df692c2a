"""Tests of `sample.dumps`."""

from pathlib import Path

import pytest

from discogs_assets.sample import dumps, months
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity
from discogs_assets.stores.dumps.discogs_archive import Archive
from discogs_assets.streams.discogs.framing import Framing, unpack_gzip
from discogs_assets.streams.discogs.parse import Parser, parse_blocks
from discogs_assets_tests import judge


def test_a_month_is_four_files_and_then_their_checksums_always_the_same(tmp_path: Path) -> None:
    files = dumps.write(tmp_path / "a", months.NOVEMBER)
    assert [file.name for file in files] == [
        *(f"discogs_20261101_{entity.name}.xml.gz" for entity in ENTITIES),
        "discogs_20261101_CHECKSUM.txt",
    ]
    again = dumps.write(tmp_path / "b", months.NOVEMBER)
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in again]
    assert Archive(str(tmp_path / "a"), tmp_path).months() == [months.NOVEMBER]


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_every_value_of_the_sample_is_read_back(entity: Entity, tmp_path: Path) -> None:
    for path in dumps.write(tmp_path, months.OCTOBER)[:-1]:
        if path.name.endswith(f"{entity.name}.xml.gz"):
            blocks = list(Framing(entity, path.name).blocks(unpack_gzip(path)))
            rows = [row for each in parse_blocks(blocks, Parser(entity, 2027)) for row in each.batch.to_pylist()]
            elements = [block.data[start:end] for block in blocks for start, end in block.spans()]
            assert [judge.of_row(entity, row) for row in rows] == [judge.of_xml(each) for each in elements]
            assert len(rows) == months.counts(months.OCTOBER)[entity.name]

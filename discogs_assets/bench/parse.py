"""Dumps → Parquet, measured beside what bounds it: unpacking alone, framing alone.

What belongs here: what is run and how the figures are put together. What doesn't: how figures are shown.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.bench.measurement import Measured, alone
from discogs_assets.schema.discogs import ENTITIES, entity
from discogs_assets.streams import dump
from discogs_assets.streams.framing import Framing, unpacked

YEAR = 2027


@dataclass(frozen=True, slots=True)
class Figure:
    """What one step of work on one dump came to; `of_limit` is its speed as a part of unpacking alone.

    Bytes are unpacked XML where nothing else is said; `written` is Parquet on disk, 0 where nothing is written.
    """

    entity: str
    step: str
    records: int
    megabytes: float
    seconds: float
    processor_seconds: float
    megabytes_per_second: float
    records_per_second: float
    peak_megabytes: float
    written_megabytes: float
    of_limit: float


def figures(dumps: Path, names: list[str]) -> Iterator[Figure]:
    """The figures of the newest dump of each entity in the folder, as they are measured."""
    for each in ENTITIES:
        if names and each.name not in names:
            continue
        path = max(dumps.rglob(f"discogs_*_{each.name}.xml.gz"))
        limit = alone(unpack, path)
        whole = alone(convert, path, each.name)
        size, records, written = limit.value, whole.value[0], whole.value[1]
        yield _figure(each.name, "gunzip alone", limit, limit, (size, records, 0))
        yield _figure(each.name, "framing alone", alone(frame, path, each.name), limit, (size, records, 0))
        yield _figure(each.name, "dump to Parquet", whole, limit, (size, records, written))


def _figure(name: str, step: str, took: Measured, limit: Measured, counts: tuple[int, int, int]) -> Figure:
    size, records, written = counts
    return Figure(
        entity=name,
        step=step,
        records=records,
        megabytes=round(size / 1e6, 1),
        seconds=round(took.seconds, 2),
        processor_seconds=round(took.processor, 2),
        megabytes_per_second=round(size / took.seconds / 1e6, 1),
        records_per_second=round(records / took.seconds),
        peak_megabytes=round(took.peak / 1e6),
        written_megabytes=round(written / 1e6, 1),
        of_limit=round(limit.seconds / took.seconds, 3),
    )


def unpack(path: Path) -> int:
    """Bytes of the unpacked file."""
    return sum(len(chunk) for chunk in unpacked(path, lambda done: None))


def frame(path: Path, name: str) -> int:
    """Records found in the file."""
    return sum(block.records for block in Framing(entity(name), str(path)).blocks(unpacked(path, lambda done: None)))


def convert(path: Path, name: str) -> tuple[int, int]:
    """Records written as Parquet, as the platform does it, and the bytes of the files."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        good, bad = Path(folder) / "good", Path(folder) / "bad"
        good.mkdir()
        bad.mkdir()
        account = dump.write(dump.Source(path, entity(name), "", YEAR), good, bad)
        return account.parsed, sum(file.stat().st_size for file in good.iterdir())

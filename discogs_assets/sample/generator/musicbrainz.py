"""The generated months as MusicBrainz exports: four dump files, checksums and expected counts."""

import json
import lzma
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any, BinaryIO

from discogs_assets.sample.generator.counterparts import RECORDS, CounterpartWriter, Tally
from discogs_assets.sample.generator.dumps import Job, Progress, list_jobs, run_jobs
from discogs_assets.sample.generator.plan import Plan
from discogs_assets.sample.generator.world import world

FOLDER = "musicbrainz"
"""Folder of the exports, next to that of the Discogs dumps."""

BATCH = {"artist": 8_192, "label": 16_384, "release-group": 4_096, "release": 2_048}
"""Discogs records per batch: about 5 MB of JSON.

A file has an xz stream for each batch and for each end, so that the number of processes does not affect the files, and
no process needs more memory than a batch."""

PRESET = 1
"""xz preset: a tenth of the time of MusicBrainz' own, for files a third larger."""

BEFORE = {
    "TIMESTAMP": "2026-10-03 00:10:01.000000+00\n",
    "COPYING": "Core data is in the public domain: CC0.\n",
    "README": "JSON dump, one record on each line.\n",
    "REPLICATION_SEQUENCE": "170000\n",
    "SCHEMA_SEQUENCE": "30\n",
}
AFTER = {"JSON_DUMPS_SCHEMA_NUMBER": "1\n"}
"""Archive members after the records; `BEFORE` are the members before them."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A generated batch: compressed lines, their uncompressed size, and the tally."""

    job: Job
    packed: bytes
    size: int
    tally: Tally


@dataclass(slots=True)
class Book:
    """Contents of a dump so far."""

    size: int = 0
    tally: Tally = field(default_factory=Tally)


def run(partition: str) -> str:
    """Return the name of a month's export."""
    return f"{partition[:7].replace('-', '')}03-001001"


def write(
    folder: Path,
    plan: Plan,
    entities: Iterable[str] = tuple(RECORDS),
    progress: Progress | None = None,
    processes: int | None = None,
) -> list[Path]:
    """Write `folder/YYYYMMDD-001001/{entity}.tar.xz` for each month, with checksums and truth, then LATEST."""
    files: list[Path] = []
    wanted = tuple(entities)
    done, whole = (
        0,
        sum(
            job.end - job.start
            for month in range(plan.months)
            for each in wanted
            for job in _list_batches(plan, month, each)
        ),
    )

    def count(file: str, records: int) -> None:
        nonlocal done
        done += records
        if progress:
            progress(file, done, whole)

    for month, partition in enumerate(plan.partitions):
        place = folder / run(partition)
        place.mkdir(parents=True, exist_ok=True)
        books = {entity: _write_file(place, plan, month, entity, count, processes) for entity in wanted}
        dumps = [place / f"{entity}.tar.xz" for entity in wanted]
        truth = folder / f"truth_{run(partition)}.json"
        truth.write_text(json.dumps({entity: _describe(book) for entity, book in books.items()}, sort_keys=True) + "\n")
        sums = place / "SHA256SUMS"
        sums.write_text("".join(f"{_hash(each)} *{each.name}\n" for each in dumps))
        files += [*dumps, truth, sums]
    latest = folder / "LATEST"
    latest.write_text(f"{run(plan.partitions[-1])}\n")
    return [*files, latest]


def truth(folder: Path, partition: str) -> dict[str, Any]:
    """Return the expected counts of the export by entity, as counted by the generator."""
    found: dict[str, Any] = json.loads((folder / f"truth_{run(partition)}.json").read_text())
    return found


def _describe(book: Book) -> dict[str, Any]:
    """Return records, bytes, rows by part, forward relations by type, and Discogs links counted from both ends."""
    pairs = set(book.tally.pairs)
    of_mbid, of_id = Counter(mbid for mbid, _ in pairs), Counter(number for _, number in pairs)
    return {
        "records": book.tally.records,
        "bytes": book.size,
        "rows": dict(book.tally.rows),
        "relations": dict(book.tally.relations),
        "matched": len(of_mbid),
        "discogs_ids": len(of_id),
        "several_ids": sum(count > 1 for count in of_mbid.values()),
        "several_mbids": sum(count > 1 for count in of_id.values()),
    }


def _list_batches(plan: Plan, month: int, entity: str) -> list[Job]:
    return list_jobs(plan, month, entity, BATCH, RECORDS[entity])


def _write_file(
    place: Path, plan: Plan, month: int, entity: str, count: Callable[[str, int], None], processes: int | None
) -> Book:
    """Write a dump. Records go to a temporary file first, since the archive states their size before them."""
    book, path = Book(), place / f"{entity}.tar.xz"
    with tempfile.TemporaryFile(dir=place) as packed, path.open("wb") as file:
        for batch in run_jobs(make_batch, _list_batches(plan, month, entity), processes):
            packed.write(batch.packed)
            book.size += batch.size
            book.tally.add(batch.tally)
            count(path.name, batch.job.end - batch.job.start)
        _write_archive(file, packed, f"mbdump/{entity}", book.size)
    return book


def make_batch(job: Job) -> Batch:
    """Return the batch's lines."""
    writer = CounterpartWriter(world(job.plan, job.month), job.entity, job.start, job.end)
    lines = [json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in writer.records()]
    data = "".join(f"{line}\n" for line in lines).encode()
    return Batch(job, lzma.compress(data, preset=PRESET), len(data), writer.tally)


def _write_archive(file: BinaryIO, packed: BinaryIO, name: str, size: int) -> None:
    """Write the archive: its head, the compressed records, its tail."""
    head = b"".join(_member(*each) for each in BEFORE.items()) + _header(name, size)
    tail = bytes(-size % tarfile.BLOCKSIZE) + b"".join(_member(*each) for each in AFTER.items())
    file.write(lzma.compress(head, preset=PRESET))
    packed.seek(0)
    while chunk := packed.read(1 << 20):
        file.write(chunk)
    file.write(lzma.compress(tail + bytes(tarfile.RECORDSIZE), preset=PRESET))


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


def _member(name: str, text: str) -> bytes:
    data = text.encode()
    return _header(name, len(data)) + data + bytes(-len(data) % tarfile.BLOCKSIZE)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()

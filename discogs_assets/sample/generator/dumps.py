"""The generated months as Discogs dump files, with their expected counts."""

import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from isal import igzip
from numpy.typing import NDArray

from discogs_assets.sample.generator.plan import ENTITIES, Plan
from discogs_assets.sample.generator.population import Population
from discogs_assets.sample.generator.records import RecordWriter
from discogs_assets.sample.generator.releases import ReleaseWriter
from discogs_assets.sample.generator.truth import Tally
from discogs_assets.sample.generator.world import world
from discogs_assets.streams.prefetch import in_order

Made = TypeVar("Made")

BATCH = {"artists": 16_384, "labels": 16_384, "masters": 8_192, "releases": 8_192}
"""Records per batch: about 28 MB of XML at most.

The size is fixed and each batch is a gzip member, so that the number of processes does not affect the files, nor the
size of the plan the memory of a process."""

ALONE = 80_000
"""Maximum records that are generated in this process, since starting others would take longer."""

UNDER_WAY = 2
"""Batches queued in addition to one per process."""

LEVEL = 1
"""Fastest gzip level that still compresses."""

Progress = Callable[[str, int, int], None]
"""Callback with the current file, the records written so far and the records of all months."""


@dataclass(frozen=True, slots=True)
class Job:
    """A batch: the records of an entity and a month in a range of indexes."""

    plan: Plan
    month: int
    entity: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A generated batch: compressed XML, its uncompressed size, ids with a digest of each record, and counts.

    `merges` are ids of records that this month merged into others, with the others' ids.
    """

    job: Job
    packed: bytes
    size: int
    digests: NDArray[np.uint64]
    tally: Tally
    merges: list[tuple[int, int]]


@dataclass(slots=True)
class Book:
    """Contents of a dump so far; `digests` has a row of id and digest for each record, ascending by id."""

    path: Path
    digests: NDArray[np.uint64] = field(default_factory=lambda: np.zeros((0, 2), np.uint64))
    size: int = 0
    tally: Tally = field(default_factory=Tally)
    merges: list[tuple[int, int]] = field(default_factory=list)
    sha256: str = ""


def write(folder: Path, plan: Plan, progress: Progress | None = None, processes: int | None = None) -> list[Path]:
    """Write the plan's months under `folder/data/YYYY/`: four dumps each, then their truth and their CHECKSUM file."""
    files: list[Path] = []
    before: dict[str, Book] = {}
    jobs = [job for month in range(plan.months) for entity in ENTITIES for job in list_jobs(plan, month, entity, BATCH)]
    done, whole = 0, sum(each.end - each.start for each in jobs)
    for month, of_month in groupby(run_jobs(make_batch, jobs, processes), lambda batch: batch.job.month):
        partition = plan.partitions[month]
        place = folder / "data" / partition[:4]
        place.mkdir(parents=True, exist_ok=True)
        books: dict[str, Book] = {}
        for entity, of_entity in groupby(of_month, lambda batch: batch.job.entity):
            book = books[entity] = Book(place / f"discogs_{partition.replace('-', '')}_{entity}.xml.gz")
            for size in _write_file(book, entity, of_entity):
                done += size
                if progress:
                    progress(book.path.name, done, whole)
        files += [*(book.path for book in books.values()), *_close_month(partition, books, before)]
        before = books
    return files


def truth(folder: Path, partition: str) -> dict[str, Any]:
    """Return the expected counts of the month, as counted by the generator."""
    found: dict[str, Any] = json.loads(_truth_path(folder / "data" / partition[:4], partition).read_text())
    return found


def _truth_path(place: Path, partition: str) -> Path:
    """Return the path of the truth; no source of dumps takes its name for a dump's."""
    return place / f"truth_{partition.replace('-', '')}.json"


def list_jobs(plan: Plan, month: int, entity: str, sizes: dict[str, int], records: str = "") -> list[Job]:
    """Return the batches of an entity; `records` are the Discogs records that it is made for, by default itself."""
    spans = Population(plan, records or entity, month).spans(sizes[entity])
    return [Job(plan, month, entity, start, end) for start, end in spans]


def run_jobs(make: Callable[[Job], Made], jobs: list[Job], processes: int | None) -> Iterator[Made]:
    """Yield the batches in order, made by as many processes as the machine has processors by default."""
    count = processes or os.cpu_count() or 1
    if count == 1 or sum(job.end - job.start for job in jobs) <= ALONE:
        yield from map(make, jobs)
        return
    # Spawn, not fork: a process forked from one with threads may hang, and Arrow starts threads.
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn")) as pool:
        yield from in_order(pool, make, jobs, count + UNDER_WAY)


def make_batch(job: Job) -> Batch:
    """Return the batch's records."""
    month = world(job.plan, job.month)
    population = month.populations[job.entity]
    indexes = [index for index in range(job.start, job.end) if population.alive(index)]
    make = ReleaseWriter if job.entity == "releases" else RecordWriter
    writer = make(month, population.key(job.start, 255), population.birth(job.start))
    draw: Callable[[int], str] = getattr(writer, job.entity.removesuffix("s"))
    records = [draw(index).encode() for index in indexes]
    data = b"".join(records)
    digests = np.empty((len(records), 2), np.uint64)
    digests[:, 0] = [population.identify(index) for index in indexes]
    digests[:, 1] = np.frombuffer(b"".join([blake2b(each, digest_size=8).digest() for each in records]), np.uint64)
    packed = igzip.compress(data, LEVEL, mtime=0) if data else b""
    return Batch(job, packed, len(data), digests, writer.tally, population.merges(job.start, job.end))


def _write_file(book: Book, entity: str, batches: Iterable[Batch]) -> Iterator[int]:
    """Write a dump batch by batch, yielding the number of records that each batch covers."""
    digests, digest = [], sha256()
    with book.path.open("wb") as file:

        def put(packed: bytes, size: int) -> None:
            digest.update(packed)
            file.write(packed)
            book.size += size

        ends = [f"<{entity}>\n".encode(), f"</{entity}>\n".encode()]
        put(igzip.compress(ends[0], LEVEL, mtime=0), len(ends[0]))
        for batch in batches:
            put(batch.packed, batch.size)
            digests.append(batch.digests)
            book.tally.add(batch.tally)
            book.merges += batch.merges
            yield batch.job.end - batch.job.start
        put(igzip.compress(ends[1], LEVEL, mtime=0), len(ends[1]))
    book.digests = np.concatenate(digests)
    book.sha256 = digest.hexdigest()


def _close_month(partition: str, books: dict[str, Book], before: dict[str, Book]) -> list[Path]:
    """Write the month's truth and, last, its checksums, since these publish the month."""
    place = books["releases"].path.parent
    path = _truth_path(place, partition)
    found = _describe(books)
    if before:
        found["changes"] = {entity: _compare(before[entity], books[entity]) for entity in ENTITIES}
    path.write_text(json.dumps(found, separators=(",", ":"), sort_keys=True) + "\n")
    sums = place / f"discogs_{partition.replace('-', '')}_CHECKSUM.txt"
    sums.write_text("".join(f"{book.sha256} {book.path.name}\n" for book in books.values()))
    return [path, sums]


def _describe(books: dict[str, Book]) -> dict[str, Any]:
    """Return the truth of a month without its changes."""
    whole = Tally()
    for book in books.values():
        whole.add(book.tally)
    records = {entity: len(book.digests) for entity, book in books.items()}
    nodes = {entity.capitalize().removesuffix("s"): count for entity, count in records.items()}
    return {
        "records": records,
        "ids": {entity: book.digests[:, 0].tolist() for entity, book in books.items()},
        "bytes": {entity: book.size for entity, book in books.items()},
        "rows": {entity: dict(book.tally.rows) for entity, book in books.items()},
        "nodes": nodes | whole.names(),
        "relationships": whole.relationships(),
    }


def _compare(before: Book, now: Book) -> dict[str, Any]:
    """Return the differences between two months of an entity."""
    (old, old_digests), (new, new_digests) = before.digests.T, now.digests.T
    both, in_old, in_new = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    return {
        "added": np.setdiff1d(new, old, assume_unique=True).tolist(),
        "removed": np.setdiff1d(old, new, assume_unique=True).tolist(),
        "changed": both[old_digests[in_old] != new_digests[in_new]].tolist(),
        "merges": [list(pair) for pair in now.merges],
    }

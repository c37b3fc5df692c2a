"""The generated months as Discogs dump files, with their expected counts."""

import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from isal import igzip

from discogs_assets.sample.generated import artists, labels, masters, releases
from discogs_assets.sample.generated.census import Census
from discogs_assets.sample.generated.draws import Ints, Keys
from discogs_assets.sample.generated.plan import ENTITIES, Plan
from discogs_assets.sample.generated.truth import Tally
from discogs_assets.sample.generated.world import world
from discogs_assets.streams.prefetch import in_order

WRITTEN = {
    "artists": artists.written,
    "labels": labels.written,
    "masters": masters.written,
    "releases": releases.written,
}
NODES = {"artists": "Artist", "labels": "Label", "masters": "Master", "releases": "Release"}

BATCH = {"artists": 16_384, "labels": 16_384, "masters": 4_096, "releases": 2_048}
"""Records per batch: about 7 MB of XML at most.

The size is fixed and each batch is a gzip member, so that the number of processes does not affect the files, nor the
size of the plan the memory of a process."""

ALONE = 4
"""Maximum batches per entity that are generated in this process, since starting others would take longer."""

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
class Made:
    """A generated batch: ids, compressed XML, its uncompressed size, a digest of each record, and the tally."""

    job: Job
    ids: Ints
    packed: bytes
    size: int
    digests: Keys
    tally: Tally


@dataclass(slots=True)
class Book:
    """Contents of a dump so far."""

    path: Path
    ids: list[Ints] = field(default_factory=list)
    digests: list[Keys] = field(default_factory=list)
    size: int = 0
    tally: Tally = field(default_factory=Tally)
    sha256: str = ""

    def add(self, made: Made) -> None:
        """Add a batch."""
        self.ids.append(made.ids)
        self.digests.append(made.digests)
        self.size += made.size
        self.tally.add(made.tally)

    @property
    def known(self) -> tuple[Ints, Keys]:
        """Ids of all records, ascending, with their digests."""
        return np.concatenate(self.ids), np.concatenate(self.digests)


def write(folder: Path, plan: Plan, progress: Progress | None = None, processes: int | None = None) -> list[Path]:
    """Write the plan's months under `folder/data/YYYY/`: four dumps each, then their truth and their CHECKSUM file."""
    files: list[Path] = []
    before: dict[str, Book] = {}
    jobs = list(_jobs(plan))
    done, whole = 0, sum(each.end - each.start for each in jobs)
    for month, of_month in groupby(_made(jobs, processes or os.cpu_count() or 1), lambda made: made.job.month):
        partition = plan.partitions[month]
        place = folder / "data" / partition[:4]
        place.mkdir(parents=True, exist_ok=True)
        books: dict[str, Book] = {}
        for entity, of_entity in groupby(of_month, lambda made: made.job.entity):
            book = books[entity] = Book(place / f"discogs_{partition.replace('-', '')}_{entity}.xml.gz")
            for size in _file(book, entity, of_entity):
                done += size
                if progress:
                    progress(book.path.name, done, whole)
        files += [*(book.path for book in books.values()), *_close(plan, month, books, before)]
        before = books
    return files


def truth(folder: Path, partition: str) -> dict[str, Any]:
    """Return the expected counts of the month, as counted by the generator."""
    found: dict[str, Any] = json.loads(_truth_path(folder / "data" / partition[:4], partition).read_text())
    return found


def _truth_path(place: Path, partition: str) -> Path:
    """Return the path of the truth; no source of dumps takes its name for a dump's."""
    return place / f"truth_{partition.replace('-', '')}.json"


def _jobs(plan: Plan) -> Iterator[Job]:
    for month in range(plan.months):
        for entity in ENTITIES:
            size = plan.size(entity) + month * plan.added(entity)
            for start in range(0, size, BATCH[entity]):
                yield Job(plan, month, entity, start, min(size, start + BATCH[entity]))


def _made(jobs: list[Job], processes: int) -> Iterator[Made]:
    """Yield the batches in order."""
    if len(jobs) <= ALONE * len(ENTITIES) or processes == 1:
        yield from map(make, jobs)
        return
    # Spawn, not fork: a process forked from one with threads may hang, and Arrow starts threads.
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawning) as pool:
        yield from in_order(pool, make, jobs, processes + UNDER_WAY)


def make(job: Job) -> Made:
    """Return the batch's records."""
    month = world(job.plan, job.month)
    census = month.census(job.entity)
    indexes = census.living(job.start, job.end)
    records, tally = WRITTEN[job.entity](month, indexes)
    _, offsets, data = records.buffers()
    first, last = np.frombuffer(offsets, dtype=np.int32)[[records.offset, records.offset + len(records)]].tolist()
    packed = igzip.compress(memoryview(data)[first:last], LEVEL, mtime=0) if last > first else b""
    return Made(job, census.ids(indexes), packed, last - first, _digests(records), tally)


def _digests(records: pa.Array) -> Keys:
    """Return a digest of each record, for the comparison with the month before."""
    _, offsets, data = records.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[records.offset :].tolist()
    whole = memoryview(data)
    digests = (blake2b(whole[start:end], digest_size=8).digest() for start, end in pairwise(ends[: len(records) + 1]))
    return np.frombuffer(b"".join(digests), dtype=np.uint64)


def _file(book: Book, entity: str, batches: Iterable[Made]) -> Iterator[int]:
    """Write a dump batch by batch, yielding the number of records that each batch covers."""
    digest = sha256()
    with book.path.open("wb") as file:

        def put(packed: bytes) -> None:
            digest.update(packed)
            file.write(packed)

        put(_ends(book, f"<{entity}>\n"))
        for made in batches:
            put(made.packed)
            book.add(made)
            yield made.job.end - made.job.start
        put(_ends(book, f"</{entity}>\n"))
    book.sha256 = digest.hexdigest()


def _ends(book: Book, tag: str) -> bytes:
    book.size += len(tag)
    packed: bytes = igzip.compress(tag.encode(), LEVEL, mtime=0)
    return packed


def _close(plan: Plan, month: int, books: dict[str, Book], before: dict[str, Book]) -> list[Path]:
    """Write the month's truth and, last, its checksums, since these publish the month."""
    place, partition = books["releases"].path.parent, plan.partitions[month]
    path = _truth_path(place, partition)
    found = _held(books)
    if before:
        found["changes"] = {
            entity: _changes(Census(plan, entity, month), before[entity], books[entity]) for entity in ENTITIES
        }
    path.write_text(json.dumps(found, separators=(",", ":"), sort_keys=True) + "\n")
    sums = place / f"discogs_{partition.replace('-', '')}_CHECKSUM.txt"
    sums.write_text("".join(f"{book.sha256} {book.path.name}\n" for book in books.values()))
    return [path, sums]


def _held(books: dict[str, Book]) -> dict[str, Any]:
    """Return the truth of a month without its changes."""
    whole = Tally()
    for book in books.values():
        whole.add(book.tally)
    ids = {entity: book.known[0] for entity, book in books.items()}
    return {
        "records": {entity: each.size for entity, each in ids.items()},
        "ids": {entity: each.tolist() for entity, each in ids.items()},
        "bytes": {entity: book.size for entity, book in books.items()},
        "rows": {entity: dict(book.tally.rows) for entity, book in books.items()},
        "nodes": {NODES[entity]: each.size for entity, each in ids.items()}
        | {label: len(whole.named[label]) for label in ("Genre", "Style")},
        "relationships": whole.counted(),
    }


def _changes(census: Census, before: Book, now: Book) -> dict[str, Any]:
    """Return the differences between two months of an entity."""
    (old, old_digests), (new, new_digests) = before.known, now.known
    both, in_old, in_new = np.intersect1d(old, new, assume_unique=True, return_indices=True)
    return {
        "added": np.setdiff1d(new, old, assume_unique=True).tolist(),
        "removed": np.setdiff1d(old, new, assume_unique=True).tolist(),
        "changed": both[old_digests[in_old] != new_digests[in_new]].tolist(),
        "merges": [list(pair) for pair in census.merges()],
    }

"""Benchmark of comparing two months in Parquet, against reading both alone."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from discogs_assets.bench import sandbox, stages
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.measuring.measurement import alone
from discogs_assets.bench.measuring.results import Figure, figure
from discogs_assets.bench.sandbox import Home
from discogs_assets.defs import keys
from discogs_assets.errors import DumpMissingError
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.streams import parquet
from discogs_assets.streams.changes import BATCH_ROWS

SUBJECT = "changes"


def figures(dumps: Dumps, beside: Path | None, say: Say) -> Iterator[Figure]:
    """Yield the figures of the stage that compares two months, and of reading them alone: ids only, and all columns.

    Raises DumpMissingError if the dumps hold one month.
    """
    if dumps.before is None:
        raise DumpMissingError(f"{dumps.folder} holds one month, expected two to be compared. Add the month before.")
    with sandbox.new(dumps, beside) as home:
        first = stages.together("dumps", "parquet")
        ran = [stages.run(home, first, each, "before", say) for each in dumps.partitions]
        ran += [stages.run(home, each, dumps.partition, "ours", say) for each in stages.stages(SUBJECT)]
        yield from stages.figures(home, ran)
        yield from _limits(home)


def _limits(home: Home) -> Iterator[Figure]:
    files = [
        file
        for entity in ENTITIES
        for partition in home.dumps.partitions
        for file in home.lake.files(keys.records(entity).path, partition)
    ]
    for step, columns in {"reading ids alone": ["id"], "reading both months": None}.items():
        took = alone(read, files, columns)
        yield figure(took, home.dumps.releases, SUBJECT, step, "limit", records=took.value)


def read(files: Sequence[Path], columns: Sequence[str] | None) -> int:
    """Return the number of rows, read in batches as large as the comparison's; `columns` None reads all columns."""
    return sum(len(batch) for file in files for batch in parquet.batches(file, columns, BATCH_ROWS))

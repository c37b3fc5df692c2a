"""Two months in Parquet → what has changed, measured beside reading both.

What belongs here: the order of what is run. What doesn't: comparing (see `streams.changes`).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from discogs_assets.bench import homes, stages
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.figures import Figure, figure
from discogs_assets.bench.homes import Home
from discogs_assets.bench.measurement import alone
from discogs_assets.defs import keys
from discogs_assets.errors import DumpMissingError
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.streams import parquet
from discogs_assets.streams.changes import BATCH_ROWS

SUBJECT = "changes"


def figures(dumps: Dumps, beside: Path | None, say: Say) -> Iterator[Figure]:
    """The stage that compares two months, and what reading them takes alone: their ids, and all of them."""
    if dumps.before is None:
        raise DumpMissingError(f"{dumps.folder} holds one month, expected two to be compared. Add the month before.")
    with homes.new(dumps, beside) as home:
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
    """Rows of the files, read in batches of the size that is compared at once; of all columns if none is named."""
    return sum(len(batch) for file in files for batch in parquet.batches(file, columns, BATCH_ROWS))

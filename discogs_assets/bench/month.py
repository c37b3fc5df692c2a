"""A whole month, from the dumps to what readers see, stage by stage in a home of its own.

What belongs here: the order of the stages. What doesn't: what a stage is (see `stages`).
"""

from collections.abc import Iterator
from pathlib import Path

from discogs_assets.bench import homes, stages
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.figures import Figure


def figures(dumps: Dumps, beside: Path | None, say: Say) -> Iterator[Figure]:
    """The figures of all stages; the month before is parsed first, so that there is something to compare with."""
    with homes.new(dumps, beside) as home:
        ran = []
        if dumps.before:
            ran = [stages.run(home, stages.together("dumps", "parquet"), dumps.before, "before", say)]
        ran += [stages.run(home, each, dumps.partition, "ours", say) for each in stages.stages()]
        yield from stages.figures(home, ran)

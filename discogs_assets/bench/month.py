"""A whole month, from the dumps to what readers see, stage by stage in a home of its own.

What belongs here: the order of the stages. What doesn't: what a stage is (see `stages`), and which questions are asked
in the end (see `questions`).
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from discogs_assets.bench import homes, questions, stages
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.figures import Figure
from discogs_assets.bench.homes import Home


def figures(dumps: Dumps, beside: Path | None, say: Say) -> Iterator[Figure]:
    """The figures of all stages; the month before is parsed first, so that there is something to compare with."""
    with homes.new(dumps, beside) as home:
        ran = []
        if dumps.before:
            ran = [stages.run(home, stages.together("dumps", "parquet"), dumps.before, "before", say)]
        ran += [stages.run(home, each, dumps.partition, "ours", say) for each in stages.stages()]
        yield from stages.figures(home, ran)
        yield from _questions(home)


def _questions(home: Home) -> Iterator[Figure]:
    """What people ask, asked of the month that is published now; seconds are the median's."""
    for each in questions.answers(home.postgres.address().url):
        seconds, about = each.median_ms / 1000, asdict(each)
        yield Figure(
            home.dumps.releases, "questions", each.question, "question", each.rows, seconds=seconds, about=about
        )

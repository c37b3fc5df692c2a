"""Benchmark of a whole month, from dumps to publication, stage by stage in a new home."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from discogs_assets.bench import sandbox, sql_latency, stages
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.measuring.results import Figure
from discogs_assets.bench.sandbox import Home


def figures(dumps: Dumps, beside: Path | None, say: Say) -> Iterator[Figure]:
    """Yield the figures of all stages and questions; the month before is parsed first, for the changes stage."""
    with sandbox.new(dumps, beside) as home:
        ran = []
        if dumps.before:
            ran = [stages.run(home, stages.together("dumps", "parquet"), dumps.before, "before", say)]
        ran += [stages.run(home, each, dumps.partition, "ours", say) for each in stages.stages()]
        yield from stages.figures(home, ran)
        yield from _questions(home)


def _questions(home: Home) -> Iterator[Figure]:
    """Yield the figures of common queries on the month just published; seconds are the median."""
    for each in sql_latency.answers(home.postgres.address().url):
        seconds, about = each.median_ms / 1000, asdict(each)
        yield Figure(
            home.dumps.releases, "questions", each.question, "question", each.rows, seconds=seconds, about=about
        )

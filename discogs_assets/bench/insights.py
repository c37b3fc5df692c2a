"""Benchmark of computing insights from records and graph tables: the whole stage, and each question alone."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from discogs_assets.bench import sandbox, stages
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.measuring.measurement import alone
from discogs_assets.bench.measuring.results import Figure, figure
from discogs_assets.bench.sandbox import Home
from discogs_assets.defs.assets.insights import read
from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import Files
from discogs_assets.streams.insights.questions import QUESTIONS, question

SUBJECT = "insights"


def figures(dumps: Dumps, beside: Path | None, say: Say) -> Iterator[Figure]:
    """Yield the figures of the stage that answers all questions, and of each question in a separate process."""
    with sandbox.new(dumps, beside) as home:
        first = stages.together("dumps", "parquet", "graph")
        ran = [stages.run(home, first, dumps.partition, "before", say)]
        ran += [stages.run(home, each, dumps.partition, "ours", say) for each in stages.stages(SUBJECT)]
        yield from stages.figures(home, ran)
        yield from _questions(home)


def _questions(home: Home) -> Iterator[Figure]:
    for each in QUESTIONS:
        files = {name: home.lake.files(read(name).path, home.dumps.partition) for name in each.reads}
        took = alone(answer, each.sheet.name, files, home.dumps.partition)
        rows, written = took.value
        yield figure(took, home.dumps.releases, SUBJECT, each.sheet.name, "part", records=rows, written=written)


def answer(name: str, files: Files, month: str) -> tuple[int, int]:
    """Write the answer to a question to a temporary file; return its rows and bytes."""
    with TemporaryDirectory(prefix="discogs_bench_insights_") as folder:
        target = Path(folder) / parquet.FILE
        return question(name).write(files, month, target), target.stat().st_size

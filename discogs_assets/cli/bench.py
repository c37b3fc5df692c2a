"""`discogs bench`: measuring this machine.

What belongs here: dumps to measure with, and how figures are shown. What doesn't: measuring (see `bench`).
"""

import json
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from discogs_assets.bench import parse
from discogs_assets.cli import terminal
from discogs_assets.sample import generated
from discogs_assets.sample.generated import Plan

COLUMNS = {
    "entity": "entity",
    "step": "step",
    "records": "records",
    "megabytes": "MB of XML",
    "seconds": "s",
    "processor_seconds": "CPU s",
    "megabytes_per_second": "MB/s",
    "records_per_second": "records/s",
    "peak_megabytes": "peak MB",
    "written_megabytes": "Parquet MB",
    "of_limit": "x gunzip",
}


def run_parse(releases: int, entities: list[str], dumps: Path | None, as_json: bool) -> None:
    """Measure parsing, of generated dumps unless others are given."""
    with ExitStack() as held:
        folder = dumps or _generated(releases, Path(held.enter_context(tempfile.TemporaryDirectory())))
        with terminal.timed("measuring"):
            found = [asdict(figure) for figure in parse.figures(folder, entities)]
    if as_json:
        terminal.data().print(json.dumps(found, indent=1), soft_wrap=True, markup=False)
        return
    terminal.table(list(COLUMNS.values()), [[each[name] for name in COLUMNS] for each in found], grouped=True)


def _generated(releases: int, folder: Path) -> Path:
    with terminal.timed(f"generating dumps with {releases:,} releases"):
        generated.write(folder, Plan(releases, months=1))
    return folder

"""`discogs sample`: write generated dumps of any size, with truth files, and report progress."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from discogs_assets.cli import terminal
from discogs_assets.cli.terminal import say
from discogs_assets.sample import generator
from discogs_assets.sample.generator import counterparts, musicbrainz
from discogs_assets.sample.generator.plan import ENTITIES, Plan

REPORT_SECONDS = 5.0
"""Minimum time between two progress lines."""


@dataclass(slots=True)
class Report:
    """Progress reports of the files, at most one every REPORT_SECONDS."""

    began: float = field(default_factory=time.monotonic)
    said: float = field(default_factory=time.monotonic)

    def __call__(self, file: str, done: int, whole: int) -> None:
        """Print the progress if REPORT_SECONDS have passed since the last report."""
        now = time.monotonic()
        if now - self.said < REPORT_SECONDS:
            return
        self.said = now
        speed = done / (now - self.began)
        say(f"{file}: {done:,} of {whole:,} records, {speed:,.0f} records/s, {(whole - done) / speed:,.0f} s left")


def run(plan: Plan, folder: Path, with_musicbrainz: bool = False) -> None:
    """Write the plan's months, optionally with MusicBrainz exports, and print their record counts and sizes."""
    began = time.monotonic()
    generator.write(folder, plan, Report())
    months = {partition: generator.truth(folder, partition) for partition in plan.partitions}
    rows = [
        [partition[:7], *(truth["records"][name] for name in ENTITIES), round(sum(truth["bytes"].values()) / 1e6, 1)]
        for partition, truth in months.items()
    ]
    terminal.table(["month", *ENTITIES, "MB of XML"], rows, grouped=True)
    if with_musicbrainz:
        _runs(plan, folder / musicbrainz.FOLDER)
    terminal.data().print(str(folder), soft_wrap=True, markup=False)
    say(f"written in {time.monotonic() - began:.1f} s, with truth files. To load them: DISCOGS_DUMPS={folder}")


def _runs(plan: Plan, folder: Path) -> None:
    musicbrainz.write(folder, plan, progress=Report())
    runs = {musicbrainz.run(partition): musicbrainz.truth(folder, partition) for partition in plan.partitions}
    rows = [
        [
            name,
            *(held[each]["records"] for each in counterparts.RECORDS),
            round(sum(each["bytes"] for each in held.values()) / 1e6, 1),
        ]
        for name, held in runs.items()
    ]
    terminal.table(["MusicBrainz", *counterparts.RECORDS, "MB of JSON"], rows, grouped=True)

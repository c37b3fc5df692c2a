"""Benchmark of converting MusicBrainz dumps to Parquet, against unpacking alone, at several sizes."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.bench.measuring.measurement import alone
from discogs_assets.bench.measuring.results import Figure, figure
from discogs_assets.sample.generated import musicbrainz as generated
from discogs_assets.sample.generated.counterparts import SHARES
from discogs_assets.sample.generated.plan import CENSUS, Plan
from discogs_assets.schema import musicbrainz as schema
from discogs_assets.streams.discogs import convert as dump
from discogs_assets.streams.musicbrainz import records as musicbrainz
from discogs_assets.streams.musicbrainz import tarball

OURS = "dump to Parquet"

BEYOND_XZ = "megabytes_per_core_second_beyond_xz"
"""Key of our step's extra fact: megabytes of JSON per processor second not spent on unpacking."""

Progress = Callable[[str, int, int], None]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Runs:
    """Generated exports, kept in `keep` for reuse if it is set; `entities` are the ones measured."""

    keep: Path | None
    entities: Sequence[str]
    progress: Progress
    say: Say

    @contextmanager
    def folder(self, artists: int) -> Iterator[Path]:
        """Yield the folder of an export with about `artists` artists; without `keep` it is removed after the block."""
        if self.keep:
            yield self._made(self.keep / f"musicbrainz-{artists}", artists)
        else:
            with tempfile.TemporaryDirectory(prefix="discogs_bench_runs_") as folder:
                yield self._made(Path(folder), artists)

    def _made(self, folder: Path, artists: int) -> Path:
        made = plan(artists)
        place = folder / generated.run(made.partitions[0])
        missing = [each for each in self.entities if not (place / f"{each}.tar.xz").exists()]
        if missing or not (folder / "LATEST").exists():
            self.say(f"generating a run with {artists:,} artists in {folder} …")
            generated.write(folder, made, self.entities, self.progress)
        return place


def plan(artists: int) -> Plan:
    """Return a plan that has about `artists` artists in MusicBrainz."""
    return Plan(round(artists / SHARES["artist"] * CENSUS["releases"] / CENSUS["artists"]), months=1)


def figures(sizes: Sequence[int], runs: Runs) -> Iterator[Figure]:
    """Yield the figures of every entity at every size as they are measured; `releases` holds the number of artists."""
    for size in sorted(sizes):
        with runs.folder(size) as folder:
            for name in runs.entities:
                yield from _figures(size, name, folder / f"{name}.tar.xz")


def _figures(size: int, name: str, path: Path) -> Iterator[Figure]:
    unpacking, whole = alone(unpack, path, name), alone(convert, path, name)
    records, written = whole.value
    known = {"records": records, "unpacked": unpacking.value}
    beyond = max(whole.processor - unpacking.processor, 1e-3)
    yield figure(unpacking, size, name, "xz alone", "limit", **known)
    about = {BEYOND_XZ: round(unpacking.value / 1e6 / beyond, 1)}
    yield figure(whole, size, name, OURS, "ours", **known, written=written, about=about)


def unpack(path: Path, name: str) -> int:
    """Return the number of bytes of the unpacked lines."""
    return sum(len(chunk) for chunk in tarball.unpack_member(path, musicbrainz.member(schema.entity(name))))


def convert(path: Path, name: str) -> tuple[int, int]:
    """Convert an archive to temporary Parquet files as the platform does; return the records and bytes written."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        good, bad = Path(folder) / "good", Path(folder) / "bad"
        good.mkdir()
        bad.mkdir()
        account = musicbrainz.write(dump.Source(path, schema.entity(name), ""), good, bad)
        return account.parsed, sum(file.stat().st_size for file in good.iterdir())

"""Benchmarks of converting dumps to Parquet, against limits: unpacking, framing and tokenising alone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from discogs_assets.bench import rivals
from discogs_assets.bench.dumps import Dumps, Say, count_records
from discogs_assets.bench.figures import Figure, make_figure
from discogs_assets.bench.measurement import measure
from discogs_assets.bench.rivals import Rival
from discogs_assets.schema import discogs
from discogs_assets.schema import musicbrainz as musicbrainz_schema
from discogs_assets.streams.discogs import convert
from discogs_assets.streams.discogs.framing import Framing, unpack_gzip
from discogs_assets.streams.discogs.parse import Parser, at_once
from discogs_assets.streams.musicbrainz import records as musicbrainz
from discogs_assets.streams.musicbrainz import tarball

YEAR = 2027

OURS = "dump to Parquet"

BEYOND_XZ = "megabytes_per_core_second_beyond_xz"
"""Key of an extra fact: megabytes of JSON per processor second not spent on unpacking."""


def measure_dumps(
    dumps: Dumps, say: Say, names: Sequence[str] | None = None, rival: Rival | None = None
) -> Iterator[Figure]:
    """Yield the figures of the named entities' dumps, or of all without names."""
    program = rivals.install(rival) if rival else None
    for name in names or [each.name for each in discogs.ENTITIES]:
        path = dumps.find_file(name)
        (gunzip, size), (whole, (records, written)) = measure(unzip, path), measure(convert_dump, path, name)
        framing, tokenising = measure(count_records, path, name)[0], measure(tokenise, path, name)[0]
        limits = {"gunzip alone": gunzip, "framing alone": framing, "tokenising alone": tokenising}
        known = {"records": records, "unpacked": size}
        for step, usage in limits.items():
            yield make_figure(usage, dumps.releases, name, step, "limit", **known)
        yield make_figure(whole, dumps.releases, name, OURS, "ours", **known, written=written)
        if rival and program:
            yield from measure_rival(rival, program, path, (dumps.releases, name, size))


def measure_rival(rival: Rival, program: Path, path: Path, dump: tuple[int, str, int]) -> Iterator[Figure]:
    """Yield the figures of a rival's conversions; `dump` holds the dump's releases, entity and unpacked bytes."""
    releases, name, size = dump
    for title, words in rival.converts.items():
        with TemporaryDirectory(prefix="discogs_bench_rival_", dir=path.parent) as folder:
            usage, failure = rivals.run(rival, program, words, [path], Path(folder))
            files = [file for file in Path(folder, "output").rglob("*") if file.is_file()]
            counts = {
                "records": 0 if failure else _count_rows(files),
                "written": _add_sizes(files),
                "unpacked": size,
            }
            step = f"{rival.name} {title}"
            yield make_figure(usage, releases, name, step, "rival", **counts, failure=failure)


def _count_rows(files: Sequence[Path]) -> int:
    """Return the rows of the Parquet files named after an entity, which hold the records; 0 if there are none."""
    names = {f"{each.name}.parquet" for each in discogs.ENTITIES}
    tables = [file for file in files if file.name in names]
    return int(pl.scan_parquet(tables).select(pl.len()).collect().item()) if tables else 0


def unzip(path: Path) -> int:
    """Return the number of bytes of the unpacked dump."""
    return sum(len(chunk) for chunk in unpack_gzip(path))


def tokenise(path: Path, name: str) -> int:
    """Tokenise the dump with the fast parser in the platform's threads; drop the tokens and return the records."""
    parser = Parser(discogs.entity(name), YEAR, str(path))
    blocks = Framing(discogs.entity(name), str(path)).blocks(unpack_gzip(path))
    return sum(at_once(blocks, lambda block: bool(parser.tokens(block.data)) * block.records))


def convert_dump(path: Path, name: str) -> tuple[int, int]:
    """Convert a dump to temporary Parquet files as the platform does; return the records and bytes written."""
    return _convert(convert.write, convert.Source(path, discogs.entity(name), "", YEAR))


def measure_exports(dumps: Dumps, say: Say, names: Sequence[str] | None = None) -> Iterator[Figure]:
    """Yield the figures of the named entities of a MusicBrainz export, or of all without names."""
    for name in names or [each.name for each in musicbrainz_schema.ENTITIES]:
        path = dumps.folder / f"{name}.tar.xz"
        (alone, size), (whole, (records, written)) = measure(unpack, path, name), measure(convert_export, path, name)
        known = {"records": records, "unpacked": size}
        about = {BEYOND_XZ: round(size / 1e6 / max(whole.processor - alone.processor, 1e-3), 1)}
        yield make_figure(alone, dumps.releases, name, "xz alone", "limit", **known)
        yield make_figure(whole, dumps.releases, name, OURS, "ours", **known, written=written, about=about)


def unpack(path: Path, name: str) -> int:
    """Return the number of bytes of the unpacked lines of an entity of MusicBrainz."""
    member = musicbrainz.member(musicbrainz_schema.entity(name))
    return sum(len(chunk) for chunk in tarball.unpack_member(path, member))


def convert_export(path: Path, name: str) -> tuple[int, int]:
    """Convert a MusicBrainz archive as `convert_dump` does a dump."""
    return _convert(musicbrainz.write, convert.Source(path, musicbrainz_schema.entity(name), ""))


def _convert(write: Callable[[convert.Source, Path, Path], convert.Account], source: convert.Source) -> tuple[int, int]:
    with TemporaryDirectory(dir=source.path.parent) as folder:
        good, bad = Path(folder) / "good", Path(folder) / "bad"
        good.mkdir()
        bad.mkdir()
        account = write(source, good, bad)
        return account.parsed, _add_sizes(good.iterdir())


def _add_sizes(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files)

"""Benchmark of parsing dumps to Parquet, against its limits: unpacking, framing and tokenising alone."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from discogs_assets.bench import rivals
from discogs_assets.bench.measuring.measurement import alone
from discogs_assets.bench.measuring.results import Figure, Role, figure
from discogs_assets.bench.rivals import Place, Rival
from discogs_assets.schema.discogs import ENTITIES, entity
from discogs_assets.streams.discogs import convert as dump
from discogs_assets.streams.discogs.framing import Framing, unpack_gzip
from discogs_assets.streams.discogs.parse import Parser, at_once

YEAR = 2027

OURS = "dump to Parquet"


def figures(
    releases: int, files: Callable[[str], Path], names: Sequence[str], rival: Rival | None = None
) -> Iterator[Figure]:
    """Yield the figures of the named entities' dumps, or of all if `names` is empty, as they are measured."""
    program = rivals.installed(rival) if rival else None
    for each in ENTITIES:
        if names and each.name not in names:
            continue
        path = files(each.name)
        size = alone(unpack, path)
        whole = alone(convert, path, each.name)
        records, written = whole.value
        known = {"records": records, "unpacked": size.value}

        def of(took: Any, step: str, role: Role, name: str = each.name, known: dict[str, int] = known) -> Figure:
            return figure(took, releases, name, step, role, **known)

        yield of(size, "gunzip alone", "limit")
        yield of(alone(frame, path, each.name), "framing alone", "limit")
        yield of(alone(tokenise, path, each.name), "tokenising alone", "limit")
        yield figure(whole, releases, each.name, OURS, "ours", **known, written=written)
        if rival and program:
            yield from against(rival, program, path, (releases, each.name, size.value))


def against(rival: Rival, program: Path, path: Path, about: tuple[int, str, int]) -> Iterator[Figure]:
    """Yield a rival's figures on a dump; `about` holds the dump's releases, entity and unpacked bytes."""
    releases, subject, size = about
    for title, words in rival.converts.items():
        folder = Path(tempfile.mkdtemp(prefix="discogs_bench_rival_", dir=path.parent))
        try:
            place = Place(folder)
            ran = rivals.run(rival, program, words, [path], place)
            files = [file for file in place.output.rglob("*") if file.is_file()]
            counts: dict[str, Any] = {"unpacked": size, "written": sum(file.stat().st_size for file in files)}
            counts |= {"records": _most(files)} if not ran.failure else {"seconds": None, "failure": ran.failure}
            yield figure(ran.took, releases, subject, f"{rival.name} {title}", "rival", **counts)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _most(files: Sequence[Path]) -> int:
    """Return the rows of the Parquet files named after an entity, which hold the records; 0 if there are none."""
    tables = [file for file in files if file.suffix == ".parquet" and file.stem in {each.name for each in ENTITIES}]
    return int(pl.scan_parquet(tables).select(pl.len()).collect().item()) if tables else 0


def unpack(path: Path) -> int:
    """Return the number of bytes of the unpacked file."""
    return sum(len(chunk) for chunk in unpack_gzip(path, lambda done: None))


def frame(path: Path, name: str) -> int:
    """Return the number of records framed in the file."""
    return sum(block.records for block in Framing(entity(name), str(path)).blocks(unpack_gzip(path, lambda done: None)))


def tokenise(path: Path, name: str) -> int:
    """Tokenise the file with the fast parser in the platform's threads; drop the tokens and return the records."""
    parser = Parser(entity(name), YEAR, str(path))
    blocks = Framing(entity(name), str(path)).blocks(unpack_gzip(path, lambda done: None))
    return sum(at_once(blocks, lambda block: bool(parser.tokens(block.data)) * block.records))


def convert(path: Path, name: str) -> tuple[int, int]:
    """Convert a dump to temporary Parquet files as the platform does; return the records and bytes written."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        good, bad = Path(folder) / "good", Path(folder) / "bad"
        good.mkdir()
        bad.mkdir()
        account = dump.write(dump.Source(path, entity(name), "", YEAR), good, bad)
        return account.parsed, sum(file.stat().st_size for file in good.iterdir())

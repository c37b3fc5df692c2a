"""Benchmark of loading Parquet into PostgreSQL, against a bare COPY of the same rows and a rival's load.

All tables that the asset graph loads are measured.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from psycopg import sql

from discogs_assets.bench import rivals, sandbox, stages
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.measuring.measurement import alone
from discogs_assets.bench.measuring.results import WHOLE, Figure, figure
from discogs_assets.bench.rivals import Place, Rival
from discogs_assets.bench.sandbox import Home
from discogs_assets.bench.stages import DOCUMENTS, RELATIONAL
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.servers.host_limits import cores
from discogs_assets.stores.postgres.loads import Postgres

BARE = "bench_bare"
"""Schema of the bare tables."""

WHOLE_WAY = "dump to tables"
"""Subject of a rival's command that parses and loads the dumps in one go."""

Loads = Sequence[tuple[str, Path]]
"""Tables, each with a file of its rows in COPY's CSV format."""


def figures(dumps: Dumps, beside: Path | None, rival: Rival | None, say: Say) -> Iterator[Figure]:
    """Yield the figures of the stages that load PostgreSQL, of bare COPY, and of the rival if there is one."""
    program = rivals.installed(rival) if rival else None
    with sandbox.new(dumps, beside) as home:
        ran = [stages.run(home, stages.together("dumps", "parquet"), dumps.partition, "before", say)]
        ran += [stages.run(home, each, dumps.partition, "ours", say) for each in stages.stages(DOCUMENTS, RELATIONAL)]
        found = stages.figures(home, ran)
        yield from found
        for each in found:
            if each.role == "ours":
                yield _bare(home, each)
        if rival and program:
            theirs = list(_rivals(home, rival, program))
            yield from theirs
            yield from _whole_way(found, theirs)


def _bare(home: Home, of: Figure) -> Figure:
    """Return the figure of copying the same rows into bare tables, over one connection per core."""
    database = Postgres(home.postgres.address().url)
    tables = _by_size(database, of.about["tables"])
    folder = Path(tempfile.mkdtemp(dir=home.folder))
    loads = [(table, exported(database, table, folder / f"{number}.csv")) for number, table in enumerate(tables)]
    took = alone(copy_all, database.url, loads, servers=home.servers)
    written = dropped(database, BARE)[1]
    shutil.rmtree(folder)
    counts: dict[str, Any] = {"records": took.value, "written": written}
    return figure(took, of.releases, of.subject, "COPY alone", "limit", **counts)


def _by_size(database: Postgres, tables: Sequence[str]) -> list[str]:
    """Return the tables, largest first, so that no large table is copied alone at the end."""
    with database.connection() as connection:
        rows = connection.execute(
            "SELECT t FROM unnest(%s::text[]) t ORDER BY pg_table_size(to_regclass(t)) DESC", [[*tables]]
        )
        return [table for (table,) in rows.fetchall()]


def exported(database: Postgres, table: str, file: Path) -> Path:
    """Export the table's rows to a CSV file; return the file."""
    rows = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT csv)").format(sql.Identifier(*table.split(".")))
    with database.connection() as connection, connection.cursor().copy(rows) as copy, file.open("wb") as out:
        for data in copy:
            out.write(data)
    return file


def copy_all(url: str, loads: Loads) -> int:
    """Copy all files in parallel into bare tables of the schema `BARE`; return the number of rows."""
    with Postgres(url).connection() as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(BARE)))
    with ThreadPoolExecutor(cores()) as pool:
        return sum(pool.map(lambda load: copied(url, *load), loads))


def copied(url: str, table: str, file: Path) -> int:
    """Copy a file into a new table like `table` but without indexes, in one transaction; return the number of rows."""
    like, bare = sql.Identifier(*table.split(".")), sql.Identifier(BARE, table.partition(".")[2])
    with Postgres(url).connection() as connection, file.open("rb") as source:
        connection.execute(sql.SQL("CREATE TABLE {} (LIKE {})").format(bare, like))
        cursor = connection.cursor()
        with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(bare)) as copy:
            while data := source.read(1 << 20):
                copy.write(data)
        return cursor.rowcount


def dropped(database: Postgres, schema: str) -> tuple[int, int]:
    """Drop a schema; return the rows and bytes it had."""
    with database.connection() as connection:
        tables = [
            name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        ]
        names = [sql.Identifier(schema, name) for name in tables]
        counts = [connection.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone() for name in names]
        size = connection.execute(
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = to_regnamespace(%s)",
            [schema],
        ).fetchone()
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
    return sum(count[0] for count in counts if count), int(size[0]) if size else 0


def _rivals(home: Home, rival: Rival, program: Path) -> Iterator[Figure]:
    database = Postgres(home.postgres.address().url)
    paths = [home.dumps.file(entity.name) for entity in ENTITIES]
    for title, words in rival.loads.items():
        folder = Path(tempfile.mkdtemp(dir=home.folder))
        ran = rivals.run(rival, program, words, paths, Place(folder, database.url, home.servers))
        records, written = dropped(database, rivals.SCHEMA)
        counts: dict[str, Any] = {"records": records, "written": written}
        counts |= {"seconds": None, "failure": ran.failure} if ran.failure else {}
        yield figure(ran.took, home.dumps.releases, RELATIONAL, f"{rival.name} {title}", "rival", **counts)
        shutil.rmtree(folder, ignore_errors=True)


def _whole_way(found: Sequence[Figure], theirs: Sequence[Figure]) -> Iterator[Figure]:
    """Yield our figure for parsing plus relational tables, and the rival's figures for the same work.

    Nothing is yielded if parsing and loading were preparation only.
    """
    steps = [each for each in found if each.step == WHOLE and each.subject != DOCUMENTS]
    if all(each.role == "before" for each in steps):
        return
    last = steps[-1]
    yield Figure(
        last.releases,
        WHOLE_WAY,
        "parse and load",
        "ours",
        records=last.records,
        written=last.written,
        seconds=sum(each.seconds or 0.0 for each in steps),
        processor=sum(each.processor for each in steps),
        servers_processor=sum(each.servers_processor for each in steps),
        peak=max(each.peak for each in steps),
        biggest=max(each.biggest for each in steps),
        servers_peak=max(each.servers_peak for each in steps),
    )
    yield from (replace(each, subject=WHOLE_WAY) for each in theirs)

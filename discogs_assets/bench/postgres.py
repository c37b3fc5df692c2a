"""Benchmark of loading Parquet into PostgreSQL, against a bare COPY of the same rows and a rival's load."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from psycopg import sql

from discogs_assets.bench import rivals, sandbox
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.figures import ALL_ASSETS, Figure, add_up, make_figure
from discogs_assets.bench.measurement import measure
from discogs_assets.bench.rivals import Rival
from discogs_assets.bench.sandbox import Home
from discogs_assets.bench.stages import DOCUMENTS, PARSED, RELATIONAL, measure_stages
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.servers.host_limits import cores
from discogs_assets.stores.postgres.loads import Postgres

BARE = "bench_bare"
"""Schema of the bare tables."""

DUMP_TO_TABLES = "dump to tables"
"""Subject of a rival's command that parses and loads the dumps in one go."""

Files = Sequence[tuple[str, Path]]
"""Tables, each with a file of its rows in COPY's CSV format."""


def measure_postgres(dumps: Dumps, say: Say, rival: Rival | None = None) -> Iterator[Figure]:
    """Yield the figures of the stages that load PostgreSQL, of bare COPY, and of the rival if there is one."""
    program = rivals.install(rival) if rival else None
    with sandbox.open_home(dumps) as home:
        found = measure_stages(home, [DOCUMENTS, RELATIONAL], say, [(dumps.partition, PARSED)])
        yield from found
        for each in found:
            if each.role == "ours":
                yield _measure_copy(home, each)
        if rival and program:
            theirs = list(_measure_rival(home, rival, program))
            yield from theirs
            steps = [each for each in found if each.step == ALL_ASSETS and each.subject != DOCUMENTS]
            yield add_up(steps, DUMP_TO_TABLES, "parse and load")
            yield from (replace(each, subject=DUMP_TO_TABLES) for each in theirs)


def _measure_copy(home: Home, of: Figure) -> Figure:
    """Return the figure of copying the same rows into bare tables, over one connection per core."""
    database = Postgres(home.postgres.address().url)
    with TemporaryDirectory(dir=home.folder) as folder:
        files = [(table, export(database, table, Path(folder) / f"{table}.csv")) for table in of.about["tables"]]
        # Largest first, so that no large table is copied alone at the end.
        files.sort(key=lambda each: each[1].stat().st_size, reverse=True)
        usage, rows = measure(copy_all, database.url, files, servers=home.servers)
    counts = {"records": rows, "written": drop_schema(database, BARE)[1]}
    return make_figure(usage, of.releases, of.subject, "COPY alone", "limit", **counts)


def export(database: Postgres, table: str, file: Path) -> Path:
    """Export the table's rows to a CSV file; return the file."""
    rows = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT csv)").format(sql.Identifier(*table.split(".")))
    with database.connection() as connection, connection.cursor().copy(rows) as copy, file.open("wb") as out:
        out.writelines(copy)
    return file


def copy_all(url: str, files: Files) -> int:
    """Copy all files in parallel into bare tables of the schema `BARE`; return the number of rows."""
    with Postgres(url).connection() as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(BARE)))
    with ThreadPoolExecutor(cores()) as pool:
        return sum(pool.map(lambda each: _copy(url, *each), files))


def _copy(url: str, table: str, file: Path) -> int:
    """Copy a file into a new table like `table` but without indexes, in one transaction; return the number of rows."""
    like, bare = sql.Identifier(*table.split(".")), sql.Identifier(BARE, table.partition(".")[2])
    with Postgres(url).connection() as connection, file.open("rb") as source:
        connection.execute(sql.SQL("CREATE TABLE {} (LIKE {})").format(bare, like))
        cursor = connection.cursor()
        with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(bare)) as copy:
            while data := source.read(1 << 20):
                copy.write(data)
        return cursor.rowcount


def drop_schema(database: Postgres, schema: str) -> tuple[int, int]:
    """Drop a schema; return the rows and bytes it had, 0 if there is none."""
    listed = "SELECT tablename, pg_total_relation_size(format('%%I.%%I', schemaname, tablename)) FROM pg_tables"
    with database.connection() as connection:
        tables = connection.execute(f"{listed} WHERE schemaname = %s", [schema]).fetchall()
        count = sql.SQL("SELECT count(*) FROM {}")
        counted = [connection.execute(count.format(sql.Identifier(schema, name))).fetchall() for name, _ in tables]
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
    return sum(rows for ((rows,),) in counted), sum(size for _, size in tables)


def _measure_rival(home: Home, rival: Rival, program: Path) -> Iterator[Figure]:
    database = Postgres(home.postgres.address().url)
    paths = [home.dumps.find_file(entity.name) for entity in ENTITIES]
    for title, words in rival.loads.items():
        with TemporaryDirectory(dir=home.folder) as folder:
            usage, failure = rivals.run(rival, program, words, paths, Path(folder), database.url, home.servers)
        records, written = drop_schema(database, rivals.SCHEMA)
        counts = {"records": records, "written": written, "failure": failure}
        yield make_figure(usage, home.dumps.releases, RELATIONAL, f"{rival.name} {title}", "rival", **counts)

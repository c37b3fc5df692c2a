"""Tests of `bench.postgres`: the bare COPY that a load is measured against."""

from pathlib import Path

from discogs_assets.bench import postgres as bench
from discogs_assets.stores.postgres.loads import Postgres

MAKE = """
CREATE SCHEMA discogs_2026_11;
CREATE TABLE discogs_2026_11.one__0001 (id bigint PRIMARY KEY, data jsonb, name text);
CREATE INDEX ON discogs_2026_11.one__0001 (name);
INSERT INTO discogs_2026_11.one__0001 SELECT n, '{"a": "b,\\"c"}', CASE WHEN n % 2 = 0 THEN '' END
    FROM generate_series(1, 500) n;
CREATE TABLE discogs_2026_11.two__0002 (id bigint);
INSERT INTO discogs_2026_11.two__0002 VALUES (7)
"""


def test_what_is_copied_barely_is_the_same_rows_without_indexes(postgres: Postgres, tmp_path: Path) -> None:
    tables = ["discogs_2026_11.one__0001", "discogs_2026_11.two__0002"]
    with postgres.connection() as connection:
        for statement in MAKE.split(";"):
            connection.execute(statement)
    loads = [(table, bench.export(postgres, table, tmp_path / table)) for table in tables]
    assert bench.copy_all(postgres.url, loads) == 501
    bare = f"{bench.BARE}.one__0001"
    differing = f"(TABLE {tables[0]} EXCEPT TABLE {bare}) UNION ALL (TABLE {bare} EXCEPT TABLE {tables[0]})"
    assert postgres.ask(f"SELECT count(*) AS n FROM ({differing}) d") == [{"n": 0}]
    assert postgres.ask(f"SELECT * FROM pg_indexes WHERE schemaname = '{bench.BARE}'") == []
    rows, size = bench.drop_schema(postgres, bench.BARE)
    assert rows == 501
    assert size > 0
    assert postgres.ask(f"SELECT to_regnamespace('{bench.BARE}') AS n") == [{"n": None}]


def test_a_schema_that_a_rival_did_not_make_held_nothing(postgres: Postgres) -> None:
    assert bench.drop_schema(postgres, "rival") == (0, 0)

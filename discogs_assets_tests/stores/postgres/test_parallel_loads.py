"""Tests of `stores.postgres.parallel_loads`, against a real server."""

import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from discogs_assets.errors import LoadError
from discogs_assets.schema.backends import sql
from discogs_assets.schema.child_tables import TABLES, Table, tables
from discogs_assets.schema.discogs import LABELS
from discogs_assets.stores.postgres.loads import Postgres
from discogs_assets.stores.postgres.parallel_loads import Loading
from discogs_assets.streams.postgres import binary_copy
from discogs_assets_tests.stores.postgres.test_loads import NOVEMBER, labels

URLS, SUBLABELS = TABLES["label_urls"], TABLES["label_sublabels"]


def test_every_table_is_loaded_and_named_as_it_is_done(postgres: Postgres, tmp_path: Path) -> None:
    def copied(table: Table) -> Iterator[bytes]:
        return labels(tmp_path / table.name, "A", "B") if table is LABELS else iter(())

    for table in tables(LABELS):
        (tmp_path / table.name).mkdir()
    done = dict(Loading(postgres, NOVEMBER, {}).of(tables(LABELS), copied))
    assert {table.name: load.rows for table, load in done.items()} == {
        "labels": 2,
        **{table.name: 0 for table in tables(LABELS)[1:]},
    }


def test_what_is_kept_stays_beside_the_new_load(postgres: Postgres) -> None:
    def nothing(table: Table) -> Iterator[bytes]:
        return iter(())

    (first,) = Loading(postgres, NOVEMBER, {}).of([URLS], nothing)
    (second,) = Loading(postgres, NOVEMBER, {URLS: first[1].table}).of([URLS], nothing)
    assert postgres.lacking([first[1].table, second[1].table]) == []


def test_an_error_in_one_table_ends_the_others_at_once_and_leaves_none(postgres: Postgres) -> None:
    def endless() -> Iterator[bytes]:
        for number in range(10_000):
            yield b"%d,1,7,x\n" % number
            time.sleep(0.01)

    def copied(table: Table) -> Iterator[bytes]:
        return iter([b"not a number,1,x\n"]) if table is URLS else endless()

    began = time.monotonic()
    with pytest.raises(LoadError, match=r"label_urls__.*rejected a row"):
        list(Loading(postgres, NOVEMBER, {}).of([SUBLABELS, URLS], copied))
    assert time.monotonic() - began < 10
    assert postgres.months() == []


@pytest.mark.parametrize(
    "bad",
    [
        b'11,1,"a\nb\nc"\n12,1,"line\nline"\n7,two,x\n8,1,y\n',
        b"11,1,a\n7,two,x\n",
    ],
    ids=["after rows of several lines", "plain"],
)
def test_the_record_of_a_rejected_row_is_named(postgres: Postgres, bad: bytes) -> None:
    with pytest.raises(LoadError, match=r'rejected a row: .*"two".*; the row is label_id=7, ordinal=two$') as refused:
        list(Loading(postgres, NOVEMBER, {}).of([URLS], lambda table: iter([b"1,1,first\n", bad])))
    assert "\n" not in str(refused.value)


def test_the_record_of_a_rejected_document_is_named(postgres: Postgres) -> None:
    pieces = [_documents(dict.fromkeys((5, 6), '{"name": "A"}')), _documents({8: '{"name": "A\\u0000"}', 9: "{}"})]
    copied = [binary_copy.SIGNATURE, *pieces, binary_copy.END]
    with pytest.raises(LoadError, match=r"; the row is id=8$"):
        list(Loading(postgres, NOVEMBER, {}).of([LABELS], lambda table: iter(copied)))


def _documents(texts: dict[int, str]) -> bytes:
    """Return rows of labels in the binary form, without a parent."""
    others = len(sql.stored_columns(LABELS)) - 2
    return b"".join(
        struct.pack("!hiq", others + 2, 8, number)
        + b"\xff\xff\xff\xff" * others
        + struct.pack("!i", len(text) + 1)
        + binary_copy.JSONB_VERSION
        + text.encode()
        for number, text in texts.items()
    )


def test_a_duplicate_key_is_named(postgres: Postgres) -> None:
    with pytest.raises(LoadError, match=r"duplicate primary key \(label_id, ordinal\): .*\(7, 1\)") as refused:
        list(Loading(postgres, NOVEMBER, {}).of([URLS], lambda table: iter([b"7,1,x\n7,1,y\n"])))
    assert "\n" not in str(refused.value)


def test_a_table_that_is_refused_ends_no_other_where_that_is_asked_for(postgres: Postgres) -> None:
    refused: dict[Table, LoadError] = {}

    def copied(table: Table) -> Iterator[bytes]:
        return iter([b"not a number,1,x\n"] if table is URLS else [b"1,1,7,x\n"])

    loading = Loading(postgres, NOVEMBER, {}, refused=refused.__setitem__)
    assert [(table, load.rows) for table, load in loading.of([URLS, SUBLABELS], copied)] == [(SUBLABELS, 1)]
    assert refused.keys() == {URLS}


def test_whoever_stops_listening_ends_what_the_server_is_at(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index of a whole month takes minutes; here a sleep stands for it."""

    def indexes(of: Table, table: str) -> Iterator[sql.Build]:
        if of is SUBLABELS:
            yield sql.Build("SELECT pg_sleep(60)")

    monkeypatch.setattr(sql, "indexes", indexes)
    loading = Loading(postgres, NOVEMBER, {}).of([SUBLABELS, URLS], lambda table: iter(()))
    assert next(loading)[0] is URLS
    began = time.monotonic()
    loading.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 10
    (row,) = postgres.ask("SELECT count(*) AS n FROM pg_tables WHERE tablename LIKE 'label_sublabels%'")
    assert row["n"] == 0

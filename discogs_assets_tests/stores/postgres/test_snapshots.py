"""Tests of `stores.postgres.snapshots`: quotas, expiry, and what is stored."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import psycopg
import pytest

from discogs_assets.errors import QuestionError
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.stores.postgres import snapshots
from discogs_assets.stores.postgres.snapshots import SnapshotStore

CONTENT = {"nodes": [{"type": "artist", "id": 1}], "center": {"type": "artist", "id": 1}}
HERE = "203.0.113.7"


@pytest.fixture
def owner(postgres_server: PostgresServer) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection; the table is empty."""
    with psycopg.connect(postgres_server.address().url, autocommit=True) as connection:
        connection.execute("DELETE FROM serving.snapshots")
        yield connection


def use(server: PostgresServer, work: Callable[[SnapshotStore], Awaitable[Any]], days: int = 28) -> Any:
    """Open a store, and return the result of the work with it."""

    async def run() -> Any:
        async with SnapshotStore(lambda: server.serving().url, days) as store:
            return await work(store)

    return asyncio.run(run())


def create(server: PostgresServer, address: str = HERE) -> str:
    token, _ = use(server, lambda store: store.create(CONTENT, address))
    return str(token)


def test_a_snapshot_is_found_by_its_token_until_it_expires(
    postgres_server: PostgresServer, owner: psycopg.Connection[Any]
) -> None:
    token = create(postgres_server)
    found = use(postgres_server, lambda store: store.find(token))
    assert found.content == CONTENT
    assert (found.expires_at - found.created_at).days == 28
    owner.execute("UPDATE serving.snapshots SET expires_at = now()")
    with pytest.raises(QuestionError, match="no snapshot"):
        use(postgres_server, lambda store: store.find(token))


def test_neither_the_token_nor_the_address_is_stored(
    postgres_server: PostgresServer, owner: psycopg.Connection[Any]
) -> None:
    token = create(postgres_server)
    ((stored,),) = owner.execute("SELECT to_jsonb(s)::text FROM serving.snapshots s").fetchall()
    assert token not in stored
    assert HERE not in stored
    (row,) = owner.execute("SELECT token, client FROM serving.snapshots").fetchall()
    assert {len(each) for each in row} == {32}


def test_tokens_have_128_bits_and_are_all_different(
    postgres_server: PostgresServer, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "CLIENT_SNAPSHOTS", 1000)
    tokens = {create(postgres_server) for _ in range(20)}
    assert len(tokens) == 20
    assert {len(each) for each in tokens} == {snapshots.TOKEN_LENGTH}


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (HERE, HERE, True),
        (HERE, "203.0.113.8", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("", "", True),
    ],
)
def test_an_address_has_its_quota(
    postgres_server: PostgresServer,
    owner: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
    first: str,
    second: str,
    same: bool,
) -> None:
    monkeypatch.setattr(snapshots, "CLIENT_SNAPSHOTS", 1)
    create(postgres_server, first)
    if same:
        with pytest.raises(QuestionError, match="snapshots of this address") as refused:
            create(postgres_server, second)
        assert refused.value.status == 429
    else:
        create(postgres_server, second)


def test_a_flood_from_many_addresses_ends_at_the_quota_of_all(
    postgres_server: PostgresServer, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "ALL_SNAPSHOTS", 10)

    async def flood(store: SnapshotStore) -> list[Any]:
        tasks = (store.create(CONTENT, f"203.0.113.{number}") for number in range(40))
        return await asyncio.gather(*tasks, return_exceptions=True)

    found = use(postgres_server, flood)
    assert sum(isinstance(each, tuple) for each in found) == 10
    refused = [each for each in found if isinstance(each, QuestionError)]
    assert {each.status for each in refused} == {503}
    assert all((each.wait or 0) > 86_400 and "10 snapshots are kept" in str(each) for each in refused)
    assert owner.execute("SELECT count(*) FROM serving.snapshots").fetchall() == [(10,)]


def test_expired_snapshots_count_for_no_quota_and_go_in_small_numbers(
    postgres_server: PostgresServer, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "CLIENT_SNAPSHOTS", 1)
    owner.execute(
        "INSERT INTO serving.snapshots (token, client, content, expires_at) "
        "SELECT int4send(n), int4send(1), '{}', now() - interval '1 day' FROM generate_series(1, 250) AS n"
    )
    create(postgres_server)
    assert owner.execute("SELECT count(*) FROM serving.snapshots").fetchall() == [(151,)]
    for _ in range(2):
        with pytest.raises(QuestionError):
            create(postgres_server)


def test_snapshots_outlive_a_new_provisioning(postgres_server: PostgresServer, owner: psycopg.Connection[Any]) -> None:
    token = create(postgres_server)
    (postgres_server.status().folder / "discogs_assets.provisioned").write_text("earlier")
    postgres_server.start()
    assert use(postgres_server, lambda store: store.find(token)).content == CONTENT


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE serving.snapshots SET content = '{}'",
        "TRUNCATE serving.snapshots",
        "DELETE FROM discogs.publication",
        "CREATE TABLE serving.mine (i int)",
        "CREATE TABLE discogs.mine (i int)",
        "SELECT pg_advisory_lock(1)",
    ],
)
def test_the_role_writes_snapshots_and_nothing_else(postgres_server: PostgresServer, statement: str) -> None:
    with (
        psycopg.connect(postgres_server.serving().url, autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


@pytest.mark.parametrize("role", ["reader", "api"])
def test_other_roles_cannot_read_snapshots(postgres_server: PostgresServer, role: str) -> None:
    url = getattr(postgres_server, role)().url
    with (
        psycopg.connect(url, autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT FROM serving.snapshots")

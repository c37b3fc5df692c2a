"""Tests of `defs.pools`."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import text

from discogs_assets.definitions import defs
from discogs_assets.defs import pools

AT_ONCE = 4


@pytest.fixture
def instances(dagster_home: Path) -> Iterator[list[dg.DagsterInstance]]:
    """The same instance in PostgreSQL as several processes open it, without pools."""
    with ExitStack() as stack:
        found = [stack.enter_context(dg.DagsterInstance.get()) for _ in range(AT_ONCE)]
        with found[0].event_log_storage.index_connection() as connection:  # type: ignore[attr-defined]
            for table in ("concurrency_slots", "concurrency_limits"):
                connection.execute(text(f"DELETE FROM {table}"))
        yield found


def limits(instance: dg.DagsterInstance) -> dict[str, int]:
    storage = instance.event_log_storage
    return {name: storage.get_concurrency_info(name).slot_count for name in storage.get_concurrency_keys()}


def test_every_pool_of_an_asset_is_created() -> None:
    steps = [each.node_def for each in defs.resolve_asset_graph().assets_defs if each.is_executable]
    assert {pool for step in steps for pool in step.pools} == set(pools.NAMES)


def test_processes_that_create_the_pools_at_once_get_each_pool_once(instances: list[dg.DagsterInstance]) -> None:
    together = threading.Barrier(AT_ONCE)

    def create(instance: dg.DagsterInstance) -> list[str]:
        together.wait()
        return pools.create(instance)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        created = list(threads.map(create, instances))
    assert sorted(name for names in created for name in names) == sorted(pools.NAMES)
    assert limits(instances[0]) == dict.fromkeys(pools.NAMES, 1)


def test_a_limit_that_somebody_has_set_is_left_alone(instances: list[dg.DagsterInstance]) -> None:
    instances[0].event_log_storage.set_concurrency_slots("neo4j", 3)
    assert pools.create(instances[1]) == ["discogs_http", "musicbrainz_http", "postgres", "search", "published"]
    assert limits(instances[2])["neo4j"] == 3


def test_an_instance_without_a_default_limit_gets_no_pools() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert pools.create(instance) == []

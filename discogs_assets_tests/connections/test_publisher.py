"""Tests of `connections.publisher`: the record of every switch, and publications that were cut off."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from discogs_assets import failpoints
from discogs_assets.connections import Connections
from discogs_assets.connections.publisher import Publisher
from discogs_assets.errors import BusyError, LoadError
from discogs_assets.schema.discogs import ARTISTS, LABELS
from discogs_assets.schema.model import Entity
from discogs_assets.schema.search_index import ENTITIES, Row
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.settings import Settings
from discogs_assets.stores.postgres import publication
from discogs_assets.stores.postgres.loads import Postgres, view_of
from discogs_assets.stores.postgres.publication import CHANNEL, Publication
from discogs_assets.stores.search.documents import write_documents
from discogs_assets_tests.stores.postgres.test_loads import ONE, rows

pytestmark = pytest.mark.slow

OCTOBER, NOVEMBER = "2026-10", "2026-11"
READ = (
    "SELECT sequence, month, tables, graph FROM discogs.publication WHERE state = 'done' ORDER BY sequence DESC LIMIT 1"
)

Load = Callable[..., Publication]


class KilledError(BaseException):
    """Stands for the end of the process at a failpoint."""


@pytest.fixture
def connections(postgres: Postgres, postgres_server: PostgresServer) -> Connections:
    """The stores of the session's home, without a graph."""
    return Connections(Settings(home=postgres_server.home))


@pytest.fixture
def load(postgres: Postgres, tmp_path: Path) -> Load:
    """Load one record of these tables and return its publication."""

    def load(month: str, *tables: Entity) -> Publication:
        found = {
            view_of(of): postgres.load(of, f"{month}-01", rows(tmp_path, of, ONE[of.name].format(month))).table
            for of in tables or (LABELS,)
        }
        return Publication(month, found)

    return load


def publish(connections: Connections, wanted: Publication) -> None:
    with connections.publishing() as publisher:
        publisher.publish(wanted)


def read_months(postgres: Postgres) -> list[object]:
    """Months that readers find in the data and in the record."""
    names = [row["name"] for row in postgres.ask("SELECT name FROM labels")]
    done = publication.read_done(postgres)
    return [*names, done.month if done else None]


def kill_at(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def reach(reached: str) -> None:
        if reached == place:
            raise KilledError

    monkeypatch.setattr(failpoints, "reach", reach)


def test_a_reader_finds_month_sequence_and_loads_in_the_record(
    connections: Connections, load: Load, postgres_server: PostgresServer
) -> None:
    wanted = load(NOVEMBER)
    publish(connections, wanted)
    with psycopg.connect(postgres_server.reader().url) as reader:
        found = reader.execute(READ).fetchall()
    assert found == [(1, NOVEMBER, {"discogs.labels": wanted.tables["discogs.labels"]}, None)]


def test_a_publication_is_announced_to_listeners(connections: Connections, load: Load, postgres: Postgres) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        publish(connections, load(NOVEMBER))
        (heard,) = listener.notifies(timeout=5, stop_after=1)
    assert heard.payload == "1"


@pytest.mark.parametrize("place", ["intent", "switch", "views"])
def test_a_publication_that_was_killed_is_completed(
    place: str, connections: Connections, load: Load, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(connections, load(OCTOBER))
    wanted = load(NOVEMBER)
    with monkeypatch.context() as patch:
        kill_at(place, patch)
        with pytest.raises(KilledError):
            publish(connections, wanted)
    assert read_months(postgres) == [OCTOBER, OCTOBER]
    assert connections.open_publication() is not None
    assert connections.read_published_partitions() == {f"{OCTOBER}-01", f"{NOVEMBER}-01"}
    assert "interrupted publication of 2026-11 is completed" in connections.settle()
    assert read_months(postgres) == [NOVEMBER, NOVEMBER]
    assert connections.open_publication() is None
    assert not connections.settle()


def test_a_publication_whose_loads_are_gone_is_undone(connections: Connections, load: Load, postgres: Postgres) -> None:
    publish(connections, load(OCTOBER))
    publication.record_intent(postgres, replace(load(NOVEMBER), tables={"discogs.labels": "discogs_2026_11.gone__9"}))
    assert "undone: discogs_2026_11.gone__9" in connections.settle()
    assert read_months(postgres) == [OCTOBER, OCTOBER]
    assert connections.open_publication() is None


def test_a_publication_of_tables_of_another_version_is_undone(
    connections: Connections, load: Load, postgres: Postgres
) -> None:
    publish(connections, shown := load(OCTOBER))
    wanted = load(NOVEMBER)
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"ALTER TABLE {wanted.tables['discogs.labels']} DROP COLUMN data CASCADE".encode())
    with pytest.raises(LoadError, match="another version"):
        publish(connections, wanted)
    assert publication.read_open(postgres) is None
    publication.record_intent(postgres, wanted)
    assert "is undone" in connections.settle()
    assert postgres.read_published_loads() == shown.tables


def test_another_month_takes_the_place_of_a_publication_that_was_cut_off(
    connections: Connections, load: Load, postgres: Postgres
) -> None:
    publication.record_intent(postgres, load(OCTOBER))
    publish(connections, load(NOVEMBER))
    states = postgres.ask("SELECT month, state FROM discogs.publication ORDER BY sequence")
    assert states == [{"month": OCTOBER, "state": "undone"}, {"month": NOVEMBER, "state": "done"}]


def test_the_same_publication_goes_on_where_it_was_cut_off(
    connections: Connections, load: Load, postgres: Postgres
) -> None:
    wanted = load(NOVEMBER)
    publication.record_intent(postgres, wanted)
    publish(connections, wanted)
    assert postgres.ask("SELECT sequence, state FROM discogs.publication") == [{"sequence": 1, "state": "done"}]


def test_a_view_whose_table_is_not_published_is_dropped(
    connections: Connections, load: Load, postgres: Postgres
) -> None:
    publish(connections, load(OCTOBER, LABELS, ARTISTS))
    publish(connections, load(NOVEMBER, LABELS))
    assert set(postgres.read_published_loads()) == {"discogs.labels"}


def test_a_publication_under_way_is_settled_by_nobody_else(
    connections: Connections, load: Load, postgres: Postgres
) -> None:
    publication.record_intent(postgres, load(NOVEMBER))
    with connections.publishing():
        assert not connections.settle()
        with pytest.raises(BusyError, match="another process is publishing"), connections.publishing(wait=0.1):
            pass
    assert connections.open_publication() is not None


def test_a_database_without_a_record_has_no_open_publication(connections: Connections, postgres: Postgres) -> None:
    with postgres.connection() as connection:
        connection.execute("DROP TABLE discogs.publication")
    assert connections.open_publication() is None


def test_what_an_earlier_version_published_is_recorded(
    connections: Connections, load: Load, postgres: Postgres
) -> None:
    wanted = load(OCTOBER)
    postgres.publish({LABELS: wanted.tables["discogs.labels"]})
    with connections.publishing() as publisher:
        assert isinstance(publisher, Publisher)
        assert publisher.shown == replace(wanted, sequence=1, state="done")
    assert connections.read_published_partitions() == {f"{OCTOBER}-01"}


def test_a_search_index_is_published_by_the_record_and_undone_if_it_is_gone(
    connections: Connections, load: Load, postgres: Postgres
) -> None:
    assert connections.read_search_state().shows == "nothing"
    assert connections.open_search() is None
    index = "2026-10/0123456789ab"
    for entity in ENTITIES:
        (connections.search.root / index / entity).mkdir(parents=True)
        write_documents(connections.search.root / index / entity, [Row(id=1, name=entity)])
    publish(connections, replace(load(OCTOBER), search=index))
    publication.record_intent(postgres, replace(load(NOVEMBER), search="2026-11/gone"))
    assert "undone: the search index 2026-11/gone is neither in" in connections.settle()
    opened, state = connections.open_search(), connections.read_search_state()
    assert opened
    assert opened.documents == dict.fromkeys(ENTITIES, 1)
    assert (state.server, state.running, state.shows) == ("search index", "yes", OCTOBER)

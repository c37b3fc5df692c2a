"""PostgreSQL as the embedded server of a home or an external one: roles, Dagster's storage, state."""

from dataclasses import dataclass
from typing import Protocol

from discogs_assets.connections.state import ServerState, state_of
from discogs_assets.servers.postgres.server import PostgresServer
from discogs_assets.stores.postgres.loads import Postgres, month_of

DAGSTER_DATABASE = "dagster"
"""Database of Dagster's storage, on the same server as the tables."""


class TableStore(Protocol):
    """PostgreSQL, by the roles that use it. Defaults are those of a server that always runs."""

    def start(self) -> Postgres:
        """Return the database as its owner, prepared. An embedded server is started."""

    def owner(self) -> Postgres:
        """Return the database as its owner. Raises ServerError if an embedded server does not run."""

    def reader(self) -> Postgres:
        """Return the database as the read-only role. Raises ServerError if an embedded server does not run."""

    def api_url(self) -> str:
        """Return the URL, with password, of the role that the API reads as."""

    def serving_url(self) -> str:
        """Return the URL, with password, of the role that snapshots are written as."""

    def storage_url(self) -> str:
        """Return the URL, with password, of the server and role of Dagster's storage, created if missing."""

    def restore_roles(self) -> None:
        """Undo any changes that the reader and the API of an embedded server have made to their roles."""
        return

    def running(self) -> bool:
        """Return False if an embedded server does not run."""
        return True

    def is_installed(self) -> bool:
        """Return False if an embedded server's programs have yet to be downloaded."""
        return True

    def state(self) -> ServerState:
        """Return the state of the server and the month that it shows."""


@dataclass(frozen=True, slots=True)
class EmbeddedTables(TableStore):
    """The PostgreSQL of our home."""

    server: PostgresServer

    def start(self) -> Postgres:
        """See `TableStore`."""
        store = Postgres(self.server.start().url, disk=self.server.status().folder)
        store.prepare()
        return store

    def owner(self) -> Postgres:
        """See `TableStore`."""
        return Postgres(self.server.address().url, disk=self.server.status().folder)

    def reader(self) -> Postgres:
        """See `TableStore`."""
        return Postgres(self.server.reader().url)

    def api_url(self) -> str:
        """See `TableStore`."""
        return self.server.api().url

    def serving_url(self) -> str:
        """See `TableStore`."""
        return self.server.serving().url

    def storage_url(self) -> str:
        """See `TableStore`."""
        return self.server.dagster().url

    def restore_roles(self) -> None:
        """See `TableStore`."""
        self.server.restore_roles()

    def running(self) -> bool:
        """See `TableStore`."""
        return self.server.status().running

    def is_installed(self) -> bool:
        """See `TableStore`."""
        return self.server.is_installed()

    def state(self) -> ServerState:
        """See `TableStore`."""
        status = self.server.status()
        return state_of(status, _shown_tables(self.owner()) if status.running else None)


@dataclass(frozen=True, slots=True)
class ExternalTables(TableStore):
    """A PostgreSQL that the settings name."""

    postgres: Postgres

    def start(self) -> Postgres:
        """See `TableStore`."""
        self.postgres.prepare()
        return self.postgres

    def owner(self) -> Postgres:
        """See `TableStore`."""
        return self.postgres

    def reader(self) -> Postgres:
        """See `TableStore`."""
        return self.postgres

    def api_url(self) -> str:
        """See `TableStore`."""
        return self.postgres.url

    def serving_url(self) -> str:
        """See `TableStore`."""
        return self.postgres.url

    def storage_url(self) -> str:
        """See `TableStore`."""
        self.postgres.make_database(DAGSTER_DATABASE)
        return self.postgres.url

    def state(self) -> ServerState:
        """See `TableStore`."""
        return ServerState("PostgreSQL", "yes", _shown_tables(self.postgres) or "nothing", self.postgres.safe_url)


def _shown_tables(postgres: Postgres) -> str | None:
    return max((month_of(table)[:7] for table in postgres.read_published_loads().values()), default=None)

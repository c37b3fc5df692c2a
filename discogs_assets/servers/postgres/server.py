"""The embedded PostgreSQL server of a home: start, attach, stop and status."""

import signal
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from discogs_assets import faults
from discogs_assets.errors import ServerError
from discogs_assets.schema.backends.provisioning import DAGSTER, OWNER, READER
from discogs_assets.servers import artifacts, json_state, os_user, process, server_state
from discogs_assets.servers.credentials import credentials
from discogs_assets.servers.postgres.cluster import SUPERUSER, Cluster, is_ready, listening
from discogs_assets.servers.postgres.provision import provision, recipe, restore_reader
from discogs_assets.servers.server_state import Record, ServerStatus

if TYPE_CHECKING:
    from psycopg import Connection

# Not 5432: the machine's own PostgreSQL often listens there.
_PREFERRED_PORT = 5433
# A server that was killed first replays its write-ahead log, up to 8 GB.
_START_SECONDS = 300.0
_STOP_SECONDS = 60.0
_LOCK_SECONDS = 5
"""Seconds that the superuser waits for a lock."""
_PROVISIONED = "discogs_assets.provisioned"


@dataclass(frozen=True)
class PostgresAddress:
    """Address of a database for a role. The repr and `safe_url` show no password; `url` contains it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str

    @property
    def url(self) -> str:
        """URI for libpq, with the password."""
        return f"postgresql://{quote(self.user)}:{quote(self.password, safe='')}@{self._place}"

    @property
    def safe_url(self) -> str:
        """The same URI, without the password."""
        return f"postgresql://{quote(self.user)}@{self._place}"

    def of(self, database: str) -> "PostgresAddress":
        """Return the same role's address of another database."""
        return replace(self, database=database)

    @property
    def _place(self) -> str:
        return f"{self.host}:{self.port}/{quote(self.database)}"


class PostgresServer:
    """The PostgreSQL of `home`, with its data in `home/postgres`; `cache` replaces the per-user program cache."""

    def __init__(self, home: Path, cache: Path | None = None) -> None:
        self.home = home.absolute()
        self.folder = self.home / "postgres"
        self._cache = cache
        self._lock = self.folder / "server.lock"
        self._state = self.folder / "server.json"
        self._log = self.folder / "server.log"

    def start(self) -> PostgresAddress:
        """Return the owner's address of the database `discogs`, starting the server first if it does not run.

        On return, the roles, databases (`discogs`, `dagster`), rights, schemas, extensions and search paths are in
        place, even on a server started by an earlier version of this code.
        Raises InstallError, ServerError, or BusyError if another process keeps starting or stopping it.
        """
        record = self._record()
        if not record or not record.ready or not self._provisioned(record):
            with json_state.exclusive(self._lock, "starting PostgreSQL"), self._noticing_full_disk():
                record = self._ready()
        return self._address(record, OWNER)

    def stop(self) -> bool:
        """Disconnect all users, write everything and shut down; return True if there was a server."""
        with json_state.exclusive(self._lock, "stopping PostgreSQL"):
            return self._stop()

    def status(self) -> ServerStatus:
        """Return the server's status: running or not, address and uptime."""
        record = self._record()
        url = self._address(record, OWNER).safe_url if record else ""
        return server_state.status_of("PostgreSQL", record, url, artifacts.postgres().version, self.data)

    def address(self) -> PostgresAddress:
        """Return the owner's address of `discogs`. Raises ServerError if the server does not run."""
        return self._address(self._running(), OWNER)

    def reader(self) -> PostgresAddress:
        """Return the address for the read-only role. Raises ServerError if the server does not run."""
        return self._address(self._running(), READER)

    def dagster(self) -> PostgresAddress:
        """Return the address of `dagster` for Dagster's role. Raises ServerError if the server does not run."""
        return self._address(self._running(), DAGSTER).of(DAGSTER)

    def restore_reader(self) -> None:
        """Restore the reader role's password, limits and settings: PostgreSQL lets the role change its own.

        Raises ServerError if the server does not run.
        """
        with self._connect(self._running(), "postgres") as connection:
            restore_reader(connection, credentials(self.home))

    def is_installed(self) -> bool:
        """Return True if the programs are installed, so that a start downloads nothing."""
        user = os_user.unprivileged(self.folder / "data", self.home)
        return artifacts.installed(artifacts.postgres(), os_user.place(self._cache or artifacts.cache_folder(), user))

    def _running(self) -> Record:
        record = self._record()
        if not record or not record.ready:
            raise ServerError(f"PostgreSQL of {self.home} does not run. Start it with `discogs up`.")
        return record

    def _noticing_full_disk(self) -> AbstractContextManager[None]:
        data = self.data
        return faults.noticing_full_disk(data, self._log.parent, f"starting PostgreSQL on {data}")

    def _ready(self) -> Record:
        """Return a server that answers: the running one, even if its starter was killed, or a new one."""
        record = self._record()
        if record and record.ready:
            self._provision(record)
            return record
        if record and record.stopping:
            self._stop()
            record = None
        cluster = self._cluster()
        record = self._answering(record) if record else self._started(cluster)
        self._provision(record)
        return record.made_ready(self._state)

    def _stop(self) -> bool:
        return server_state.stop(self._state, self._record(), signal.SIGINT, _STOP_SECONDS)

    def _record(self) -> Record | None:
        """Return the record of the running server, found by its pid file if the record is lost."""
        return server_state.live_record(self._state, self._find)

    def _find(self) -> Record | None:
        data = self.data
        found = listening(data)
        running = process.alive(found[0], 0.0, str(data)) if found else None
        if not found or not running:
            return None
        version = artifacts.postgres().version
        return Record(running.pid, running.create_time(), str(data), found[1], str(data), version)

    def _started(self, cluster: Cluster) -> Record:
        cluster.create(credentials(self.home).password(f"postgres/{SUPERUSER}"))
        cluster.clear_up()
        last = server_state.read_record(self._state)
        preferred = [last.port if last else None, _PREFERRED_PORT]
        return server_state.on_free_port(preferred, lambda port: self._launched(cluster, port), self._answering)

    def _launched(self, cluster: Cluster, port: int) -> Record:
        cluster.configure(port)
        started = process.spawn(cluster.command(), self._log, cluster.data.parent, account=cluster.account)
        version = artifacts.postgres().version
        mark = str(cluster.data)
        return Record(started.pid, started.create_time(), mark, port, mark, version).save(self._state)

    def _answering(self, record: Record) -> Record:
        running = record.process()
        if not running:
            raise ServerError(f"PostgreSQL ended at once. {process.last_words(self._log)}")
        process.wait_until(lambda: self._answers(record), running, "PostgreSQL", self._log, _START_SECONDS)
        return record

    def _answers(self, record: Record) -> bool:
        import psycopg

        if not is_ready(Path(record.folder), record.pid):
            return False
        try:
            self._connect(record, "postgres").close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise ServerError(
                    f"The cluster in {record.folder} has other passwords than {self.home / 'credentials.json'}. "
                    f"Put back the file it was made with, or remove that folder to start with an empty cluster."
                ) from None
            return False
        return True

    def _connect(self, record: Record, database: str) -> "Connection[Any]":
        import psycopg

        url = self._address(record, SUPERUSER).of(database).url
        limit = f"-c lock_timeout={_LOCK_SECONDS}s"
        return psycopg.connect(url, autocommit=True, connect_timeout=5, options=limit)

    def _provisioned(self, record: Record) -> bool:
        mark = Path(record.folder) / _PROVISIONED
        return mark.exists() and mark.read_text(encoding="ascii") == recipe()

    def _provision(self, record: Record) -> None:
        if not self._provisioned(record):
            provision(lambda database: self._connect(record, database), credentials(self.home))
            (Path(record.folder) / _PROVISIONED).write_text(recipe(), encoding="ascii")

    def _cluster(self) -> Cluster:
        data = self.data
        os_user.make(data.parent)
        user = os_user.unprivileged(data, self.home)
        cache = os_user.make(self._cache or artifacts.cache_folder())
        programs = artifacts.install(artifacts.postgres(), os_user.make(os_user.place(cache, user)))
        if user:
            os_user.let_read(programs)
        return Cluster(data, programs, user)

    @property
    def data(self) -> Path:
        """Data folder: `home/postgres/data`, or a stand-in if the server's user cannot reach that."""
        data = self.folder / "data"
        return os_user.place(self.folder, os_user.unprivileged(data, self.home)) / "data"

    def _address(self, record: Record, user: str) -> PostgresAddress:
        password = credentials(self.home).password(f"postgres/{user}")
        return PostgresAddress(process.HOST, record.port, user, password, "discogs")

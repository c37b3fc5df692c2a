"""The embedded PostgreSQL server of a home: start, attach, stop and status."""

import signal
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from discogs_assets import faults
from discogs_assets.errors import ServerError
from discogs_assets.schema.backends.provisioning import API, DAGSTER, OWNER, READER, SERVING
from discogs_assets.servers import artifacts, json_state, os_user, process
from discogs_assets.servers.credentials import credentials
from discogs_assets.servers.embedded_server import EmbeddedServer
from discogs_assets.servers.os_user import Account
from discogs_assets.servers.postgres.cluster import SUPERUSER, Cluster, is_ready, read_pid_file
from discogs_assets.servers.postgres.provision import provision, recipe, restore_roles
from discogs_assets.servers.server_state import Record

if TYPE_CHECKING:
    from psycopg import Connection

# A server that was killed first replays its write-ahead log, up to 8 GB.
_START_SECONDS = 300.0
_LOCK_SECONDS = 5
"""Seconds that the superuser waits for a lock."""


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


class PostgresServer(EmbeddedServer):
    """The PostgreSQL of `home`, with its data in `home/postgres`; `cache` replaces the per-user program cache."""

    NAME = "PostgreSQL"
    # Not 5432: the machine's own PostgreSQL often listens there.
    PORT = 5433
    STOP = signal.SIGINT, 60.0
    program = staticmethod(artifacts.postgres)

    def __init__(self, home: Path, cache: Path | None = None) -> None:
        super().__init__(home, "postgres", cache)
        self._log = self.folder / "server.log"

    def start(self) -> PostgresAddress:
        """Return the owner's address of the database `discogs`, starting the server first if it does not run.

        On return, the roles, databases (`discogs`, `dagster`), rights, schemas, extensions and search paths are in
        place, even on a server started by an earlier version of this code.
        Raises InstallError, ServerError, or BusyError if another process keeps starting or stopping it.
        """
        record = self._record()
        if not record or not record.ready or not _is_provisioned(record):
            with json_state.exclusive(self._lock, "starting PostgreSQL"), self._noticing_full_disk():
                record = self._make_ready()
        return self._address(record, OWNER)

    def address(self) -> PostgresAddress:
        """Return the owner's address of `discogs`. Raises ServerError if the server does not run."""
        return self._address(self._ready_record(), OWNER)

    def reader(self) -> PostgresAddress:
        """Return the address for the read-only role. Raises ServerError if the server does not run."""
        return self._address(self._ready_record(), READER)

    def api(self) -> PostgresAddress:
        """Return the address for the API's role. Raises ServerError if the server does not run."""
        return self._address(self._ready_record(), API)

    def serving(self) -> PostgresAddress:
        """Return the address for the role of snapshots. Raises ServerError if the server does not run."""
        return self._address(self._ready_record(), SERVING)

    def dagster(self) -> PostgresAddress:
        """Return the address of `dagster` for Dagster's role. Raises ServerError if the server does not run."""
        return self._address(self._ready_record(), DAGSTER).of(DAGSTER)

    def restore_roles(self) -> None:
        """Restore the reader's and the API's roles: PostgreSQL lets a role change its own settings and rights.

        Raises ServerError if the server does not run.
        """
        with self._connect(self._ready_record(), "discogs") as connection:
            restore_roles(connection, credentials(self.home))

    @property
    def data(self) -> Path:
        """Data folder: `home/postgres/data`, or a stand-in if the server's user cannot reach that."""
        return os_user.place(self.folder, self._account()) / "data"

    def _data_folder(self) -> Path:
        return self.data

    def _account(self) -> Account | None:
        return os_user.choose_account(self.folder / "data", self.home)

    def _noticing_full_disk(self) -> AbstractContextManager[None]:
        return faults.noticing_full_disk(self.data, self._log.parent, f"starting PostgreSQL on {self.data}")

    def _make_ready(self) -> Record:
        """Return a server that answers: the running one, even if its starter was killed, or a new one."""
        record = self._record()
        if record and record.stopping:
            self._stop()
            record = None
        found = self._wait_for_answer(record) if record else self._start_cluster()
        if not _is_provisioned(found):
            provision(lambda database: self._connect(found, database), credentials(self.home))
            _recipe_file(found).write_text(recipe(), encoding="ascii")
        return found if found.ready else self._mark_ready(found)

    def _start_cluster(self) -> Record:
        os_user.make(self.data.parent)
        account = self._account()
        programs = self._install()
        if account:
            os_user.let_read(programs)
        cluster = Cluster(self.data, programs, account)
        cluster.create(credentials(self.home).password(f"postgres/{SUPERUSER}"))
        cluster.clean_up()
        return self._start_new(lambda port: self._launch(cluster, port))

    def _launch(self, cluster: Cluster, port: int) -> Record:
        cluster.configure(port)
        started = process.spawn(cluster.command(), self._log, cluster.data.parent, account=cluster.account)
        return self._describe(started, str(cluster.data), port, cluster.data)

    def _find(self) -> Record | None:
        """Return the record of the server that the pid file names."""
        data = self.data
        pid, port = read_pid_file(data) or (0, 0)
        running = process.alive(pid, 0.0, str(data)) if pid else None
        return self._describe(running, str(data), port, data) if running else None

    def _wait_for_answer(self, record: Record) -> Record:
        process.wait_until(lambda: self._answers(record), record.process(), self.NAME, self._log, _START_SECONDS)
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
                    f"Put back the file it was created with, or remove that folder to start with an empty cluster."
                ) from None
            return False
        return True

    def _connect(self, record: Record, database: str) -> "Connection[Any]":
        import psycopg

        url = self._address(record, SUPERUSER).of(database).url
        limit = f"-c lock_timeout={_LOCK_SECONDS}s"
        return psycopg.connect(url, autocommit=True, connect_timeout=5, options=limit)

    def _safe_url(self, record: Record) -> str:
        return self._address(record, OWNER).safe_url

    def _address(self, record: Record, user: str) -> PostgresAddress:
        password = credentials(self.home).password(f"postgres/{user}")
        return PostgresAddress(process.HOST, record.port, user, password, "discogs")


def _is_provisioned(record: Record) -> bool:
    file = _recipe_file(record)
    return file.exists() and file.read_text(encoding="ascii") == recipe()


def _recipe_file(record: Record) -> Path:
    """Return the file with the recipe by which the cluster was provisioned."""
    return Path(record.folder) / "discogs_assets.provisioned"

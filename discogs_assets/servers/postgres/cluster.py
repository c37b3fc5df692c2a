"""The PostgreSQL cluster on disk: creation, configuration for this machine, and cleanup after a killed server."""

import hashlib
import locale
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from discogs_assets.errors import ServerError
from discogs_assets.schema.backends.provisioning import CONNECTIONS, RESERVED_CONNECTIONS
from discogs_assets.servers import os_user, process
from discogs_assets.servers.host_limits import GIB, MIB, cores, share
from discogs_assets.servers.os_user import Account

MAJOR = "18"
SUPERUSER = "postgres"

# Trigrams ask the operating system if a character is a letter: under "C" they would drop all outside ASCII.
_CTYPES = ("C.UTF-8", "en_US.UTF-8", "UTF-8")

# Docker's default is 64 MB, too little for parallel hash joins.
_SMALL_SHARED_MEMORY = GIB


@dataclass(frozen=True)
class Cluster:
    """A cluster: its data folder, the folder of programs that serve it, and the user that owns it (None: ours)."""

    data: Path
    programs: Path
    account: Account | None

    def create(self, password: str) -> None:
        """Create the cluster, with `password` for its superuser, unless it exists; a partial one does not count.

        Raises ServerError, with the output of `initdb`, if that fails, or if the cluster has another major version.
        """
        if self.data.exists():
            self._refuse_other_version()
        else:
            self._make(password)

    def configure(self, port: int) -> None:
        """Write `postgresql.conf` for this machine and `port`; settings of `ALTER SYSTEM` stay and win."""
        derived = {**_size_for_machine(), "shared_preload_libraries": _preload(self.programs)}
        values = {**_FIXED, **derived, "port": str(port), "cluster_name": self.name}
        lines = [_CONF_HEADER, *(f"{name} = '{value}'" for name, value in values.items())]
        (self.data / "postgresql.conf").write_text("\n".join(lines) + "\n", encoding="ascii")

    @property
    def name(self) -> str:
        """Cluster name; PostgreSQL shows it in the titles of the server's processes."""
        return f"discogs_{hashlib.sha256(str(self.data).encode()).hexdigest()[:12]}"

    def command(self) -> list[str]:
        """Return the server's command line."""
        return [str(self.programs / "bin" / "postgres"), "-D", str(self.data)]

    def clean_up(self) -> None:
        """End the backends that a killed server left behind on this data, then delete the pid file.

        The process id in that file may have been reused by now, and would keep a new server from starting.
        """
        if (self.data / "postmaster.pid").exists():
            for left in filter(self._works_here, psutil.process_iter()):
                process.stop(left, signal.SIGQUIT, timeout=1)
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _make(self, password: str) -> None:
        os_user.require_name(self.account)
        for dead in self.data.parent.glob(f".{self.data.name}.partial-*"):
            shutil.rmtree(dead, ignore_errors=True)
        draft = self.data.with_name(f".{self.data.name}.partial-{secrets.token_hex(4)}")
        draft.mkdir(parents=True, mode=0o700)
        if self.account:
            self.account.owns(draft)
        self._initdb(draft, password)
        (draft / "pg_hba.conf").write_text(f"host all all {process.HOST}/32 scram-sha-256\n", encoding="ascii")
        # Last: a killed initdb leaves a folder under another name, deleted by the next attempt.
        draft.rename(self.data)

    def _refuse_other_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != MAJOR:
            raise ServerError(
                f"The cluster in {self.data} is of PostgreSQL {found}, these programs are of {MAJOR}. Move that folder "
                f"away and load the months again from the lake."
            )

    def _initdb(self, draft: Path, password: str) -> None:
        with tempfile.TemporaryDirectory(dir=self.data.parent) as folder:
            secret = Path(folder) / "password"
            secret.write_text(password, encoding="ascii")
            if self.account:
                self.account.takes(Path(folder))
            program = str(self.programs / "bin" / "initdb")
            done = subprocess.run(
                [program, "-D", str(draft), f"--pwfile={secret}", f"--lc-ctype={_ctype()}", *_INITDB],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                env={"PATH": os.defpath},
                **os_user.identity(self.account),
            )
        if done.returncode:
            raise ServerError(f"initdb {process.describe_end(done.returncode)}: {done.stderr.strip()}".rstrip(": "))

    def _works_here(self, candidate: psutil.Process) -> bool:
        try:
            words = candidate.cmdline()
            return candidate.name() == "postgres" and (str(self.data) in words or any(self.name in w for w in words))
        except psutil.Error:
            return False


def read_pid_file(data: Path) -> tuple[int, int] | None:
    """Return the process id and the port in the pid file; None if there is none."""
    lines = _pid_file_lines(data)
    try:
        return int(lines[0]), int(lines[3])
    except (ValueError, IndexError):
        return None


def is_ready(data: Path, pid: int) -> bool:
    """Return True if the pid file says that the server `pid` accepts connections.

    An open port would not prove it: another program may listen there.
    """
    lines = _pid_file_lines(data)
    return lines[:1] == [str(pid)] and lines[7:8] == ["ready"]


def _pid_file_lines(data: Path) -> list[str]:
    with suppress(OSError):
        return [line.strip() for line in (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()]
    return []


def _ctype() -> str:
    """Return the first character classification (LC_CTYPE) that this machine knows."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for known in _CTYPES:
            with suppress(locale.Error):
                return locale.setlocale(locale.LC_CTYPE, known)
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


def _size_for_machine() -> Mapping[str, str]:
    return {
        "shared_buffers": _kilobytes(share(0.25, 64 * MIB, 8 * GIB)),
        "effective_cache_size": _kilobytes(share(0.5, 128 * MIB, 64 * GIB)),
        "maintenance_work_mem": _kilobytes(share(0.05, 64 * MIB, 2 * GIB)),
        "work_mem": _kilobytes(share(0.002, 4 * MIB, 64 * MIB)),
        "max_worker_processes": str(8 + cores()),
        "max_parallel_workers": str(cores()),
        "max_parallel_maintenance_workers": str(min(4, cores())),
        "dynamic_shared_memory_type": _shared_memory(),
    }


def _shared_memory(folder: Path = Path("/dev/shm")) -> str:  # noqa: S108 - only its size is read
    if folder.exists() and shutil.disk_usage(folder).total < _SMALL_SHARED_MEMORY:
        return "sysv"
    return "posix"


def _preload(programs: Path) -> str:
    library = "pg_stat_statements"
    return library if any(programs.glob(f"lib/postgresql/{library}.*")) else ""


def _kilobytes(size: int) -> str:
    return f"{size // 1024}kB"


_INITDB = (
    f"--username={SUPERUSER}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
)

_CONF_HEADER = "# Written at each start. ALTER SYSTEM changes a setting for good."
_FIXED = {
    "listen_addresses": process.HOST,
    "unix_socket_directories": "",
    "max_connections": str(CONNECTIONS),
    "reserved_connections": str(RESERVED_CONNECTIONS),
    # Every session of the reader may lock every table, and there are about a thousand.
    "max_locks_per_transaction": "512",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    # Without replicas, COPY into a table created in the same transaction needs no write-ahead log.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # Otherwise the backend of a killed load would finish building its index, and hold the writer's lock until then.
    "client_connection_check_interval": "5s",
    "wal_compression": "pglz",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
}

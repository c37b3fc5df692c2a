"""A Neo4j store directory: one complete home of the server, with its data, configuration and first password."""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from discogs_assets import faults
from discogs_assets.servers import json_state
from discogs_assets.servers.host_limits import GIB, MIB, share
from discogs_assets.servers.os_user import Account
from discogs_assets.servers.process import HOST

USER = "neo4j"
DATABASE = "neo4j"

# Below this many bytes on disk, a store is served with little memory, by a JVM tuned to start fast.
_SMALL = 256 * MIB
_ITERATIONS = 1024


@dataclass(frozen=True)
class StoreDirectory:
    """The store directory `folder`; a server on it is sized for its bytes, or for `expected` bytes if that is more."""

    folder: Path
    expected: int = field(default=0, compare=False)

    @property
    def conf(self) -> Path:
        """Folder of the configuration, rewritten before each start."""
        return self.folder / "conf"

    @property
    def log(self) -> Path:
        """File with the server's output."""
        return self.folder / "logs" / "output.log"

    @property
    def scratch(self) -> Path:
        """Folder for temporary files of the JVM."""
        return self.folder / "tmp"

    @property
    def imported(self) -> Path:
        """File that exists once an import is complete."""
        return self.folder / "imported.json"

    @property
    def whole(self) -> bool:
        """True if it may be served: it was imported completely, or created empty."""
        return self.imported.exists()

    @property
    def size(self) -> int:
        """Bytes of the graph on disk."""
        files = self.part("databases", DATABASE).rglob("*")
        return sum(file.stat().st_size for file in files if file.is_file())

    @property
    def small(self) -> bool:
        """True if it needs little memory, and gains more from a fast start than from a fast run."""
        return self.room < _SMALL

    @property
    def room(self) -> int:
        """Bytes that a server is sized for."""
        return max(self.size, self.expected)

    def prefetch(self, most: int) -> None:
        """Have the operating system read the graph into memory, `most` bytes at the most, in the background."""
        for file in sorted(self.part("databases", DATABASE).rglob("*"), key=lambda file: file.stat().st_size):
            if file.is_file() and (most := most - file.stat().st_size) > 0 and hasattr(os, "posix_fadvise"):
                with file.open("rb") as opened:
                    os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)

    def noticing_full_disk(self) -> AbstractContextManager[None]:
        """Raise DiskFullError for errors in the block caused by a full disk, according to the server's log."""
        return faults.noticing_full_disk(self.folder, self.log.parent, f"Neo4j on {self.folder}")

    def create(self) -> None:
        """Make it an empty store that may be served."""
        self.make()
        json_state.write(self.imported, {"nodes": 0, "relationships": 0, "properties": 0, "seconds": 0})

    def make(self) -> None:
        """Create its folder, readable only by its owner: it holds the users' hashed passwords."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def remove(self) -> None:
        """Delete the directory; the mark of a complete import goes first, so that no part is ever served."""
        self.imported.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def remove_data(self) -> None:
        """Delete all that could be served, and keep the logs."""
        self.imported.unlink(missing_ok=True)
        shutil.rmtree(self.folder / "data", ignore_errors=True)

    def configure(self, port: int = 7687, page_cache: int = 64 * MIB, more: Mapping[str, str] | None = None) -> None:
        """Write the configuration of a server on `port` with `page_cache` bytes of page cache.

        `more` are further settings by name, such as `reader_settings`.
        """
        values = {
            **_SETTINGS,
            "server.bolt.listen_address": f"{HOST}:{port}",
            "server.bolt.advertised_address": f"{HOST}:{port}",
            "server.memory.pagecache.size": f"{page_cache // MIB}m",
            **(more or {}),
        }
        self.make()
        for folder in (self.conf, self.scratch, self.log.parent):
            _folder(folder)
        lines = [_HEADER, *(f"{name}={value}" for name, value in values.items())]
        _write(self.conf / "neo4j.conf", "\n".join(lines) + "\n")

    @property
    def port(self) -> int | None:
        """Port in its configuration, None if it has none."""
        return self._read_port("bolt")

    @property
    def browser_port(self) -> int | None:
        """Port of Neo4j's Browser in its configuration, None if it is not served."""
        return self._read_port("http")

    def _read_port(self, connector: str) -> int | None:
        try:
            text = (self.conf / "neo4j.conf").read_text(encoding="utf-8")
        except OSError:
            return None
        found = re.search(rf"^server\.{connector}\.listen_address=\S+:(\d+)$", text, re.MULTILINE)
        return int(found[1]) if found else None

    def set_password(self, password: str) -> None:
        """Have the next start create the user `neo4j` with this password, and no other user.

        In the Community Edition every user can change every password, so none is kept. The file is the one that
        `neo4j-admin dbms set-initial-password` writes, without the cost of a JVM; it counts only if there are no users.
        """
        for kind in ("databases", "transactions"):
            shutil.rmtree(self.part(kind, "system"), ignore_errors=True)
        folder = self.folder / "data" / "dbms"
        _folder(folder)
        _write(folder / "auth.ini", f"{USER}:{_hash(password)}:\n")

    def hand_over(self, account: Account | None) -> None:
        """Give all its files to `account`, so that a server can run as that user; None leaves them ours."""
        if account:
            account.takes(self.folder)

    def part(self, kind: str, database: str) -> Path:
        """Return its folder for a database's files of one kind, `databases` or `transactions`."""
        return self.folder / "data" / kind / database


def served_memory(store: StoreDirectory) -> tuple[int, int]:
    """Return the bytes of heap and of page cache for the server that users query."""
    return _memory(store, share(0.12, GIB, 8 * GIB), share(0.25, 256 * MIB, 64 * GIB))


def temporary_memory(store: StoreDirectory) -> tuple[int, int]:
    """Return the bytes of heap and of page cache for a server that builds indexes while the other one runs."""
    return _memory(store, share(0.08, GIB, 4 * GIB), share(0.12, 256 * MIB, 32 * GIB))


def _memory(store: StoreDirectory, heap: int, page_cache: int) -> tuple[int, int]:
    return (512 * MIB, store.room + 64 * MIB) if store.small else (heap, min(page_cache, store.room + GIB))


def reader_settings(heap: int) -> Mapping[str, str]:
    """Return settings for readers, for `heap` bytes of heap: no writes, and limits on time and memory."""
    return {**_READERS, **{name: f"{int(heap * part) // MIB}m" for name, part in _TRANSACTIONS.items()}}


def browser_settings(port: int) -> Mapping[str, str]:
    """Return settings that serve Neo4j's Browser on `port`, and nothing else over HTTP."""
    return {
        **_BROWSER,
        "server.http.listen_address": f"{HOST}:{port}",
        "server.http.advertised_address": f"{HOST}:{port}",
    }


def recipe(browser: bool = False) -> str:
    """Return a digest of the settings; it differs if another version of this program started the server."""
    used = [_SETTINGS, _READERS, _TRANSACTIONS, *([_BROWSER] if browser else [])]
    return hashlib.sha256(repr(used).encode()).hexdigest()[:12]


def _folder(folder: Path) -> None:
    """Create the folder, in place of a link that the server's user may have put there."""
    if folder.is_symlink():
        folder.unlink()
    folder.mkdir(parents=True, exist_ok=True)


def _write(file: Path, text: str) -> None:
    """Write a new file of mode 600, never through a link."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)


def _hash(password: str) -> str:
    """Return algorithm, hash, salt and iterations, in Neo4j's format for passwords."""
    salt = secrets.token_bytes(32)
    digest = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(_ITERATIONS - 1):
        digest = hashlib.sha256(digest).digest()
    return f"SHA-256,{digest.hex()},{salt.hex()},{_ITERATIONS}"


_HEADER = "# Written at each start."
# Only this database: `system`, with the users, is written when a server starts, and cannot be read-only.
_READERS: Mapping[str, str] = {
    "server.databases.read_only": DATABASE,
    "db.transaction.timeout": "1h",
}
# Shares of the heap for one transaction, and for all of them together.
_TRANSACTIONS: Mapping[str, float] = {"db.memory.transaction.max": 0.4, "dbms.memory.transaction.total.max": 0.6}
_BROWSER: Mapping[str, str] = {
    "server.http.enabled": "true",
    "server.http_enabled_modules": "BROWSER",
}
_SETTINGS: Mapping[str, str] = {
    "server.default_listen_address": HOST,
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    "dbms.security.auth_enabled": "true",
    # No query may read a file or open a connection to any address.
    "dbms.security.allow_csv_import_from_file_urls": "false",
    "internal.dbms.cypher_ip_blocklist": "0.0.0.0/0,::/0",
    # No reports to the vendor, and no announcements of the server on the local network.
    "dbms.usage_report.enabled": "false",
    "client.allow_telemetry": "false",
    "server.bolt.telemetry.enabled": "false",
    "server.fleet_discovery.enabled": "false",
    "dbms.fleet_manager.enabled": "false",
    # Transaction logs serve replicas and incremental backups, and there are none.
    "db.tx_log.preallocate": "false",
    "db.tx_log.rotation.size": "16m",
    "db.tx_log.rotation.retention_policy": "1 files",
    "db.logs.query.enabled": "OFF",
    # Each would add seconds to a start or a stop.
    "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration": "0s",
    "internal.dbms.dump_diagnostics": "false",
    "internal.vm_pause_monitor.enabled": "false",
    "db.memory.pagecache.warmup.enable": "false",
}

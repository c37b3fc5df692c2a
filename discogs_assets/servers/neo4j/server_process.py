"""One Neo4j server, served or short-lived, on one store: command line, address and readiness."""

import logging
from dataclasses import dataclass, field

import psutil

from discogs_assets.servers import process
from discogs_assets.servers.neo4j.jvm import QUICK, SERVER, STEADY, Java
from discogs_assets.servers.neo4j.store_directory import DATABASE, StoreDirectory, browser_settings, reader_settings

log = logging.getLogger(__name__)

# A server that was killed first replays its transactions.
_START_SECONDS = 300.0

BROWSER_PORT = 7474
"""Port of Neo4j's Browser, if it is free."""


@dataclass(frozen=True)
class Neo4jAddress:
    """Bolt address of the graph for a user. Neither the repr nor `url` contains the password."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """URI for the driver, without the password."""
        return f"bolt://{self.host}:{self.port}"

    @property
    def auth(self) -> tuple[str, str]:
        """User and password, in the driver's form."""
        return self.user, self.password


def launch(
    java: Java,
    store: StoreDirectory,
    at: Neo4jAddress,
    memory: tuple[int, int],
    readers: bool = False,
    bound: bool = False,
) -> psutil.Process:
    """Start a server on `store` at the address `at`, with `memory` bytes of heap and page cache.

    It is set up for `readers`, who may not write, or for us, who may. `bound` is as in `spawn`. With a `java` that has
    Neo4j's Browser, it serves it, on port 7474 if that is free.
    """
    store = StoreDirectory(store.folder.resolve(), store.expected)
    heap, page_cache = memory
    browser = browser_settings(process.free_port([BROWSER_PORT])) if java.browser else {}
    store.configure(at.port, page_cache, {**(reader_settings(heap) if readers else {}), **browser})
    store.set_password(at.password)
    arguments = [home_argument(store), f"--config-dir={store.conf}", "--console-mode"]
    command = java.command(SERVER, arguments, heap, QUICK if store.small else STEADY, store.scratch)
    store.hand_over(java.account)
    return process.spawn(command, store.log, store.folder, account=java.account, bound=bound)


def home_argument(store: StoreDirectory) -> str:
    """Return the argument that identifies a server's process among all others."""
    return f"--home-dir={store.folder.resolve()}"


def wait_for_answer(at: Neo4jAddress, store: StoreDirectory, running: psutil.Process | None) -> None:
    """Wait until the server answers a query. Raises ServerError as `process.wait_until` does."""
    process.wait_until(lambda: _answers(at, store), running, "Neo4j", store.log, _START_SECONDS)


def _answers(at: Neo4jAddress, store: StoreDirectory) -> bool:
    # The log shows that the listener is ours: in a container, root may not inspect another user's process.
    if not (process.listens(at.port) and process.has_said(store.log, f"Bolt enabled on {at.host}:{at.port}")):
        return False
    from neo4j import GraphDatabase
    from neo4j.exceptions import AuthError, DriverError, Neo4jError

    try:
        with GraphDatabase.driver(at.url, auth=at.auth, max_transaction_retry_time=0) as driver:
            driver.execute_query("RETURN 1", database_=DATABASE)
    except AuthError:
        log.warning("Neo4j on port %d has another password for %s than this home", at.port, at.user)
    except (DriverError, Neo4jError):
        return False
    return True

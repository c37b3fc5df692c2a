"""Creation of the class archive that halves Neo4j's start time: one throw-away server at idle priority writes it."""

import logging
import os
import secrets
import shutil
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import psutil

from discogs_assets.errors import ServerError
from discogs_assets.servers import os_user, process
from discogs_assets.servers.host_limits import MIB
from discogs_assets.servers.neo4j.jvm import Java
from discogs_assets.servers.neo4j.neo4j_home import DATABASE, Store
from discogs_assets.servers.neo4j.server_process import Neo4jAddress, address, server_run, wait_for_answer

log = logging.getLogger(__name__)

_SECONDS = 600.0
_MEMORY = 512 * MIB, 64 * MIB

# They load the classes of a server's first seconds: schema, plans of several shapes, writing, full text.
_QUERIES = (
    "CREATE CONSTRAINT IF NOT EXISTS FOR (n:A) REQUIRE n.id IS UNIQUE",
    "CREATE INDEX IF NOT EXISTS FOR (n:A) ON (n.name)",
    "CREATE FULLTEXT INDEX names IF NOT EXISTS FOR (n:A) ON EACH [n.name]",
    "CALL db.awaitIndexes()",
    "UNWIND range(1, 9) AS i MERGE (a:A {id: i}) SET a.name = toString(i) MERGE (a)-[:B]->(:C {id: i})",
    "MATCH (a:A)-[b:B]->(c) RETURN a.name AS name, count(*) AS n, collect(c.id) AS ids ORDER BY n DESC LIMIT 3",
    "CALL db.index.fulltext.queryNodes('names', '1') YIELD node RETURN node.id",
    "MATCH (n) RETURN labels(n)[0] AS label, count(*) AS n",
    "SHOW INDEXES YIELD name, state",
)


def begin(java: Java) -> threading.Thread | None:
    """Make the archive of `java` in the background if there is none; return the thread, for callers that wait.

    It ends with this process, finished or not; the next process tries again.
    """
    if java.archive.exists():
        return None
    thread = threading.Thread(target=_attempt, args=(java,), name="class archive", daemon=True)
    thread.start()
    return thread


def _attempt(java: Java) -> None:
    """Try to make the archive; nothing depends on it."""
    from filelock import FileLock, Timeout

    folder = java.archive.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "training.lock", timeout=0):
            _train(java)
    except Timeout:
        log.debug("another process makes %s", java.archive)
    except Exception as error:  # servers start without the archive, too
        log.debug("there will be no archive of classes for now: %s", error)


def _train(java: Java) -> None:
    for left in java.archive.parent.glob("training-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=java.archive.parent, prefix="training-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if java.account:
            os_user.let_pass(folder.parent.parent, folder.parent)
            java.account.owns(folder)
        if not java.base.exists():
            _finish(_idle(java, java.base_command(folder / "base"), folder))
            _take(folder / "base", java.base)
        _serve(java, Store(folder / "store"), folder / "neo4j")
        _take(folder / "neo4j", java.archive)


def _take(made: Path, into: Path) -> None:
    """Move a finished archive into place, owned by us so that the server's user cannot change it."""
    os.chown(made, os.geteuid(), os.getegid(), follow_symlinks=False)
    made.chmod(0o644)
    made.replace(into)


def _serve(java: Java, store: Store, into: Path) -> None:
    store.create()
    at = address(process.free_port([]), secrets.token_urlsafe(16))
    run = server_run(store, at, _MEMORY)
    command = java.training_command(run, into)
    store.hand_over(java.account)
    server = _idle(java, command, store.folder, store.log)
    try:
        wait_for_answer(at, store, server)
        _query(at)
        process.ask(server)
        _finish(server)
    finally:
        process.stop(server, timeout=0)


def _query(at: Neo4jAddress) -> None:
    from neo4j import GraphDatabase

    with GraphDatabase.driver(at.url, auth=at.auth) as driver:
        for query in _QUERIES:
            driver.execute_query(query, database_=DATABASE)


def _idle(java: Java, command: list[str], folder: Path, log: Path | None = None) -> psutil.Process:
    """Start a process at idle priority, if we may set the priority of another user's process."""
    started = process.spawn(command, log or folder / "output.log", folder, account=java.account, bound=True)
    with suppress(PermissionError, psutil.AccessDenied):
        if sys.platform == "linux":
            os.sched_setscheduler(started.pid, os.SCHED_IDLE, os.sched_param(0))
        else:
            started.nice(19)
    return started


def _finish(started: psutil.Process) -> None:
    status = started.wait(timeout=_SECONDS)
    if status:
        raise ServerError(f"process {started.pid} ended with status {status}")

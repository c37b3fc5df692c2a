"""Creation of the cache of loaded classes that halves Neo4j's start time, by a throw-away server at low priority."""

import logging
import os
import secrets
import shutil
import tempfile
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil

from discogs_assets.errors import BusyError, ServerError
from discogs_assets.servers import json_state, os_user, process
from discogs_assets.servers.host_limits import MIB
from discogs_assets.servers.neo4j.jvm import Java
from discogs_assets.servers.neo4j.server_process import Neo4jAddress, launch, wait_for_answer
from discogs_assets.servers.neo4j.store_directory import DATABASE, USER, StoreDirectory

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
    """Create the cache of `java` in the background if there is none; return the thread, for callers that wait.

    It ends with this process, finished or not; the next process tries again.
    """
    if java.cache.exists():
        return None
    thread = threading.Thread(target=_attempt, args=(java,), name="class cache", daemon=True)
    thread.start()
    return thread


def _attempt(java: Java) -> None:
    """Try to create the cache; nothing depends on it."""
    lock = java.cache.with_name("training.lock")
    try:
        with json_state.exclusive(lock, "caching the classes of Neo4j", timeout=0):
            for left in java.cache.parent.iterdir():
                if not left.name.startswith(lock.name):
                    shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink()
            _train(java)
    except BusyError:
        log.debug("another process creates %s", java.cache)
    except Exception as error:  # servers start without the cache, too
        log.debug("the cache of classes could not be created: %s", error)


def _train(java: Java) -> None:
    from neo4j import GraphDatabase

    folder = java.cache.parent
    with tempfile.TemporaryDirectory(dir=folder, prefix="training-", ignore_cleanup_errors=True) as name:
        if java.account:
            os_user.let_pass(folder.parent, folder)
            java.account.owns(Path(name))
        store = StoreDirectory(Path(name) / "store")
        store.create()
        at = Neo4jAddress(process.HOST, process.free_port([]), USER, secrets.token_urlsafe(16))
        server = launch(replace(java, training=True), store, at, _MEMORY, bound=True)
        try:
            with suppress(psutil.Error):
                server.nice(19)
            wait_for_answer(at, store, server)
            with GraphDatabase.driver(at.url, auth=at.auth) as driver:
                for query in _QUERIES:
                    driver.execute_query(query, database_=DATABASE)
        finally:
            # The JVM writes the cache while it ends.
            process.stop(server, timeout=_SECONDS)
        # From here on in our folder and owned by us, so that the server's user can change neither it nor its target.
        draft = java.training_output(store.scratch).replace(folder / "unverified.aot")
        if draft.is_symlink() or draft.stat().st_nlink > 1:
            raise ServerError(f"{draft} is a link, expected a file of the server's own")
        os.chown(draft, os.geteuid(), os.getegid())
        draft.chmod(0o644)
        draft.replace(java.cache)

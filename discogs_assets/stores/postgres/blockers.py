"""Sessions that block one of ours: find them, and end the ones of other roles."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from discogs_assets.stores.postgres.pool import Connection

INTERVAL = 0.1
"""Seconds between two checks."""

END = """
    SELECT pid, usename, application_name, query_start, pg_terminate_backend(pid)
    FROM pg_stat_activity
    WHERE pid = ANY (pg_blocking_pids(%s)) AND usename <> current_user
        AND (pg_has_role('pg_signal_backend', 'USAGE') OR pg_has_role(usesysid, 'USAGE'))
        AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = usesysid)"""
"""Statement to end the sessions that block a given one: other roles' only, if we may, and never superusers'."""


@contextmanager
def ending(connection: Connection, held_up: Connection, say: Callable[[str], None]) -> Iterator[None]:
    """End the sessions that block `held_up`, over `connection`, while the `with` body runs.

    `say` is called for each of them at the end. A session that arrives meanwhile queues behind the awaited lock.
    """
    done, pid = Event(), held_up.info.backend_pid
    ended = dict[int, str]()

    def end() -> None:
        while not done.wait(INTERVAL):
            for blocker, role, application, since, _ in connection.execute(END, [pid]).fetchall():
                ended[blocker] = f"role {role}, application {application or 'unnamed'}, last query of {since}"

    try:
        with ThreadPoolExecutor(1, "blockers") as pool:
            pool.submit(end)
            try:
                yield
            finally:
                done.set()
    finally:
        for blocker, session in ended.items():
            say(f"ended session {blocker}, which blocked the views: {session}")

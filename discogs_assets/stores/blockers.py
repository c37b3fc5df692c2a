"""Sessions that hold up one of ours: finding them, and ending those of other roles.

What belongs here: the statement and who asks it. What doesn't: when somebody has waited long enough.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]

INTERVAL = 0.1
"""Seconds between two looks."""

END = """
    SELECT pid, usename, application_name, query_start, pg_terminate_backend(pid)
    FROM pg_stat_activity
    WHERE pid = ANY (pg_blocking_pids(%s)) AND usename <> current_user
        AND (pg_has_role('pg_signal_backend', 'USAGE') OR pg_has_role(usesysid, 'USAGE'))
        AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = usesysid)"""
"""Ends the sessions that a session waits for, if they are other roles' and we may; superusers' never."""


@contextmanager
def ending(connection: Connection, held_up: Connection, say: Callable[[str], None]) -> Iterator[None]:
    """End the sessions that `held_up` waits for, by way of `connection`, until the block has ended.

    `say` hears of each in the end. A session that comes meanwhile queues behind the lock that is waited for.
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
        for blocker, told in ended.items():
            say(f"ended session {blocker}, which held the views: {told}")

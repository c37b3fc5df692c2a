"""The publication record: a row of `discogs.publication` for every switch of the published loads."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from discogs_assets.schema.backends.provisioning import PUBLICATION as TABLE
from discogs_assets.stores.postgres.database import Database, execute, row, text
from discogs_assets.stores.postgres.pool import Connection

CHANNEL = "discogs_publication"
"""Channel of the notification that a publication is done; its payload is the sequence number."""

COLUMNS = "sequence, state, month, tables, graph, search"

State = Literal["intended", "done", "undone"]


@dataclass(frozen=True, slots=True)
class Publication:
    """The loads published for a `month` (2026-11): the table of each view, and the load of the graph store.

    `graph` and `search` are None if that target is not published. A publication is recorded as intended before the
    first store switches, and as done with the last one. So an interrupted publication is known, and can be completed or
    undone.
    """

    month: str
    tables: Mapping[str, str]
    graph: str | None = None
    search: str | None = None
    sequence: int = 0
    state: State = "intended"

    @property
    def partition(self) -> str:
        """The month's partition key."""
        return f"{self.month}-01"

    def shows_same(self, other: "Publication") -> bool:
        """Return True if both publish the same loads."""
        return replace(self, sequence=0, state="done") == replace(other, sequence=0, state="done")


def read_done(postgres: Database) -> Publication | None:
    """Return the publication that readers see, None before the first publication."""
    return _read(postgres, "done")


def read_open(postgres: Database) -> Publication | None:
    """Return the publication that is intended and neither done nor undone, None if there is none."""
    return _read(postgres, "intended")


def record_intent(postgres: Database, wanted: Publication) -> Publication:
    """Record a publication before its first store switches. One that is still open is marked as undone."""
    with postgres.connection() as connection:
        execute(connection, f"UPDATE {TABLE} SET state = 'undone', settled_at = now() WHERE state = 'intended'")
        return replace(wanted, sequence=_insert(connection, wanted, "intended"), state="intended")


def record_proven(postgres: Database, proven: Publication) -> None:
    """Record loads that could be published, as undone: readers keep another month but may ask for this one."""
    with postgres.connection() as connection:
        _insert(connection, proven, "undone")


def record_done(connection: Connection, wanted: Publication) -> None:
    """Record the publication as done, in the transaction that switches the last store, and notify listeners."""
    if wanted.sequence:
        settle(connection, wanted.sequence, "done")
    else:
        _notify(connection, _insert(connection, wanted, "done"))


def settle(connection: Connection, sequence: int, state: State) -> None:
    """Close an intended publication."""
    execute(connection, f"UPDATE {TABLE} SET state = %s, settled_at = now() WHERE sequence = %s", state, sequence)
    if state == "done":
        _notify(connection, sequence)


def _read(postgres: Database, state: State) -> Publication | None:
    with postgres.connection() as connection, connection.cursor(row_factory=class_row(Publication)) as cursor:
        if row(connection, "SELECT to_regclass(%s) IS NULL", TABLE)[0]:
            # The cluster is of an earlier version, and has yet to be prepared.
            return None
        query = f"SELECT {COLUMNS} FROM {TABLE} WHERE state = %s ORDER BY sequence DESC LIMIT 1"
        return cursor.execute(text(query), [state]).fetchone()


def _insert(connection: Connection, wanted: Publication, state: State) -> int:
    statement = (
        f"INSERT INTO {TABLE} (state, month, tables, graph, search, settled_at) "
        "VALUES (%s, %s, %s, %s, %s, CASE WHEN %s = 'done' THEN now() END) RETURNING sequence"
    )
    values = (state, wanted.month, Jsonb(dict(wanted.tables)), wanted.graph, wanted.search, state)
    return int(row(connection, statement, *values)[0])


def _notify(connection: Connection, sequence: int) -> None:
    execute(connection, "SELECT pg_notify(%s, %s)", CHANNEL, str(sequence))

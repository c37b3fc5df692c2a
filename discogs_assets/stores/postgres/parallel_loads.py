"""Parallel loading of a month's tables into PostgreSQL."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from discogs_assets.errors import LoadError
from discogs_assets.schema.child_tables import Table
from discogs_assets.stores.postgres.loads import Load, Postgres
from discogs_assets.stores.postgres.pool import Connection
from discogs_assets.streams.postgres.row_keys import find_key
from discogs_assets.streams.prefetch import prefetch_items

REPORT_BYTES = 256 << 20

CANCEL_SECONDS = 5.0

Rows = Callable[[Table], Iterator[bytes]]
"""Source of a table's COPY data."""


@dataclass(frozen=True, slots=True)
class Loading:
    """A load of a month's tables, `most` in parallel; `keep` names the earlier load of each table to keep.

    `refused` is called with a table that the server rejects, and the other loads continue. Without it, they end, too.
    """

    server: Postgres
    partition: str
    keep: Mapping[Table, str]
    say: Callable[[str], None] = lambda line: None
    most: int = 2
    refused: Callable[[Table, LoadError], None] | None = None
    connections: list[Connection] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def of(self, tables: Iterable[Table], rows: Rows) -> Iterator[tuple[Table, Load]]:
        """Yield each table as soon as it is loaded. An error, or an interruption, cancels the other loads."""
        with ThreadPoolExecutor(self.most, "load") as pool:
            under_way = {pool.submit(self._load, table, rows): table for table in tables}
            try:
                for done in as_completed(under_way):
                    error = done.exception()
                    if self.refused and isinstance(error, LoadError):
                        self.refused(under_way[done], error)
                    else:
                        yield under_way[done], done.result()
            except BaseException:
                self._end(under_way)
                raise

    def _end(self, under_way: Iterable[Future[Load]]) -> None:
        """Start no other table, send no more rows, and cancel running statements, such as index builds."""
        self.ended.set()
        left = {each for each in under_way if not each.cancel()}
        while left:
            # A load cancelled between two statements goes on with the next one, so cancel until it ends.
            for connection in self.connections:
                with suppress(psycopg.Error):
                    connection.cancel_safe(timeout=CANCEL_SECONDS)
            _, left = wait(left, timeout=1.0)

    def _load(self, table: Table, rows: Rows) -> Load:
        sent = self._report(table, prefetch_items(rows(table)))
        keep = self.keep.get(table, "")
        try:
            return self.server.load(table, self.partition, sent, keep, self.say, self.connections.append)
        except LoadError as error:
            if error.line is None or not (key := find_key(table, rows(table), error.line)):
                raise
            raise LoadError(f"{error}; the row is {key}", error.line) from error

    def _report(self, table: Table, rows: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the rows, and report progress every `REPORT_BYTES`."""
        sent = reported = 0
        for data in rows:
            if self.ended.is_set():
                raise LoadError(f"{table.name} was not loaded, since loading another table failed. Run again.")
            yield data
            sent += len(data)
            if sent - reported > REPORT_BYTES:
                reported = sent
                self.say(f"{table.name}: {sent / 1e6:,.0f} MB sent")

"""Several tables of one month on their way into PostgreSQL, side by side.

What belongs here: how many at once, and ending all of them where one ends. What doesn't: how one table is loaded (see
`postgres`), and what its rows are.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from discogs_assets.errors import LoadError
from discogs_assets.schema.relations import Table
from discogs_assets.stores.connection_pool import Connection
from discogs_assets.stores.postgres import Load, Postgres
from discogs_assets.streams.ahead import prefetched

REPORT_BYTES = 256 << 20

CANCEL_SECONDS = 5.0

Rows = Callable[[Table], Iterator[bytes]]
"""What COPY takes for a table."""


@dataclass(frozen=True, slots=True)
class Loading:
    """A month's tables being loaded, `most` at once; `keep` names for each the load that stays beside the new one.

    `refused` is told of a table that the server refuses, and the others go on; without it they end, too.
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
        """Each table as soon as it is loaded; an error, or an end from outside, ends what the others are at."""
        with ThreadPoolExecutor(self.most, "load") as pool:
            under_way = {pool.submit(self._load, table, rows): table for table in tables}
            try:
                for done in as_completed(under_way):
                    if load := self._result(under_way[done], done):
                        yield under_way[done], load
            except BaseException:
                self._end(under_way)
                raise

    def _result(self, table: Table, done: Future[Load]) -> Load | None:
        """The load; None if the server has refused the table and others go on."""
        try:
            return done.result()
        except LoadError as error:
            if self.refused is None:
                raise
            self.refused(table, error)
            return None

    def _end(self, under_way: Iterable[Future[Load]]) -> None:
        """Begin no other table, send no more rows, and have the server leave off what it is at, such as an index."""
        self.ended.set()
        left = {each for each in under_way if not each.cancel()}
        while left:
            # What is cancelled between two statements goes on with the next.
            for connection in self.connections:
                with suppress(psycopg.Error):
                    connection.cancel_safe(timeout=CANCEL_SECONDS)
            _, left = wait(left, timeout=1.0)

    def _load(self, table: Table, rows: Rows) -> Load:
        sent = self._reported(table, prefetched(rows(table)))
        return self.server.load(
            table, self.partition, sent, self.keep.get(table, ""), self.say, self.connections.append
        )

    def _reported(self, table: Table, rows: Iterator[bytes]) -> Iterator[bytes]:
        """The rows, with a line now and then."""
        sent = reported = 0
        for data in rows:
            if self.ended.is_set():
                raise LoadError(f"{table.name} is not loaded, since another table could not be. Run again.")
            yield data
            sent += len(data)
            if sent - reported > REPORT_BYTES:
                reported = sent
                self.say(f"{table.name}: {sent / 1e6:,.0f} MB sent")

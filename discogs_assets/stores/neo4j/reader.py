"""Neo4j as the API reads it: an asynchronous driver, and statements on one load of the graph."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from discogs_assets.errors import LoadError, QuestionError, ServerError, SupersededError
from discogs_assets.schema.backends.cypher import LEDGER

CONNECT_SECONDS = 2.0
POOL_SIZE = 16

LOAD = f"MATCH {LEDGER} RETURN l.load AS load, l.tables AS tables, l.state AS state, toString(l.changed) AS changed"

TIMED_OUT = "TransactionTimedOut"
"""Part of the codes of an error for a transaction beyond its time limit."""

Row = dict[str, Any]
Address = tuple[str, str, str]
"""URL, user and password."""


class GraphReader:
    """The published graph. `address` is asked again whenever the server does not answer: it may have moved."""

    def __init__(self, address: Callable[[], Address], seconds: float) -> None:
        self._address = address
        self._seconds = seconds
        self._opened: tuple[Address, neo4j.AsyncDriver] | None = None

    async def close(self) -> None:
        """Close all connections."""
        if self._opened:
            _, driver = self._opened
            self._opened = None
            await driver.close()

    async def rows(self, load: str, statement: str, values: Mapping[str, Any]) -> list[Row]:
        """Return the rows of a statement on this load of the graph.

        Raises SupersededError if the server shows another load, QuestionError (504) beyond the time limit, ServerError
        if the server does not answer.
        """
        try:
            return await self._ask(load, statement, values)
        except Neo4jError as error:
            if TIMED_OUT in str(error.code):
                raise QuestionError(504, "the question took longer than the time limit. Ask for less.") from error
            said = f"Neo4j failed: {error.code}: {error.message}"
            raise (ServerError(said) if error.is_retryable() else LoadError(said)) from error
        except (DriverError, OSError) as error:
            if self._opened and self._address() != self._opened[0]:
                with suppress(DriverError, OSError):
                    await self.close()
            raise ServerError(f"Neo4j does not answer: {error}") from error

    async def _ask(self, load: str, statement: str, values: Mapping[str, Any]) -> list[Row]:
        async with (
            self._driver().session(default_access_mode=neo4j.READ_ACCESS) as session,
            await session.begin_transaction(timeout=self._seconds) as transaction,
        ):
            before = await _load(transaction)
            if before["state"] not in (None, "whole") or load not in (before["load"], before["tables"]):
                raise SupersededError(f"Neo4j shows the load {before['load']}, not {load}")
            rows = await (await transaction.run(statement, dict(values))).data()
            # A server that is loaded over Bolt changes in the view of its readers; an imported store never does.
            if before["changed"] is not None and await _load(transaction) != before:
                raise SupersededError("Neo4j was loaded meanwhile")
            return rows

    def _driver(self) -> neo4j.AsyncDriver:
        if self._opened is None:
            address = url, user, password = self._address()
            driver = neo4j.AsyncGraphDatabase.driver(
                url,
                auth=(user, password),
                notifications_min_severity="OFF",
                connection_timeout=CONNECT_SECONDS,
                connection_acquisition_timeout=CONNECT_SECONDS,
                max_connection_pool_size=POOL_SIZE,
            )
            self._opened = address, driver
        return self._opened[1]


async def _load(transaction: neo4j.AsyncTransaction) -> Row:
    found = await (await transaction.run(LOAD)).data()
    return found[0] if found else {"load": None, "tables": None, "state": None, "changed": None}

"""Neo4j as the API reads it: an asynchronous driver, and statements on one load of the graph."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from discogs_assets.errors import LateError, LoadError, ServerError, SupersededError
from discogs_assets.schema.backends.cypher import LEDGER

CONNECT_SECONDS = 2.0
POOL_SIZE = 4 * (os.cpu_count() or 4)
"""Statements at once. More would only make each of them slower, and all exceed the time limit where a few would not."""

PROOF = (
    f"OPTIONAL MATCH {LEDGER} "
    "RETURN {load: l.load, tables: l.tables, state: l.state, changed: toString(l.changed)} AS proof, "
)
"""Start of a statement that also returns the load that it reads: a round trip of its own would double the time."""

NOTHING = "RETURN {} AS row"

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
        """Return the rows of a statement on this load of the graph, which returns a map for each.

        Raises SupersededError if the server shows another load, LateError beyond the time limit, ServerError
        if the server does not answer.
        """
        try:
            return await self._ask(load, statement, values)
        except Neo4jError as error:
            if TIMED_OUT in str(error.code):
                raise LateError() from error
            said = f"Neo4j failed: {error.code}: {error.message}"
            raise (ServerError(said) if error.is_retryable() else LoadError(said)) from error
        except (DriverError, OSError) as error:
            if self._opened and self._address() != self._opened[0]:
                with suppress(DriverError, OSError):
                    await self.close()
            raise ServerError(f"Neo4j does not answer: {error}") from error

    async def _ask(self, load: str, statement: str, values: Mapping[str, Any]) -> list[Row]:
        proof, rows = await self._run(statement, values)
        if proof["state"] not in (None, "whole") or load not in (proof["load"], proof["tables"]):
            raise SupersededError(f"Neo4j shows the load {proof['load']}, not {load}")
        # A server that is loaded over Bolt changes in the view of its readers; an imported store never does.
        if proof["changed"] is not None and proof != (await self._run(NOTHING, {}))[0]:
            raise SupersededError("Neo4j was loaded meanwhile")
        return rows

    async def _run(self, statement: str, values: Mapping[str, Any]) -> tuple[Row, list[Row]]:
        """Return the load record and the rows, both read by one statement."""
        query = neo4j.Query(f"{PROOF} COLLECT {{ {statement} }} AS rows", timeout=self._seconds)
        async with self._driver().session(default_access_mode=neo4j.READ_ACCESS) as session:
            found = await (await session.run(query, dict(values))).single(strict=True)
            return found["proof"], found["rows"]

    def _driver(self) -> neo4j.AsyncDriver:
        if self._opened is None:
            address = url, user, password = self._address()
            driver = neo4j.AsyncGraphDatabase.driver(
                url,
                auth=(user, password),
                notifications_min_severity="OFF",
                connection_timeout=CONNECT_SECONDS,
                connection_acquisition_timeout=self._seconds,
                max_connection_pool_size=POOL_SIZE,
            )
            self._opened = address, driver
        return self._opened[1]

"""A Cypher query that a user wrote, read-only and bounded in time and rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from discogs_assets.errors import QuestionError, ServerError, SupersededError
from discogs_assets.schema.backends.cypher import LEDGER
from discogs_assets.stores.neo4j.neo4j_json import plain
from discogs_assets.stores.neo4j.reader import TIMED_OUT
from discogs_assets.stores.query_result import Element

PROOF = f"OPTIONAL MATCH {LEDGER} RETURN l.load AS load, l.tables AS tables"

PROCEDURES = re.compile(
    r"db\.(?:labels|relationshipTypes|propertyKeys|schema\.\w+|index\.fulltext\.query(?:Nodes|Relationships))\("
)
"""Procedures that a query may call."""

FORBIDDEN = re.compile(r"LoadCSV|Show|Terminate|Use")
"""Operators that reach files, the network, other transactions or the server's settings."""


def read_rows(
    address: tuple[str, str, str], load: str, statement: str, seconds: float, limit: int
) -> tuple[Sequence[str], list[list[Any]]]:
    """Return the columns and first rows of a query on this load of the graph, in a read transaction.

    Raises QuestionError: 422 if Neo4j rejects it, 403 if it does more than read the graph, 504 beyond the time limit.
    Raises SupersededError if the server shows another load, ServerError if it does not answer.
    """
    url, user, password = address
    try:
        with (
            neo4j.GraphDatabase.driver(url, auth=(user, password), notifications_min_severity="OFF") as driver,
            driver.session(default_access_mode=neo4j.READ_ACCESS, fetch_size=limit) as session,
            session.begin_transaction(timeout=seconds) as transaction,
        ):
            _require_load(transaction, load)
            _refuse(transaction.run(f"EXPLAIN {statement}").consume())
            found = transaction.run(statement)
            return found.keys(), [[_unwrap(plain(value)) for value in row.values()] for row in found.fetch(limit)]
    except Neo4jError as error:
        if TIMED_OUT in str(error.code):
            raise QuestionError(504, "the query took longer than the time limit.") from error
        if error.is_retryable():
            raise ServerError(f"Neo4j failed: {error.message}") from error
        raise QuestionError(422, "Neo4j rejects the query.", error=" ".join(str(error.message).split())) from error
    except (DriverError, OSError) as error:
        raise ServerError(f"Neo4j does not answer: {error}") from error


def _require_load(transaction: neo4j.Transaction, load: str) -> None:
    found = transaction.run(PROOF).single(strict=True)
    if load not in (found["load"], found["tables"]):
        raise SupersededError(f"Neo4j shows the load {found['load']}, not {load}")


def _refuse(planned: neo4j.ResultSummary) -> None:
    """Raise QuestionError (403) if the plan does more than read the graph."""
    if planned.query_type != "r" or not planned.plan:
        raise QuestionError(403, "the query does more than read the graph, expected MATCH … RETURN.")
    for operator, details in _list_operators(planned.plan):
        called = operator.startswith("ProcedureCall")
        if FORBIDDEN.match(operator) or (called and not PROCEDURES.match(details)):
            name = details.partition("(")[0] if called else operator.partition("@")[0]
            raise QuestionError(403, f"{name} is not allowed: a query reads the graph alone.")


def _list_operators(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield plan["operatorType"], str(plan.get("args", {}).get("Details", ""))
    for child in plan.get("children", ()):
        yield from _list_operators(child)


def _unwrap(value: Any) -> Any:
    """Return the value with graph elements as JSON."""
    if isinstance(value, Element):
        return value.json
    if isinstance(value, dict):
        return {name: _unwrap(each) for name, each in value.items()}
    return [_unwrap(each) for each in value] if isinstance(value, list) else value

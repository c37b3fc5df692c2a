"""Latency of common PostgreSQL queries, listed in `sql_latency.sql`: each query's plan and the median of its times."""

import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from discogs_assets.bench.figures import Figure, make_figure
from discogs_assets.bench.measurement import Usage

EXECUTIONS = 15
"""Executions of each query, each with another parameter value."""

DRAW = """
SELECT it FROM (SELECT it, row_number() OVER () AS n FROM ({values} LIMIT 100000) AS v) AS drawn
ORDER BY hashint8(n) LIMIT {executions}
"""

Connection = psycopg.Connection[tuple[Any, ...]]


class Query(NamedTuple):
    """A query with one parameter, `%(it)s`; `values` is the query that yields its values, as a column `it`."""

    name: str
    values: str
    text: str


_BLOCKS = Path(__file__).with_suffix(".sql").read_text().strip().removesuffix(";").split(";\n\n")

QUERIES = [Query(*(line.removeprefix("-- ") for line in block.split("\n", 2))) for block in _BLOCKS]
"""Each block of the file: a comment with the name, a comment with the values, and the query."""


def measure_queries(url: str, releases: int) -> Iterator[Figure]:
    """Yield the latency of each query on the published month, one by one; skip queries without values to draw.

    `seconds` is the median, `records` the sum of rows over all executions.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        for query in QUERIES:
            if values := draw_values(connection, query):
                yield _measure(connection, query, values, releases)


def draw_values(connection: Connection, query: Query) -> list[Any]:
    """Return parameter values for a query, spread over the first 100,000 that there are.

    Drawing them from the server's data makes the queries work on any month, generated or real.
    """
    statement = DRAW.format(values=query.values, executions=EXECUTIONS)
    return [value for (value,) in connection.execute(statement.encode()) if value is not None]


def explain(connection: Connection, query: Query, value: object) -> str:
    """Return the server's plan for the query."""
    lines = connection.execute(b"EXPLAIN " + query.text.encode(), {"it": value})
    return "\n".join(line for (line,) in lines)


def uses_index(plan: str) -> bool:
    """Return True if the plan has no sequential scan."""
    return re.search(r"\bSeq Scan\b", plan) is None


def _measure(connection: Connection, query: Query, values: list[Any], releases: int) -> Figure:
    plan, times, rows = explain(connection, query, values[0]), list[float](), 0
    for value in values:
        began = time.perf_counter()
        rows += len(connection.execute(query.text.encode(), {"it": value}).fetchall())
        times.append(time.perf_counter() - began)
    median, slowest = statistics.median(times), max(times)
    times_ms = {"median_ms": round(1000 * median, 2), "slowest_ms": round(1000 * slowest, 2)}
    about = {**times_ms, "indexed": uses_index(plan), "plan": plan}
    return make_figure(Usage(median), releases, "questions", query.name, "question", records=rows, about=about)

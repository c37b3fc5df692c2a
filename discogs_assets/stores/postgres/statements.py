"""A query that a user wrote, read-only and bounded in time, rows and bytes."""

import json
import re
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from discogs_assets.errors import QuestionError
from discogs_assets.stores.postgres.reader import Row, lend_connection

RESTORE = "RESET ALL; CLOSE ALL; UNLISTEN *; SELECT pg_advisory_unlock_all()"
"""DISCARD ALL, but for the pool's prepared statements."""

ROW_BYTES = 100_000
"""Longest row as JSON; a longer one is an error."""

# As a subquery, the text can be nothing but one query: PostgreSQL refuses COPY, DO, SET and changes of data there.
WRAPPED = """SELECT CASE WHEN octet_length(written.row) <= %(size)s THEN written.row END AS row FROM (
SELECT to_json(asked)::text AS row FROM (
{}
) AS asked LIMIT %(limit)s) AS written"""

LITERAL = re.compile(r"'(?:[^']|'')*'")
CALLED = re.compile(r"([A-Za-z_][\w$]*)\\?\"?\s*\(")

HARMLESS = re.compile(
    r"pg_(?:catalog|typeof|size_pretty|column_size|has_role|get_\w+|relation_\w+|table_is_visible|my_temp_schema"
    r"|is_other_temp_schema|char_to_encoding|encoding_to_char|column_is_updatable)$"
)
FORBIDDEN = re.compile(
    r"pg_|lo_|lo(?:import|export)$|dblink|set_config$|setval$|nextval$|txid_|ts_stat$|ts_rewrite$|repeat$|[lr]pad$"
    r"|(?:query|cursor|table|schema|database)_to_xml|binary_upgrade_",
    re.IGNORECASE,
)
"""Functions that reach files, other sessions, locks or settings, that wait, run other SQL or fill the memory."""

REJECTED = (
    *(psycopg.DataError, psycopg.ProgrammingError, psycopg.NotSupportedError, psycopg.InternalError),
    *(psycopg.errors.ProgramLimitExceeded, psycopg.errors.ConfigurationLimitExceeded),
)
"""Errors of a statement; others, such as a cancellation, are the server's."""


async def read_rows(
    pool: AsyncConnectionPool[psycopg.AsyncConnection[Row]], statement: str, limit: int
) -> list[list[tuple[str, Any]]]:
    """Return the first rows of a query as pairs of column and value.

    Raises QuestionError: 422 if PostgreSQL rejects it, 403 for a function that is not allowed, 504 beyond the time
    limit.
    """
    refuse_functions(statement)
    wrapped = WRAPPED.replace("{}", statement.strip().removesuffix(";").replace("%", "%%"))
    values = {"size": ROW_BYTES, "limit": limit}
    async with lend_connection(pool) as connection:
        try:
            async with connection.transaction():
                await connection.execute("SET TRANSACTION READ ONLY")
                # Values make psycopg use the extended protocol, which takes one statement alone.
                planned = await connection.execute(f"EXPLAIN (VERBOSE, FORMAT JSON) {wrapped}", values)
                refuse_functions(json.dumps((await planned.fetchone() or {}).get("QUERY PLAN")))
                found = await (await connection.execute(wrapped, values)).fetchall()
        except REJECTED as error:
            raise _reject(error) from error
        finally:
            if not connection.closed and connection.info.transaction_status.name == "IDLE":
                await connection.execute(RESTORE)
    return [_read(row["row"]) for row in found]


def _reject(error: psycopg.Error) -> QuestionError:
    said = error.diag.message_primary or str(error)
    hint = f". Hint: {error.diag.message_hint}" if error.diag.message_hint else ""
    expected = ", expected one SELECT, WITH or VALUES" if isinstance(error, psycopg.errors.SyntaxError) else ""
    return QuestionError(422, f"PostgreSQL rejects the statement{expected}.", error=f"{said}{hint}")


def refuse_functions(text: str) -> None:
    """Raise QuestionError (403) if a statement or its plan calls a forbidden function.

    Plans write names in full, however disguised; a statement is looked at before planning evaluates any of it. The
    embedded server denies most of them to the API's role anyway, an external one may not.
    """
    for name in CALLED.findall(LITERAL.sub("''", text)):
        if FORBIDDEN.match(name) and not HARMLESS.match(name):
            raise QuestionError(403, f"the function {name} is not allowed: a statement reads tables alone.")


def _read(row: str | None) -> list[tuple[str, Any]]:
    if row is None:
        raise QuestionError(422, f"a row is longer than {ROW_BYTES:,} bytes. Select fewer or shorter columns.")
    found: list[tuple[str, Any]] = json.loads(row, object_pairs_hook=_Pairs)
    return found


class _Pairs(list[tuple[str, Any]]):
    """The members of an object; objects inside become dictionaries, and names may occur twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__((name, _flatten(value)) for name, value in pairs)


def _flatten(value: Any) -> Any:
    if isinstance(value, _Pairs):
        return dict(value)
    return [_flatten(each) for each in value] if isinstance(value, list) else value

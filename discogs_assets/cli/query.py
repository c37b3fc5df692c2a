"""`discogs query`: read a query, run it against PostgreSQL, Neo4j or the lake, and print the result."""

import os
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.cli import output, terminal
from discogs_assets.cli.output import SURROGATES
from discogs_assets.cli.terminal import say
from discogs_assets.errors import LoadError, SettingError
from discogs_assets.servers import host_limits
from discogs_assets.settings import Settings
from discogs_assets.stores.query_result import Answer

SHOWN = 100
"""Default maximum number of rows in a table; CSV and JSON have no default limit."""

STDIN = "-"

LANGUAGES = ("sql", "cypher", "parquet")

UNPUBLISHED = "Nothing is published yet: load a month, such as discogs load 2026-11, or the sample: discogs demo"


@dataclass(frozen=True, slots=True)
class Question:
    """A query in one of LANGUAGES: `sql` is for PostgreSQL, `parquet` for a month of the lake, None the newest."""

    text: str
    language: str = LANGUAGES[0]
    month: str | None = None


def question(text: str | None, file: Path | None, cypher: bool, parquet: bool, month: str | None) -> Question:
    """Return the query given by the command's arguments.

    Raises SettingError if they contradict each other, or if the query is missing, empty or unreadable.
    """
    if cypher and parquet:
        raise SettingError("--cypher and --parquet are both given, expected one of them, or neither for PostgreSQL")
    if month and not parquet:
        raise SettingError(f"--month {month} is given without --parquet: PostgreSQL and Neo4j show the published month")
    language = "cypher" if cypher else "parquet" if parquet else "sql"
    return Question(_text(text, file), language, month)


def form(csv: bool, json: bool) -> str:
    """Return the output format, one of `output.FORMS`; raises SettingError if two are given."""
    if csv and json:
        raise SettingError("--csv and --json are both given, expected one of them, or neither for a table")
    return "csv" if csv else "json" if json else "table"


def _text(text: str | None, file: Path | None) -> str:
    if (text is None) == (file is None):
        raise SettingError("expected one query: as an argument, in --file FILE, or - for standard input")
    found = _read(file) if file else _decode(sys.stdin.read() if text == STDIN else text or "")
    if not found.strip():
        raise SettingError("the query is empty")
    return found


def _decode(text: str) -> str:
    """Return the text; if the locale lacked some of its characters, it is decoded as UTF-8 instead."""
    try:
        return os.fsencode(text).decode() if SURROGATES.search(text) else text
    except UnicodeError as error:
        raise SettingError(f"the query is not UTF-8: {error}") from error


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"--file {file} cannot be read: {error}") from error


def run(asked: Question, form: str, limit: int | None) -> None:
    """Run the query and print the answer in one of `output.FORMS`; narrate row count, time, omitted rows and notices.

    An error, or an answer without rows, is completed by the advice to load a month if none is published.
    """
    try:
        rows = _print_answer(asked, form, SHOWN if limit is None and form == "table" else limit)
    except LoadError as error:
        if _is_published(asked):
            raise
        raise LoadError(f"{str(error).strip().rstrip('.')}. {UNPUBLISHED}") from error
    if not rows and not _is_published(asked):
        say(UNPUBLISHED)


def _print_answer(asked: Question, form: str, limit: int | None) -> int:
    """Print the answer and return its number of rows."""
    answered = asking(asked)
    began = time.monotonic()
    with answered as answer:
        try:
            rows, cut = output.write(answer, form, limit)
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader of the pipe is gone; the query ends here, before its number of rows is reported.
            terminal.discard_output()
            return 1
        for notice in answer.read_notices():
            say(notice)
    more = "; there are more: raise --limit" if cut else ""
    say(f"{rows:,} {'row' if rows == 1 else 'rows'} in {time.monotonic() - began:.2f} s{more}")
    return rows


def _is_published(asked: Question) -> bool:
    """Return False if the server that the query is for shows no month; the lake has months without publication."""
    from discogs_assets.connections import Connections
    from discogs_assets.stores.postgres import publication

    if asked.language == "parquet":
        return True
    connections = Connections(Settings())
    if asked.language == "cypher":
        return connections.graph.shown_month() is not None
    return publication.read_done(connections.tables.reader()) is not None


def asking(asked: Question) -> AbstractContextManager[Answer]:
    """Return a context manager for the answer, readable within its block; raises the store's own errors."""
    settings = Settings()
    if asked.language == "parquet":
        from discogs_assets.stores.lake import duckdb, local_lake

        memory = host_limits.share(0.5, 256 * host_limits.MIB, 16 * host_limits.GIB)
        return duckdb.asking(local_lake.of(settings), asked.month, asked.text, memory, host_limits.cores())
    from discogs_assets.connections import Connections

    connections = Connections(settings)
    if asked.language == "cypher" and not connections.has_graph:
        raise SettingError(f"DISCOGS_TARGETS is {settings.targets}, expected neo4j in it for a query in Cypher")
    store = connections.graph if asked.language == "cypher" else connections.tables
    return store.reader().asking(asked.text)

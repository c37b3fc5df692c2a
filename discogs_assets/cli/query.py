"""`discogs query`: read a query, run it against PostgreSQL, Neo4j or the lake, and print the result."""

import sys
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.cli import output, terminal
from discogs_assets.cli.terminal import say
from discogs_assets.errors import SettingError
from discogs_assets.servers import host_limits
from discogs_assets.settings import Settings
from discogs_assets.stores.query_result import Answer

SHOWN = 100
"""Default maximum number of rows in a table; CSV and JSON have no default limit."""

STDIN = "-"

LANGUAGES = ("sql", "cypher", "parquet")


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
    found = _read(file) if file else sys.stdin.read() if text == STDIN else text or ""
    if not found.strip():
        raise SettingError("the query is empty")
    return found


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"--file {file} cannot be read: {error}") from error


def run(asked: Question, form: str, limit: int | None) -> None:
    """Run the query and print the answer in one of `output.FORMS`; narrate row count, time and omitted rows."""
    limit = SHOWN if limit is None and form == "table" else limit
    answered = asking(asked)
    began = time.monotonic()
    with answered as answer:
        try:
            rows, cut = output.write(answer, form, limit)
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader of the pipe is gone; the query ends here, before its number of rows is reported.
            terminal.discard_output()
            return
    more = "; there are more: raise --limit" if cut else ""
    say(f"{rows:,} {'row' if rows == 1 else 'rows'} in {time.monotonic() - began:.2f} s{more}")


def asking(asked: Question) -> AbstractContextManager[Answer]:
    """Return a context manager for the answer, readable within its block; raises the store's own errors."""
    settings = Settings()
    if asked.language == "parquet":
        from discogs_assets.stores.lake import duckdb, local

        memory = host_limits.share(0.5, 256 * host_limits.MIB, 16 * host_limits.GIB)
        return duckdb.asking(local.of(settings), asked.month, asked.text, memory, host_limits.cores())
    from discogs_assets.connections import Connections

    connections = Connections(settings)
    if asked.language == "cypher" and not connections.has_graph:
        raise SettingError(f"DISCOGS_TARGETS is {settings.targets}, expected neo4j in it for a query in Cypher")
    store = connections.graph if asked.language == "cypher" else connections.tables
    return store.reader().asking(asked.text)

"""Output of the commands: narration on stderr, data (tables and JSON) on stdout."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.table import Table

NARROWEST = 150
"""Minimum width of a table when stdout is no terminal."""

narration = Console(stderr=True, highlight=False, emoji=False)


def data() -> Console:
    """Return a console on stdout, at least NARROWEST wide if it is no terminal."""
    console = Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, NARROWEST)
    return console


def say(line: str) -> None:
    """Print a line of narration."""
    narration.print(escape(line), soft_wrap=True)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Narrate the start of the block and, if it succeeds, its duration."""
    began = time.monotonic()
    say(f"{what} …")
    yield
    say(f"{what}: {time.monotonic() - began:.1f} s")


def heading(line: str) -> None:
    """Print a heading above a table; it is never wrapped, so that a query can be copied as it is."""
    data().print(f"\n[bold]{escape(line)}[/bold]", soft_wrap=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], grouped: bool = False) -> None:
    """Print a table on stdout; numbers are right-aligned, None is empty, `grouped` adds thousands separators."""
    shown = Table(box=None, pad_edge=False)
    for place, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[place], int | float | None) for row in rows)
        shown.add_column(escape(column), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(escape(text(value, grouped)) for value in row))
    data().print(shown)


def text(value: object, grouped: bool = False) -> str:
    """Return a value as shown in a cell."""
    if value is None:
        return ""
    return f"{value:,}" if grouped and isinstance(value, int) else str(value)


def write_json(value: object) -> None:
    """Print JSON on stdout."""
    data().print_json(json.dumps(value, default=str))

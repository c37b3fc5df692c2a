"""What the commands write: narration to stderr, tables and JSON to stdout.

What belongs here: the two streams and the form of a table. What doesn't: what is said.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.table import Table

NARROWEST = 150

narration = Console(stderr=True, highlight=False, emoji=False)


def data() -> Console:
    """The data stream, wide enough for a table where it is no terminal."""
    console = Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, NARROWEST)
    return console


def say(line: str) -> None:
    """A line of narration."""
    narration.print(escape(line), soft_wrap=True)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Narrate what is under way and how long it took."""
    began = time.monotonic()
    say(f"{what} …")
    yield
    say(f"{what}: {time.monotonic() - began:.1f} s")


def heading(line: str) -> None:
    """A line above a table, never broken, so that a question can be copied as it stands."""
    data().print(f"\n[bold]{escape(line)}[/bold]", soft_wrap=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], grouped: bool = False) -> None:
    """A table on the data stream; numbers stand to the right, digits of counts `grouped`, an absent value is empty."""
    shown = Table(box=None, pad_edge=False)
    for place, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[place], int | float | None) for row in rows)
        shown.add_column(escape(column), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(escape(text(value, grouped)) for value in row))
    data().print(shown)


def text(value: object, grouped: bool = False) -> str:
    """A value as a cell shows it."""
    if value is None:
        return ""
    return f"{value:,}" if grouped and isinstance(value, int) else str(value)


def write_json(value: object) -> None:
    """JSON on the data stream."""
    data().print_json(json.dumps(value, default=str))

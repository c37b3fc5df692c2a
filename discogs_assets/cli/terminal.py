"""Output of the commands: narration on stderr, data (tables and JSON) on stdout."""

import errno
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper

from rich.console import Console
from rich.markup import escape
from rich.table import Table

NARROWEST = 150
"""Minimum width of a table when stdout is no terminal."""

ADVICE = {
    errno.EACCES: " Run the command as its owner, or change its permissions.",
    errno.EPERM: " Run the command as its owner, or change its permissions.",
    errno.EROFS: " Choose another place; the settings are listed in README.md.",
}
"""Remedies for system errors, by number."""

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters except line feed and tab."""

narration = Console(stderr=True, highlight=False, emoji=False)


def data() -> Console:
    """Return a console on stdout, at least NARROWEST wide if it is no terminal."""
    console = Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, NARROWEST)
    return console


def say(line: str) -> None:
    """Print a line of narration."""
    narration.print(escape(escape_controls(line)), soft_wrap=True)


@contextmanager
def report_time(what: str) -> Iterator[None]:
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
    return f"{value:,}" if grouped and isinstance(value, int) else escape_controls(str(value))


def escape_controls(text: str) -> str:
    r"""Return a text with control characters as escapes (`\x1b`), so that a terminal does not obey them."""
    return CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def use_utf8() -> None:
    """Write the rest of stdout as UTF-8, whatever the locale: programs read it."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def write_json(value: object) -> None:
    """Print JSON on stdout."""
    use_utf8()
    data().print_json(json.dumps(value, default=str))


def discard_output() -> None:
    """Send the rest of stdout to nowhere; flushing its buffer at exit would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def sentence(error: Exception) -> str | None:
    """Return an error as one sentence with advice: our own errors and the system's; None for any other."""
    from discogs_assets import faults

    if isinstance(error, OSError) and error.filename is None and error.errno in faults.FULL:
        return f"standard output cannot be written: {error.strerror}. Free some space, or write elsewhere."
    if found := faults.explain(error):
        return escape_controls(str(found))
    if isinstance(error, OSError) and error.strerror:
        place = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes | os.PathLike) else ""
        return f"{place}{error.strerror}.{ADVICE.get(error.errno or 0, '')}"
    return None

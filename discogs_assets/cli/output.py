"""Output formats of query results on stdout: a table for people, CSV and JSON for programs."""

import csv
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, TextIO

from discogs_assets.cli import terminal
from discogs_assets.stores.query_result import Answer, Document, Element

Row = Sequence[Any]

SURROGATES = re.compile("[\ud800-\udfff]")
"""Lone surrogates, which UTF-8 cannot encode."""

DAY = 24 * 3600
"""Seconds in a day."""


def write_table(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a table; all rows are held in memory to find the column widths."""
    terminal.table([format_cell(column) for column in columns], [[_align(value) for value in row] for row in rows])


def write_csv(columns: Sequence[str], rows: Iterable[Row], to: TextIO | None = None) -> None:
    """Write CSV with a header and this system's line ends; NULL is empty and nested values are JSON."""
    writer = csv.writer(_Lines(to or sys.stdout), lineterminator="\r\n")
    writer.writerow(map(_encodable, columns))
    writer.writerows(map(format_csv, row) for row in rows)


class _Lines:
    r"""Output of the CSV writer, with `\r\n` turned into this system's line ends.

    The writer quotes fields that contain a character of its line terminator, so it must be `\r\n`.
    """

    def __init__(self, to: TextIO) -> None:
        self._to = to

    def write(self, line: str) -> int:
        r"""Write a row that ends in `\r\n`."""
        return self._to.write(line.removesuffix("\r\n") + "\n")


def write_json(columns: Sequence[str], rows: Iterable[Row], to: TextIO | None = None) -> None:
    """Write a JSON array, one record a line, as the rows arrive; a repeated column becomes `name` and `name_2`."""
    stream, names, before = to or sys.stdout, _number_repeats(columns), "[\n"
    for row in rows:
        stream.write(before + compact(dict(zip(names, row, strict=True))))
        before = ",\n"
    stream.write("[]\n" if before == "[\n" else "\n]\n")


FORMS: Mapping[str, Callable[[Sequence[str], Iterable[Row]], None]] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
}


def write(answer: Answer, form: str, limit: int | None) -> tuple[int, bool]:
    """Write the answer in one of FORMS; return the number of rows written and True if `limit` cut some off."""
    if form != "table":
        terminal.use_utf8()
    counted = _Counted(answer, limit)
    FORMS[form](answer.columns, counted)
    return counted.rows, counted.cut


class _Counted:
    """Rows of an answer up to a limit, counted as they are read; `cut` is True if there were more."""

    def __init__(self, answer: Answer, limit: int | None) -> None:
        self._answer = answer
        self._limit = limit
        self.rows = 0
        self.cut = False

    def __iter__(self) -> Any:
        for row in self._answer.rows:
            if self.rows == self._limit:
                self.cut = True
                return
            self.rows += 1
            yield row


def compact(value: Any, cypher: bool = False) -> str:
    """Return the value as JSON on one line; NaN and infinite numbers become strings.

    With `cypher`, nodes, relationships and paths are written as in Cypher.
    """
    match value:
        case None:
            return "null"
        case str():
            return _encodable(encode_basestring(value))
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            number = _number(value)
            return number if number[-1].isdigit() else f'"{number}"'
        case Document():
            return value.text
        case Element():
            return value.text if cypher else compact(value.json)
        case Mapping():
            pairs = (f"{compact(_key(name))}: {compact(each, cypher)}" for name, each in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list() | tuple() | set():
            return f"[{', '.join(compact(each, cypher) for each in value)}]"
        case _:
            return _encodable(encode_basestring(_text(value)))


def _key(name: Any) -> str:
    """Return a map's key, of any type, as text."""
    return name if isinstance(name, str) else "null" if name is None else format_csv(name)


def _number(value: float | Decimal) -> str:
    """Return all digits of a number, a decimal without exponent; else "NaN", "Infinity" or "-Infinity"."""
    if isinstance(value, int):
        return str(value)
    return repr(value) if isinstance(value, float) and math.isfinite(value) else f"{Decimal(value):f}"


def _text(value: Any) -> str:
    r"""Return a value that is a string in JSON: ISO 8601 for dates, times and intervals, `\x` and hex for bytes."""
    match value:
        case date() | time():
            return value.isoformat()
        case timedelta():
            return duration(value)
        case bytes() | bytearray() | memoryview():
            return f"\\x{bytes(value).hex()}"
        case _:
            return str(value)


def _encodable(text: str) -> str:
    r"""Return the text with lone surrogates escaped (`\ud800`), since UTF-8 cannot encode them."""
    return text if text.isascii() else SURROGATES.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def duration(value: timedelta) -> str:
    """Return an interval in ISO 8601, such as `P1DT2H3.5S`; the sign applies to the whole."""
    micros = abs(value) // timedelta(microseconds=1)
    seconds, micros = divmod(micros, 1_000_000)
    days, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, 3600)
    minutes, second = divmod(rest, 60)
    fraction = f".{micros:06}".rstrip("0") if micros else ""
    parts = [(f"{hours}H", hours), (f"{minutes}M", minutes), (f"{second}{fraction}S", second or micros)]
    clock = "".join(text for text, there in parts if there)
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{'-' * (value < timedelta())}P{text or 'T0S'}"


def format_csv(value: Any) -> str:
    """Return the value as a CSV cell: empty for NULL, all digits of a number, JSON if nested."""
    match value:
        case None:
            return ""
        case str():
            return _encodable(value)
        case bool() | Document():
            return compact(value)
        case int() | float() | Decimal():
            return _number(value)
        case _:
            return compact(value) if _is_nested(value) else _encodable(_text(value))


def format_cell(value: Any) -> str:
    """Return the value as a table cell; control characters are escaped, so that a terminal does not obey them."""
    return terminal.escape_controls(compact(value, cypher=True) if _is_nested(value) else format_csv(value))


def _align(value: Any) -> int | float | str | None:
    """Return numbers and None unchanged, so that the table aligns them; all other values as text."""
    numeric = isinstance(value, int | float | None) and not isinstance(value, bool)
    return value if numeric else format_cell(value)


def _is_nested(value: Any) -> bool:
    return isinstance(value, Element | Mapping | list | tuple | set)


def _number_repeats(columns: Sequence[str]) -> list[str]:
    names: list[str] = []
    for column in columns:
        name, number = column, 2
        while name in names:
            name, number = f"{column}_{number}", number + 1
        names.append(name)
    return names

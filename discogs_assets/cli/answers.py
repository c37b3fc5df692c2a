r"""The forms of an answer on stdout: a table for reading, CSV and JSON for programs.

What belongs here: what each kind of value looks like in each form. What doesn't: where an answer comes from (see
`stores`), and the streams themselves (see `terminal`).

JSON is an array with a record a line, written as the rows come. Numbers have all their digits; what is no number is
"NaN", "Infinity" or "-Infinity". Dates, times and intervals are ISO 8601; bytes are `\x` and hexadecimal digits; a
column that occurs twice is called `name` and `name_2`. In CSV an absent value is empty, and what is nested is JSON.
Half a surrogate, which UTF-8 does not have, is spelt out: `\ud800`.
"""

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
from discogs_assets.stores.answers import Answer, Document, Element

Row = Sequence[Any]

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal would obey; lines and tabs are left."""

SURROGATES = re.compile("[\ud800-\udfff]")

DAY = 24 * 3600


def write_table(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A table, all of whose rows are held to find the columns' widths."""
    terminal.table([shown(column) for column in columns], [[_cell(value) for value in row] for row in rows])


def write_csv(columns: Sequence[str], rows: Iterable[Row], to: TextIO | None = None) -> None:
    """CSV with a header, its lines ended as on this system's files."""
    writer = csv.writer(_Lines(to or sys.stdout), lineterminator="\r\n")
    writer.writerow(map(_encodable, columns))
    writer.writerows(map(written, row) for row in rows)


class _Lines:
    """A stream of CSV: the writer quotes what holds any character of its line ends, which are made this system's."""

    def __init__(self, to: TextIO) -> None:
        self._to = to

    def write(self, line: str) -> int:
        """Write a row."""
        return self._to.write(line.removesuffix("\r\n") + "\n")


def write_json(columns: Sequence[str], rows: Iterable[Row], to: TextIO | None = None) -> None:
    """A JSON array with a record a line."""
    stream, names, before = to or sys.stdout, _unique(columns), "[\n"
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
    """Write the answer in one of FORMS; the rows that were written, and whether `limit` left some out."""
    counted = _Counted(answer, limit)
    FORMS[form](answer.columns, counted)
    return counted.rows, counted.cut


class _Counted:
    """The rows of an answer up to a limit, which remembers how many there were."""

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


def compact(value: Any) -> str:
    """The value as JSON in one line."""
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
            return compact(value.json)
        case Mapping():
            return "{" + ", ".join(f"{compact(_key(name))}: {compact(each)}" for name, each in value.items()) + "}"
        case list() | tuple() | set():
            return "[" + ", ".join(map(compact, value)) + "]"
        case _:
            return _encodable(encode_basestring(_text(value)))


def _key(name: Any) -> str:
    """A key of a map, which may be of any type, as text."""
    return name if isinstance(name, str) else "null" if name is None else written(name)


def _number(value: float | Decimal) -> str:
    """All digits of the number, of a decimal without exponent; NaN, Infinity and -Infinity are none."""
    if isinstance(value, int):
        return str(value)
    return repr(value) if isinstance(value, float) and math.isfinite(value) else f"{Decimal(value):f}"


def _text(value: Any) -> str:
    """A value that is text in JSON."""
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
    """The text as UTF-8 can have it."""
    return text if text.isascii() else SURROGATES.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def duration(value: timedelta) -> str:
    """An interval in ISO 8601, such as `P1DT2H3.5S`, negative as a whole."""
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


def written(value: Any) -> str:
    """The value as a cell of CSV: nothing if it is absent, a number digit by digit, JSON if it is nested."""
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
            return compact(value) if _holds_more(value) else _encodable(_text(value))


def shown(value: Any) -> str:
    """The value as a cell of a table; what a terminal would obey is spelt out."""
    return CONTROLS.sub(
        lambda found: f"\\x{ord(found[0]):02x}", _nested(value) if _holds_more(value) else written(value)
    )


def _cell(value: Any) -> int | float | str | None:
    """Numbers and nothing as they are, so that a table knows them; all else as text."""
    numeric = isinstance(value, int | float | None) and not isinstance(value, bool)
    return value if numeric else shown(value)


def _holds_more(value: Any) -> bool:
    return isinstance(value, Element | Mapping | list | tuple | set)


def _nested(value: Any) -> str:
    """JSON, in which pieces of a graph are as Cypher writes them."""
    match value:
        case Element():
            return value.text
        case Mapping():
            return "{" + ", ".join(f"{compact(_key(name))}: {_nested(each)}" for name, each in value.items()) + "}"
        case list() | tuple() | set():
            return "[" + ", ".join(map(_nested, value)) + "]"
        case _:
            return compact(value)


def _unique(columns: Sequence[str]) -> list[str]:
    names: list[str] = []
    for column in columns:
        name, number = column, 2
        while name in names:
            name, number = f"{column}_{number}", number + 1
        names.append(name)
    return names

r"""The forms of an answer on stdout: a table for reading, CSV and JSON for programs.

What belongs here: what each kind of value looks like in each form. What doesn't: where an answer comes from (see
`stores`), and the streams themselves (see `terminal`).

JSON is an array with a record a line, written as the rows come. Dates, times and intervals are ISO 8601; a decimal is a
number; bytes are `\x` and hexadecimal digits; what is no number is "NaN", "Infinity" or "-Infinity"; a column that
occurs twice is called `name` and `name_2`. In CSV an absent value is empty, and what is nested is JSON.
"""

import csv
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, TextIO

from discogs_assets.cli import terminal
from discogs_assets.stores.answers import Answer, Element

Row = Sequence[Any]

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal would obey; lines and tabs are left."""

AS_THEY_ARE = frozenset({str, int, type(None)})
"""Most values, which are the same in every form."""

DAY = 24 * 3600


def write_table(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A table, all of whose rows are held to find the columns' widths."""
    terminal.table([shown(column) for column in columns], [[_cell(value) for value in row] for row in rows])


def write_csv(columns: Sequence[str], rows: Iterable[Row], to: TextIO | None = None) -> None:
    """CSV with a header, its lines ended as on this system's files."""
    writer = csv.writer(to or sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([value if type(value) in AS_THEY_ARE else written(value) for value in row] for row in rows)


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


def plain(value: Any) -> Any:
    """The value as JSON has it."""
    if type(value) in AS_THEY_ARE:
        return value
    match value:
        case bool():
            return value
        case float() | Decimal():
            return _number(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return duration(value)
        case bytes() | bytearray() | memoryview():
            return f"\\x{bytes(value).hex()}"
        case Element():
            return plain(value.json)
        case Mapping():
            return {str(name): plain(each) for name, each in value.items()}
        case list() | tuple() | set():
            return [plain(each) for each in value]
        case _:
            return str(value)


def _number(value: float | Decimal) -> int | float | str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' * (value < 0)}Infinity"
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else float(value)


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


def compact(value: Any) -> str:
    """The value as JSON in one line."""
    return json.dumps(plain(value), ensure_ascii=False)


def written(value: Any) -> str:
    """The value as a cell of CSV: nothing if it is absent, a decimal digit by digit, JSON if it is nested."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    found = plain(value)
    return found if isinstance(found, str) else compact(found)


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
            return "{" + ", ".join(f"{json.dumps(str(name))}: {_nested(each)}" for name, each in value.items()) + "}"
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

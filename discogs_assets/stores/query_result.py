"""Query results of the stores: columns, and rows read lazily."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

NOT_JSON = ("NaN", "Infinity")
"""Numbers that DuckDB writes and JSON lacks."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows. Rows are read from the store lazily, and only while the query is open.

    `read_notices` returns the store's remarks about the query, such as unknown names, once the rows have been read.
    """

    columns: Sequence[str]
    rows: Iterator[Sequence[Any]]
    read_notices: Callable[[], Sequence[str]] = tuple


@dataclass(frozen=True, slots=True)
class Element:
    """A graph element (node, relationship or path), as JSON and in Cypher notation."""

    json: Any
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One line of JSON as the store writes it; every digit of its numbers is kept."""

    text: str

    @classmethod
    def of(cls, text: str) -> Any:
        """Return the document.

        Null and strings are decoded. So are documents with numbers that JSON lacks, with all their numbers as Decimal.
        """
        stripped = text.strip()
        if stripped == "null" or stripped.startswith('"'):
            return json.loads(stripped)
        if any(word in stripped for word in NOT_JSON):
            return json.loads(stripped, parse_float=Decimal, parse_int=Decimal)
        # JSON strings escape line ends, so any others are white space.
        return cls(stripped.replace("\r", " ").replace("\n", " "))

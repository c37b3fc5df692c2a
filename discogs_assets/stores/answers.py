"""What a store answers to a question: columns, and rows as they come.

What belongs here: the one form that all stores answer in, and documents of JSON in it. What doesn't: asking (see the
stores), and how an answer is shown (see `cli.answers`).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

NOT_JSON = ("NaN", "Infinity")
"""Numbers that DuckDB writes and JSON does not have."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows; rows are read from the store while they are taken, and only as long as it is asked."""

    columns: Sequence[str]
    rows: Iterator[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Element:
    """A piece of a graph (node, relationship or path), as JSON and as Cypher writes it."""

    json: Any
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """JSON as the store writes it, in one line: every digit of its numbers is kept."""

    text: str

    @classmethod
    def of(cls, text: str) -> Any:
        """The document; None and a text as such, and decoded where numbers in it are not JSON's."""
        stripped = text.strip()
        if stripped == "null" or stripped.startswith('"'):
            return json.loads(stripped)
        if any(word in stripped for word in NOT_JSON):
            return json.loads(stripped, parse_float=Decimal, parse_int=Decimal)
        # Outside of its texts, where they are escaped, line ends are white space.
        return cls(stripped.replace("\r", " ").replace("\n", " "))

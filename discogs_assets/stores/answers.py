"""What a store answers to a question: columns, and rows as they come.

What belongs here: the one form that all stores answer in. What doesn't: asking (see the stores), and how an answer is
shown (see `cli.answers`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


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

"""Columns of text as Arrow holds them, escaped for XML, and the joining of columns into elements.

What belongs here: operations on whole columns. What doesn't: which elements there are.

A column is joined, nested and written without a Python object for any of its values.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from discogs_assets.sample.generated.draws import Flags, Ints


@dataclass(frozen=True, slots=True)
class Text:
    """A column of text: `values` is escaped and null where the text is absent.

    `said` is True where it says anything, that is where it is neither absent nor empty nor blank.
    """

    values: pa.Array
    said: Flags

    def __len__(self) -> int:
        return len(self.said)

    def where(self, kept: Flags) -> "Text":
        """The column, absent elsewhere."""
        return Text(pc.if_else(pa.array(kept), self.values, None), self.said & kept)

    def take(self, rows: Ints) -> "Text":
        """The texts of these rows."""
        return Text(self.values.take(pa.array(rows)), self.said[rows])


def escaped(text: str, *, attribute: bool = False) -> str:
    """The text as the dumps write it: CR by number, in attributes LF and the quote too."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    return text.replace('"', "&quot;").replace("\n", "&#10;") if attribute else text


class Pool:
    """Texts to choose from by number; None is one that is absent."""

    def __init__(self, texts: Sequence[str | None], *, attribute: bool = False) -> None:
        self.texts = tuple(texts)
        self.values = pa.array(
            [None if text is None else escaped(text, attribute=attribute) for text in texts], pa.string()
        )
        self.said = np.array([bool(text) and not str(text).isspace() for text in texts])

    def __len__(self) -> int:
        return len(self.said)

    def text(self, code: int) -> str:
        """The text of a number, as it reads unescaped."""
        return self.texts[code] or ""

    def take(self, codes: Ints) -> Text:
        """The texts of these numbers; absent where a number is negative."""
        missing = codes < 0
        return Text(self.values.take(pa.array(codes, mask=missing)), self.said[codes] & ~missing)


def absent(rows: int) -> Text:
    """A column without any text."""
    return Text(pa.nulls(rows, pa.string()), np.zeros(rows, dtype=np.bool_))


def scattered(text: Text, rows: Flags) -> Text:
    """A column with the texts in the flagged rows, one after the other, and none elsewhere."""
    said = np.zeros(rows.size, dtype=np.bool_)
    said[rows] = text.said
    return Text(text.values.take(pa.array(np.cumsum(rows) - 1, mask=~rows)), said)


def plain(values: pa.Array) -> Text:
    """A column whose every text says something."""
    return Text(values, np.ones(len(values), dtype=np.bool_))


def numbers(values: Ints) -> pa.Array:
    """Numbers as texts."""
    return pc.cast(pa.array(values), pa.string())


def fixed(characters: NDArray[np.uint8]) -> pa.Array:
    """Texts of the same length: a row of the matrix each."""
    rows, width = characters.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(characters)))


def replaced(text: Text, rows: Ints, pool: Pool, codes: Ints) -> Text:
    """The column with texts of the pool in some rows."""
    places = np.arange(len(text))
    places[rows] = len(text) + codes
    said = text.said.copy()
    said[rows] = pool.said[codes]
    return Text(pa.concat_arrays([text.values, pool.values]).take(pa.array(places)), said)


def joined(*parts: "pa.Array | str") -> pa.Array:
    """The parts one after the other, row by row; what is null is left out."""
    return pc.binary_join_element_wise(*parts, "", null_handling="skip")


def element(tag: str, values: pa.Array) -> pa.Array:
    """An element for each value, null where that is null."""
    return pc.binary_join_element_wise(f"<{tag}>", values, f"</{tag}>", "")


def grouped(rows: pa.Array, counts: Ints) -> pa.Array:
    """The rows of each parent as one text.

    Rows lie one after the other in memory, so those of a parent are one text already: only the offsets are others.
    """
    if not len(rows):
        return pa.array([""] * len(counts), pa.string())
    _, offsets, data = rows.buffers()
    data = pa.py_buffer(b"") if data is None else data
    starts = np.frombuffer(offsets, dtype=np.int32)[rows.offset :]
    ends = starts[np.concatenate([[0], np.cumsum(counts)])]
    return pa.StringArray.from_buffers(len(counts), pa.py_buffer(ends), data)


def container(tag: str, rows: pa.Array, counts: Ints, empty: str | None = None) -> pa.Array:
    """An element around the rows of each parent; `empty` in its place where there are none."""
    filled = element(tag, pc.if_else(pa.array(counts > 0), grouped(rows, counts), None))
    return filled if empty is None else pc.fill_null(filled, empty)

"""Arrow columns of XML-escaped text, and the assembly of columns into elements.

Columns are joined, nested and written without a Python object per value.
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
    """A column of text: `values` is escaped, and null if the text is absent.

    `said` is True for a text that is neither absent nor empty nor blank.
    """

    values: pa.Array
    said: Flags

    def __len__(self) -> int:
        return len(self.said)

    def where(self, kept: Flags) -> "Text":
        """Return the column with the other rows absent."""
        return Text(pc.if_else(pa.array(kept), self.values, None), self.said & kept)

    def take(self, rows: Ints) -> "Text":
        """Return the texts of these rows."""
        return Text(self.values.take(pa.array(rows)), self.said[rows])


def escaped(text: str, *, attribute: bool = False) -> str:
    """Return the text escaped as in the dumps: CR as a character reference, in attributes LF and the quote, too."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    return text.replace('"', "&quot;").replace("\n", "&#10;") if attribute else text


class Pool:
    """Texts to choose from by number; None is an absent text."""

    def __init__(self, texts: Sequence[str | None], *, attribute: bool = False) -> None:
        self.texts = tuple(texts)
        self.values = pa.array(
            [None if text is None else escaped(text, attribute=attribute) for text in texts], pa.string()
        )
        self.said = np.array([bool(text) and not str(text).isspace() for text in texts])

    def __len__(self) -> int:
        return len(self.said)

    def text(self, code: int) -> str:
        """Return the text of a number, unescaped."""
        return self.texts[code] or ""

    def take(self, codes: Ints) -> Text:
        """Return the texts of these numbers, absent for negative ones."""
        missing = codes < 0
        return Text(self.values.take(pa.array(codes, mask=missing)), self.said[codes] & ~missing)


def absent(rows: int) -> Text:
    """Return a column of absent texts."""
    return Text(pa.nulls(rows, pa.string()), np.zeros(rows, dtype=np.bool_))


def scattered(text: Text, rows: Flags) -> Text:
    """Return a column with the texts in the flagged rows, in order, absent elsewhere."""
    said = np.zeros(rows.size, dtype=np.bool_)
    said[rows] = text.said
    return Text(text.values.take(pa.array(np.cumsum(rows) - 1, mask=~rows)), said)


def plain(values: pa.Array) -> Text:
    """Return a column without absent, empty or blank texts."""
    return Text(values, np.ones(len(values), dtype=np.bool_))


def numbers(values: Ints) -> pa.Array:
    """Return numbers as texts."""
    return pc.cast(pa.array(values), pa.string())


def fixed(characters: NDArray[np.uint8]) -> pa.Array:
    """Return texts of fixed length, one per row of the matrix."""
    rows, width = characters.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(characters)))


def replaced(text: Text, rows: Ints, pool: Pool, codes: Ints) -> Text:
    """Return the column with texts of the pool in some rows."""
    places = np.arange(len(text))
    places[rows] = len(text) + codes
    said = text.said.copy()
    said[rows] = pool.said[codes]
    return Text(pa.concat_arrays([text.values, pool.values]).take(pa.array(places)), said)


def joined(*parts: "pa.Array | str") -> pa.Array:
    """Concatenate the parts row by row, skipping nulls."""
    return pc.binary_join_element_wise(*parts, "", null_handling="skip")


def element(tag: str, values: pa.Array) -> pa.Array:
    """Return an element for each value, null for null."""
    return pc.binary_join_element_wise(f"<{tag}>", values, f"</{tag}>", "")


def grouped(rows: pa.Array, counts: Ints) -> pa.Array:
    """Return the rows of each parent as one text.

    Rows are contiguous in memory, so a parent's rows already form one text: only new offsets are needed.
    """
    if not len(rows):
        return pa.array([""] * len(counts), pa.string())
    _, offsets, data = rows.buffers()
    data = pa.py_buffer(b"") if data is None else data
    starts = np.frombuffer(offsets, dtype=np.int32)[rows.offset :]
    ends = starts[np.concatenate([[0], np.cumsum(counts)])]
    return pa.StringArray.from_buffers(len(counts), pa.py_buffer(ends), data)


def container(tag: str, rows: pa.Array, counts: Ints, empty: str | None = None) -> pa.Array:
    """Return an element around the rows of each parent, or `empty` for a parent without rows."""
    filled = element(tag, pc.if_else(pa.array(counts > 0), grouped(rows, counts), None))
    return filled if empty is None else pc.fill_null(filled, empty)

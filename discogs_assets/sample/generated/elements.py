"""Rows of values as XML elements, and whether they say anything.

What belongs here: how elements, attributes and lists of elements are put together, column by column. What doesn't:
which of them there are.

A row without a value is written all the same, but no reader has to keep it: rows that say something are counted on the
way. What is absent, empty or blank says nothing.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from discogs_assets.sample.generated.columns import Text, container, element, joined, plain, scattered
from discogs_assets.sample.generated.columns import numbers as written_numbers
from discogs_assets.sample.generated.draws import Ints
from discogs_assets.sample.generated.families import kept


@dataclass(frozen=True, slots=True)
class Listed:
    """Elements in lists: the XML of each, how many each parent has, and how many of them say something."""

    xml: pa.Array
    counts: Ints
    kept: Ints


def texts(tag: str, text: Text, counts: Ints) -> Listed:
    """Elements that hold nothing but text."""
    return Listed(element(tag, text.values), counts, kept(counts, text.said))


def number(values: Ints) -> Text:
    """Numbers as texts."""
    return plain(written_numbers(values))


def linked(ids: Ints, *, zero: bool = False) -> Text:
    """Ids as texts; an id of 0 is absent, or else written as `zero` asks."""
    return number(ids) if zero else scattered(number(ids[ids > 0]), ids > 0)


class Row:
    """Elements of one tag in the making, a column at a time; `said` is True for those that say something.

    With `full`, child elements are written where they have no text, too.
    """

    def __init__(self, tag: str, size: int, *, full: bool = False) -> None:
        self.tag, self.size, self.full = tag, size, full
        self.said = np.zeros(size, dtype=np.bool_)
        self._parts: list[pa.Array | str] = [f"<{tag}"]
        self._open = False

    def attribute(self, name: str, text: Text) -> None:
        """An attribute where there is a text; attributes come first."""
        self._value(f' {name}="', text, '"', full=False)

    def attributes(self, texts: dict[str, Text], *, alphabetical: bool) -> None:
        """Several attributes, as given or in the order of their names."""
        for name in sorted(texts) if alphabetical else texts:
            self.attribute(name, texts[name])

    def element(self, tag: str, text: Text) -> None:
        """A child element where there is a text."""
        self._begin()
        self._value(f"<{tag}>", text, f"</{tag}>", full=self.full)

    def content(self, text: Text) -> None:
        """The element's own text."""
        self._begin()
        self._value("", text, "", full=True)

    def rows(self, tag: str, listed: Listed, empty: str | None = None) -> None:
        """An element around a list; `empty` in its place where there are none."""
        self._begin()
        self.said |= listed.kept > 0
        self._add(container(tag, listed.xml, listed.counts, empty))

    def child(self, row: "Row", places: Ints) -> None:
        """An element of its own in some of the elements, at these places, one for each of its rows."""
        self._begin()
        flags = np.zeros(self.size, dtype=np.bool_)
        flags[places] = True
        self.said[places] |= row.said
        self._add(scattered(Text(row.written(), row.said), flags).values)

    def written(self, after: str = "") -> pa.Array:
        """The elements, each with what comes after it."""
        parts = [*self._parts, f"</{self.tag}>{after}" if self._open else f"/>{after}"]
        if all(isinstance(part, str) for part in parts):
            return pa.array(["".join(map(str, parts))] * self.size, pa.string())
        return joined(*parts)

    def listed(self, counts: Ints) -> Listed:
        """The elements as lists of their parents."""
        return Listed(self.written(), counts, kept(counts, self.said))

    def _begin(self) -> None:
        if not self._open:
            self._add(">")
            self._open = True

    def _value(self, before: str, text: Text, after: str, *, full: bool) -> None:
        self.said |= text.said
        missing = text.values.null_count
        if full or not missing:
            for part in (before, text.values, after):
                self._add(part)
        elif missing < self.size:
            self._add(pc.binary_join_element_wise(before, text.values, after, ""))

    def _add(self, part: "pa.Array | str") -> None:
        if isinstance(part, str) and isinstance(self._parts[-1], str):
            self._parts[-1] += part
        else:
            self._parts.append(part)

"""Assembly of columns into XML elements, attributes and lists of elements.

A row of absent, empty and blank values is written, but readers may drop it, so only other rows are counted.
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
    """Elements in lists: the XML of each, the number per parent, and the number with a value."""

    xml: pa.Array
    counts: Ints
    kept: Ints


def texts(tag: str, text: Text, counts: Ints) -> Listed:
    """Return elements that contain only text."""
    return Listed(element(tag, text.values), counts, kept(counts, text.said))


def number(values: Ints) -> Text:
    """Return numbers as texts."""
    return plain(written_numbers(values))


def linked(ids: Ints, *, zero: bool = False) -> Text:
    """Return ids as texts; an id of 0 is absent, unless `zero` is set."""
    return number(ids) if zero else scattered(number(ids[ids > 0]), ids > 0)


class Row:
    """Elements of one tag under construction, a column at a time; `said` is True for elements with a value.

    With `full`, child elements are written even if they have no text.
    """

    def __init__(self, tag: str, size: int, *, full: bool = False) -> None:
        self.tag, self.size, self.full = tag, size, full
        self.said = np.zeros(size, dtype=np.bool_)
        self._parts: list[pa.Array | str] = [f"<{tag}"]
        self._open = False

    def attribute(self, name: str, text: Text) -> None:
        """Add an attribute where there is a text; attributes come first."""
        self._value(f' {name}="', text, '"', full=False)

    def attributes(self, texts: dict[str, Text], *, alphabetical: bool) -> None:
        """Add several attributes, in the given or in alphabetical order."""
        for name in sorted(texts) if alphabetical else texts:
            self.attribute(name, texts[name])

    def element(self, tag: str, text: Text) -> None:
        """Add a child element where there is a text."""
        self._begin()
        self._value(f"<{tag}>", text, f"</{tag}>", full=self.full)

    def content(self, text: Text) -> None:
        """Add the element's own text."""
        self._begin()
        self._value("", text, "", full=True)

    def rows(self, tag: str, listed: Listed, empty: str | None = None) -> None:
        """Add an element around a list, or `empty` for an empty list."""
        self._begin()
        self.said |= listed.kept > 0
        self._add(container(tag, listed.xml, listed.counts, empty))

    def child(self, row: "Row", places: Ints) -> None:
        """Add a child element to the elements at these places, one for each of its rows."""
        self._begin()
        flags = np.zeros(self.size, dtype=np.bool_)
        flags[places] = True
        self.said[places] |= row.said
        self._add(scattered(Text(row.written(), row.said), flags).values)

    def written(self, after: str = "") -> pa.Array:
        """Return the elements, each followed by `after`."""
        parts = [*self._parts, f"</{self.tag}>{after}" if self._open else f"/>{after}"]
        if all(isinstance(part, str) for part in parts):
            return pa.array(["".join(map(str, parts))] * self.size, pa.string())
        return joined(*parts)

    def listed(self, counts: Ints) -> Listed:
        """Return the elements as lists of their parents."""
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

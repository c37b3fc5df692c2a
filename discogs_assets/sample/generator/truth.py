"""Expected counts of generated months: rows, nodes and relationships, counted while drawing, never read back."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

Kind = tuple[str, str]
"""Relationship type and its ends, such as `("BY", "Release-Artist")`."""

Sorts = tuple[tuple[str, ...], tuple[str, ...]]
"""Distinct genres and styles of a record."""


@dataclass(slots=True)
class Tally:
    """Contents of some records: items of repeated parts, distinct relationships, and genres with styles by node."""

    rows: Counter[str] = field(default_factory=Counter)
    edges: Counter[Kind] = field(default_factory=Counter)
    sorts: set[tuple[str, Sorts]] = field(default_factory=set)

    def add(self, other: "Tally") -> None:
        """Add the contents of other records of the month."""
        self.rows.update(other.rows)
        self.edges.update(other.edges)
        self.sorts |= other.sorts

    def names(self) -> dict[str, int]:
        """Return the number of distinct genres and styles."""
        found = [{text for _, names in self.sorts for text in names[place]} for place in (0, 1)]
        return {"Genre": len(found[0]), "Style": len(found[1])}

    def relationships(self) -> dict[str, dict[str, int]]:
        """Return the number of relationships by type and ends.

        A style is part of the genre of each release with a single genre.
        """
        alone = ((genres[0], styles) for node, (genres, styles) in self.sorts if node == "Release" and len(genres) == 1)
        belonging = {(style, genre) for genre, styles in alone for style in styles}
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for (name, ends), count in {**self.edges, ("PART_OF", "Style-Genre"): len(belonging)}.items():
            found[name][ends] = count
        return dict(found)

"""Small months of graph tables: artists, releases, genres, and what relates them.

What belongs here: writing them. What doesn't: any claim.
"""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from discogs_assets.streams import parquet
from discogs_assets.streams.graph.files import Tables

Credit = tuple[int, int, str | None]
"""An artist, a release, and the role."""


@dataclass(frozen=True)
class Month:
    """What a month says: names by artist, titles by release, the credits, and the genres of releases."""

    artists: dict[int, str]
    releases: dict[int, str | None] = field(default_factory=dict)
    credits: list[Credit] = field(default_factory=list)
    genres: list[tuple[int, str]] = field(default_factory=list)

    def write(self, folder: Path, month: str, dumps: str = "aa") -> Tables:
        """As graph tables in this folder; genres are numbered by their names, as an import wants it."""
        names = sorted({name for _, name in self.genres})
        numbers = {name: number for number, name in enumerate(names, start=1)}
        counts = [sum(name == each for _, each in self.genres) for name in names]
        ids = pl.Series(list(self.artists), dtype=pl.Int64)
        written = {
            "nodes/Artist/part-0000": {
                "id:ID(Artist)": ids,
                "name": pl.Series(list(self.artists.values()), dtype=pl.String),
                "namevariations:string[]": pl.Series([[name, None] for name in self.artists.values()], dtype=TEXTS),
            },
            "nodes/Release/part-0000": {
                "id:ID(Release)": pl.Series(list(self.releases), dtype=pl.Int64),
                "title": pl.Series(list(self.releases.values()), dtype=pl.String),
            },
            "nodes/Genre/part-0000": {
                ":ID(Genre)": pl.Series(list(numbers.values()), dtype=pl.Int64),
                "name": pl.Series(names, dtype=pl.String),
                "release_count": pl.Series(counts, dtype=pl.Int64),
            },
            "relationships/CREDITED_ON/Artist-Release": {
                ":START_ID(Artist)": pl.Series([artist for artist, _, _ in self.credits], dtype=pl.Int64),
                ":END_ID(Release)": pl.Series([release for _, release, _ in self.credits], dtype=pl.Int64),
                "role": pl.Series([role for _, _, role in self.credits], dtype=pl.String),
            },
            "relationships/IS/Release-Genre": {
                ":START_ID(Release)": pl.Series([release for release, _ in self.genres], dtype=pl.Int64),
                ":END_ID(Genre)": pl.Series([numbers[name] for _, name in self.genres], dtype=pl.Int64),
            },
        }
        return Tables(
            month,
            {place.split("/")[1]: [_table(folder, place, written[place], dumps)] for place in list(written)[:3]},
            {place.split("/")[1]: [_table(folder, place, written[place], dumps)] for place in list(written)[3:]},
        )


TEXTS = pl.List(pl.String)


def _table(folder: Path, place: str, columns: dict[str, pl.Series], dumps: str) -> Path:
    path = folder / f"{place}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pl.DataFrame(columns).to_arrow(compat_level=pl.CompatLevel.oldest())
    pq.write_table(table.replace_schema_metadata(parquet.stamp({"releases": [dumps]})), path)
    return path


OLD = Month(
    artists={1: "Group", 2: "Member", 3: "Gone", 4: "Renamed"},
    releases={10: "One", 11: None, 12: "Taken away"},
    credits=[(1, 10, "Bass"), (1, 10, "Bass"), (1, 10, "Bass"), (2, 10, "Voice"), (3, 12, "Bass"), (4, 11, None)],
    genres=[(10, "Rock"), (11, "Jazz"), (12, "Jazz"), (12, "Blues")],
)
NEW = Month(
    artists={1: "Group", 2: "Member", 4: "Named anew", 5: "Come"},
    releases={10: "One", 11: "", 13: "Added"},
    credits=[(1, 10, "Bass"), (2, 10, "Voice"), (2, 10, "Voice"), (4, 11, "Bass"), (5, 13, None), (1, 13, "Bass")],
    genres=[(10, "Rock"), (11, "Jazz"), (13, "Rock"), (13, "Ambient")],
)
"""Two months: of three credits alike one stays, of one there are two; genres get other numbers."""

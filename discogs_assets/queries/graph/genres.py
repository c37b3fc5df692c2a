"""The tree of genres and styles."""

from discogs_assets.connections.readers import Reading
from discogs_assets.queries.question import Result, question

TREE = """
MATCH (g:Genre)
OPTIONAL MATCH (s:Style)-[p:PART_OF]->(g)
WITH g, s, p ORDER BY s.release_count DESC, s.name
WITH g, collect(CASE WHEN s IS NULL THEN NULL
    ELSE {name: s.name, release_count: s.release_count, share: p.share, primary: p.primary} END) AS styles
RETURN g {.name, .release_count, styles: styles} AS row ORDER BY row.release_count DESC, row.name
"""


class Style(Result):
    """A style of a genre."""

    name: str
    release_count: int
    """Number of releases of the style, in any genre."""
    share: float
    """Share of the genre in the style's releases with a single genre, from 0 to 1."""
    primary: bool
    """True for the style's most frequent genre."""


class Genre(Result):
    """A genre with its styles."""

    name: str
    release_count: int
    styles: list[Style]


class GenreTree(Result):
    """All genres, the largest first."""

    genres: list[Genre]


@question("/genre-tree", "neo4j", example={}, rows="genres")
async def genre_tree(at: Reading) -> GenreTree:
    """Return all genres with their styles.

    A style belongs to every genre that is the only genre of one of its releases.
    """
    return GenreTree(genres=[Genre(**row) for row in await at.cypher(TREE)])

"""Communities of artists in the collaboration graph."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from discogs_assets.schema import graph
from discogs_assets.streams.graph.files import Files, between
from discogs_assets.streams.insights.centrality import collaborations, make_matrix
from discogs_assets.streams.insights.lookup import Numbers
from discogs_assets.streams.plot import Picture

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SHOWN = 15


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield the artists with collaborators in one batch, by id; the month is ignored."""
    artists, together = make_matrix(collaborations(between(files["BY"], "Release", "Artist")))
    communities, inside = _find_communities(together)
    columns = {
        "artist_id": artists,
        "community": communities,
        "inside": inside,
        "collaborators": np.diff(together.indptr).astype(np.int64),
    }
    key = graph.id_column("Artist")
    named = pl.read_parquet(files["Artist"], columns=[key, "name"])
    found = pl.DataFrame(columns).join(named, left_on="artist_id", right_on=key, how="left", maintain_order="left")
    # The most connected artist of a community comes first.
    ordered = found.sort("inside", "collaborators", "artist_id", descending=[True, True, False])
    hubs = ordered.group_by("community").agg(
        pl.col("artist_id").first().alias("community_id"), pl.col("name").first().alias("hub"), pl.len().alias("size")
    )
    joined = found.join(hubs, on="community", how="left", maintain_order="left")
    yield joined.with_columns(community="hub")


def _find_communities(together: "csr_matrix") -> tuple[Numbers, Numbers]:
    """Return the number of each artist's community, and of its collaborators inside it."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components
    from sknetwork.clustering import Louvain

    if not together.shape[0]:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    labels = Louvain(return_probs=False, return_aggregate=False).fit_predict(together)
    ends = np.repeat(np.arange(len(labels)), np.diff(together.indptr)), together.indices
    same = labels[ends[0]] == labels[ends[1]]
    inner = csr_matrix((together.data[same], (ends[0][same], ends[1][same])), shape=together.shape)
    # Louvain may leave a community in unconnected parts.
    _, connected = connected_components(inner, directed=False)
    return connected.astype(np.int64), np.diff(inner.indptr).astype(np.int64)


def picture(answer: pl.LazyFrame) -> Picture:
    """Return the largest communities."""
    first = (
        answer.select("community_id", "community", "size")
        .unique()
        .sort("size", "community_id", descending=[True, False])
    )
    found = enumerate(first.head(SHOWN).collect().rows(), start=1)
    return Picture(
        "Largest communities of artists", "artists", bars={f"{n}. {name}": size for n, (_, name, size) in found}
    )

"""PageRank and degree of artists in the collaboration graph."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.insights import CROWD, DAMPING
from discogs_assets.streams.graph.files import Files, between
from discogs_assets.streams.insights.lookup import Numbers
from discogs_assets.streams.plot import Picture

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SHOWN = 15

MOST_STEPS = 500
NEAR = 1e-12
"""Total change of all ranks at which the iteration of PageRank stops."""


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield the artists with collaborators by rank, in one batch; the month is ignored."""
    made = between(files["BY"], "Release", "Artist")
    ranked = _central(collaborations(made)).lazy()
    theirs = made.join(ranked, left_on="end", right_on="artist_id", how="semi")
    counted = theirs.group_by(pl.col("end").alias("artist_id")).agg(pl.len().alias("releases"))
    named = pl.scan_parquet(files["Artist"]).select(pl.col(graph.id_column("Artist")).alias("artist_id"), "name")
    for each in (counted, named):
        ranked = ranked.join(each, on="artist_id", how="left", maintain_order="left")
    yield ranked.collect(engine="streaming")


def collaborations(made: pl.LazyFrame) -> pl.DataFrame:
    """Return pairs of artists `one` < `other`, ascending, with the number of `releases` made by both.

    `made` leads from releases (`start`) to main artists (`end`).
    """
    together = find_crews(made).lazy()
    pairs = together.join(together, on="start", suffix="_other").filter(pl.col("end") < pl.col("end_other"))
    counted = pairs.group_by(pl.col("end").alias("one"), pl.col("end_other").alias("other"))
    return counted.agg(pl.len().alias("releases")).sort("one", "other").collect(engine="streaming")


def find_crews(made: pl.LazyFrame) -> pl.DataFrame:
    """Return the rows of releases with several main artists, but at most `CROWD`; ordered by release and artist."""
    start = pl.col("start")
    ordered = made.collect(engine="streaming").sort("start", "end")
    # Most releases are by one artist: without them, joins of the rows with each other are small.
    several = ordered.filter((start == start.shift(1)) | (start == start.shift(-1)))
    return several.filter(pl.len().over("start") <= CROWD)


def make_matrix(pairs: pl.DataFrame) -> "tuple[Numbers, csr_matrix]":
    """Return the artists of the pairs, ascending, and the symmetric matrix of the numbers of releases together."""
    from scipy.sparse import csr_matrix

    ends = pairs.select("one", "other").to_numpy()
    artists, places = np.unique(ends, return_inverse=True)
    one, other = places.reshape(ends.shape).T
    both = np.concatenate([one, other]), np.concatenate([other, one])
    weights = np.tile(pairs["releases"].to_numpy(), 2).astype(float)
    return artists.astype(np.int64), csr_matrix((weights, both), shape=(len(artists), len(artists)))


def _central(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return each artist of the pairs with PageRank, degree and rank, by rank."""
    from sknetwork.ranking import PageRank

    artists, graph = make_matrix(pairs)
    ranked = PageRank(DAMPING, n_iter=MOST_STEPS, tol=NEAR)
    ranks = ranked.fit_predict(graph) if len(artists) else []
    columns = {"artist_id": artists, "pagerank": ranks, "degree": np.diff(graph.indptr)}
    schema = {"artist_id": pl.Int64, "pagerank": pl.Float64, "degree": pl.Int64}
    order = pl.DataFrame(columns, schema).sort("pagerank", "degree", "artist_id", descending=[True, True, False])
    return order.with_row_index("rank", offset=1)


def picture(answer: pl.LazyFrame) -> Picture:
    """Return the artists of the highest rank."""
    first = answer.sort("rank").head(SHOWN).select("name", "pagerank", "rank").collect()
    bars = {f"{rank}. {name}": value for name, value, rank in first.rows()}
    return Picture("Artists by PageRank on the collaboration graph", "PageRank", bars=bars)

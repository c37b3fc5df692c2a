"""Similar artists by genres, styles, labels and collaborators.

An artist is a sparse vector with columns for each criterion; the product of two vectors is the similarity.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from discogs_assets.schema import graph
from discogs_assets.schema.discogs import PLACEHOLDER_LABELS, PLACEHOLDERS
from discogs_assets.schema.insights import CHOSEN, CROWD, LEAST_RELEASES, OFFERED, SHARED, SIMILAR, SIMILARITY
from discogs_assets.streams.graph.files import Files, keys
from discogs_assets.streams.insights.lookup import Numbers
from discogs_assets.streams.plot import Picture

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

READS = ("releases", "Artist", "Label")

BLOCK = 1_000
"""Artists whose similar ones are held at once."""

DIGITS = 6
"""Decimal places by which scores are compared, so that rounding errors do not change the order."""

POINTS = 20
"""Points of the picture."""


@dataclass(frozen=True, slots=True)
class Artists:
    """Artists with enough releases, ids ascending, and their numbers of releases.

    `counts` has for each criterion the number of releases by artist and value, `shared` the names of these values as
    JSON, of genres and labels only.
    """

    ids: Numbers
    names: pl.Series
    releases: Numbers
    counts: "dict[str, csr_matrix]"
    shared: dict[str, pl.Series]


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield the similar artists of each artist, artists ascending; the month is ignored."""
    from scipy.sparse import hstack

    artists = _read_artists(files)
    if not len(artists.ids):
        return
    vectors = hstack([SIMILARITY[name] ** 0.5 * _normalize(each) for name, each in artists.counts.items()], "csr")
    ways = [
        (_keep_largest(artists.counts[name], number), _keep_largest(artists.counts[name].T.tocsr(), OFFERED))
        for name, number in CHOSEN.items()
    ]
    for first in range(0, len(artists.ids), BLOCK):
        found = [chosen[first : first + BLOCK] @ offered for chosen, offered in ways]
        pairs = _find_nearest(vectors, sum(found[1:], found[0]), artists.releases, first)
        yield _describe(artists, vectors, *pairs)


def _read_artists(files: Files) -> Artists:
    """Return the artists, from the main artists of releases that are in the graph."""
    releases, key = pl.scan_parquet(files["releases"]), graph.id_column("Artist")
    known = pl.scan_parquet(files["Artist"]).select(pl.col(key).alias("artist"), "name")
    stated = releases.select(keys("artists").alias("artist")).with_row_index("release").explode("artist")
    real = stated.filter(~pl.col("artist").is_in([*PLACEHOLDERS])).join(known, on="artist", how="semi")
    made = real.collect(engine="streaming")
    counted = made.group_by("artist").agg(releases=pl.len().cast(pl.Int64))
    enough = counted.filter(pl.col("releases") >= LEAST_RELEASES).lazy().join(known, on="artist")
    named = enough.sort("artist").collect(engine="streaming")
    labels = pl.read_parquet(files["Label"], columns=[graph.id_column("Label"), "name"]).rename(
        {graph.id_column("Label"): "value"}
    )
    labels = labels.filter(~pl.col("value").is_in([*PLACEHOLDER_LABELS])).sort("value")
    counts = {part: _count(releases, f"{part}s", named["artist"]) for part in ("genre", "style")}
    matrices = {part: matrix for part, (matrix, _) in counts.items()}
    matrices["label"], _ = _count(releases, "labels", named["artist"], labels["value"])
    ids = named["artist"].to_numpy()
    matrices["collaborator"] = _count_together(made, ids)
    shared = {"genre": counts["genre"][1], "label": labels["name"]}
    texts = {part: pl.Series([*map(json.dumps, names)], dtype=pl.String) for part, names in shared.items()}
    return Artists(ids, named["name"], named["releases"].to_numpy(), matrices, texts)


def _count(
    releases: pl.LazyFrame, part: str, artists: pl.Series, values: pl.Series | None = None
) -> "tuple[csr_matrix, pl.Series]":
    """Return the number of releases by artist and value of the part; the values are all that occur, if not given."""
    from scipy.sparse import csr_matrix

    places = pl.LazyFrame({"artist": artists}).with_row_index("row")
    stated = releases.select(keys("artists").alias("artist"), keys(part).alias("value")).explode("artist")
    found = stated.join(places, on="artist").explode("value").drop_nulls().select("row", "value")
    pairs = found.collect(engine="streaming")
    values = pairs["value"].unique().sort() if values is None else values
    placed = pairs.join(pl.DataFrame({"value": values}).with_row_index("column"), on="value")
    at = placed["row"].to_numpy(), placed["column"].to_numpy()
    return csr_matrix((np.ones(len(placed)), at), shape=(len(artists), len(values))), values


def _count_together(made: pl.DataFrame, ids: Numbers) -> "csr_matrix":
    """Return the number of releases by artist and main artist, itself included; without those by a crowd."""
    from scipy.sparse import csr_matrix

    everybody = np.unique(made["artist"].to_numpy())
    small = made.filter(pl.len().over("release") <= CROWD)
    at = small["release"].to_numpy(), np.searchsorted(everybody, small["artist"].to_numpy())
    by = csr_matrix((np.ones(len(small)), at), shape=(int(made["release"].max() or 0) + 1, len(everybody)))  # type: ignore[arg-type]
    return (by[:, np.searchsorted(everybody, ids)].T @ by).tocsr()


def _rows_of(matrix: "csr_matrix") -> Numbers:
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def _normalize(matrix: "csr_matrix") -> "csr_matrix":
    """Return the matrix with rows of length 1, or 0."""
    of = _rows_of(matrix)
    lengths = np.sqrt(np.bincount(of, matrix.data**2, minlength=matrix.shape[0]))
    return matrix._with_data(matrix.data / lengths[of])  # noqa: SLF001


def _keep_largest(matrix: "csr_matrix", number: int) -> "csr_matrix":
    """Return ones at the largest values of each row; on a tie, the first columns."""
    from scipy.sparse import csr_matrix

    of = _rows_of(matrix)
    order = np.lexsort((matrix.indices, -matrix.data, of))
    kept = order[np.arange(matrix.nnz) - matrix.indptr[of] < number]
    return csr_matrix((np.ones(len(kept)), (of[kept], matrix.indices[kept])), shape=matrix.shape)


def _find_nearest(
    vectors: "csr_matrix", candidates: "csr_matrix", releases: Numbers, first: int
) -> tuple[Numbers, Numbers]:
    """Return pairs of rows: each artist from `first` on, and the most similar of its candidates, the best first."""
    nearest, dense = [], np.zeros(vectors.shape[1])
    for row in range(candidates.shape[0]):
        others = candidates.indices[candidates.indptr[row] : candidates.indptr[row + 1]]
        others = others[others != first + row]
        own = slice(vectors.indptr[first + row], vectors.indptr[first + row + 1])
        dense[vectors.indices[own]] = vectors.data[own]
        scores = np.round(vectors[others] @ dense, DIGITS)
        dense[vectors.indices[own]] = 0
        nearest.append(others[np.lexsort((others, -releases[others], -scores))[:SIMILAR]])
    ones = np.repeat(np.arange(first, first + len(nearest)), [*map(len, nearest)])
    return ones, np.concatenate(nearest)


def _describe(artists: Artists, vectors: "csr_matrix", ones: Numbers, others: Numbers) -> pl.DataFrame:
    """Return the pairs with their similarity by criterion, and with the genres and labels that they share."""
    products = vectors[ones].multiply(vectors[others]).tocsr()
    of, bounds = _rows_of(products), np.cumsum([0, *(each.shape[1] for each in artists.counts.values())])
    criterion = np.searchsorted(bounds, products.indices, "right") - 1
    sums = np.bincount(of * len(bounds) + criterion, products.data, minlength=len(ones) * len(bounds))
    scores = sums.reshape(len(ones), len(bounds))
    columns: dict[str, Any] = {
        "artist_id": artists.ids[ones],
        "similar_id": artists.ids[others],
        "name": artists.names.gather(others),
        "releases": artists.releases[others],
        "similarity": np.round(scores.sum(axis=1), DIGITS),
    }
    for place, (name, weight) in enumerate(SIMILARITY.items()):
        columns[name] = np.round(scores[:, place] / weight, DIGITS)
        if name in artists.shared:
            of_it = criterion == place
            found = of[of_it], products.indices[of_it] - bounds[place], products.data[of_it]
            columns[f"shared_{name}s"] = _list_shared(len(ones), *found, artists.shared[name])
    return pl.DataFrame(columns).with_columns(rank=pl.int_range(1, pl.len() + 1).over("artist_id"))


def _list_shared(length: int, pairs: Numbers, values: Numbers, products: Any, names: pl.Series) -> pl.Series:
    """Return for each pair the names of the values that add most to its similarity, as JSON."""
    order = np.lexsort((values, -products, pairs))
    found = pl.DataFrame({"pair": pairs[order], "name": names.gather(values[order])})
    listed = found.group_by("pair", maintain_order=True).agg(pl.col("name").head(SHARED).str.join(", "))
    texts = pl.DataFrame({"pair": np.arange(length)}).join(listed, on="pair", how="left", maintain_order="left")
    return texts.select(pl.format("[{}]", pl.col("name").fill_null(""))).to_series()


def picture(answer: pl.LazyFrame) -> Picture:
    """Return the number of artists by similarity of the most similar one."""
    point = (pl.col("similarity") * POINTS).floor().alias("point")
    first = answer.filter(pl.col("rank") == 1).group_by(point).agg(pl.len()).collect(engine="streaming")
    found = dict(first.rows())
    points = range(POINTS + 1)
    line = ([each / POINTS for each in points], [float(found.get(each, 0)) for each in points])
    title = "Artists by similarity of the most similar one"
    return Picture(title, "similarity", "artists", lines={"artists": line})

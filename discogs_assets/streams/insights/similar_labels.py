"""Labels with similar genres and styles.

All pairs would be too many: labels are compared within groups that share a frequent style, in blocks of bounded size.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from discogs_assets.schema.insights import LABEL_STYLES, RANKED_LABELS
from discogs_assets.streams.graph.files import Files
from discogs_assets.streams.insights.label_dna import BLOCK_LABELS, count_releases, find_labels
from discogs_assets.streams.insights.lookup import Numbers
from discogs_assets.streams.plot import Picture

ROWS, COLUMNS = 256, 2048
"""Labels of a block and the labels that they are compared with at once: the matrices stay in the processor's cache."""

PLACES = 10_000
"""Factor of the similarities that are kept as whole numbers."""

BITS = 32
"""Bits of a key below the similarity, for the label's place."""

STEPS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Least similarities of the bars of the picture."""


def rows(files: Files, month: str) -> Iterator[pl.DataFrame]:
    """Yield the most similar labels of each label by id, in batches; the month is ignored."""
    labels = find_labels(files)
    # A label's place, by number of releases and id, breaks ties.
    places = labels.select("label_id").with_row_index("label")
    weights = _weigh(count_releases(files, labels, "genres", "styles"), places)
    ids = places["label_id"].to_numpy()
    best = _find_best(weights, len(ids))
    by_id = np.argsort(ids)
    for start in range(0, len(ids), BLOCK_LABELS):
        block = by_id[start : start + BLOCK_LABELS]
        yield _list(ids, block, best[block])


def _weigh(counted: list[pl.DataFrame], places: pl.DataFrame) -> pl.DataFrame:
    """Return the elements of the labels' vectors: `label`, `feature`, `weight`, and `key`, true for the groups.

    A vector has the numbers of releases by genre and by style, each half scaled to the length of a half, so that the
    product of two vectors is their similarity.
    """
    kinds = [each.join(places, on="label_id").with_columns(kind=pl.lit(n)) for n, each in enumerate(counted)]
    count, feature = pl.col("count"), pl.struct("kind", "value").rank("dense") - 1
    by_kind = ("label", "kind")
    # Styles before genres: these count only if there are no styles.
    found = pl.concat(kinds).sort("label", "kind", "count", "value", descending=[False, True, True, False])
    return found.select(
        "label",
        feature=feature.cast(pl.Int64),
        weight=(count / (2 * (count * count).sum().over(by_kind)).sqrt()).cast(pl.Float32),
        key=(pl.int_range(pl.len()).over("label") < LABEL_STYLES)
        & (pl.col("kind") == pl.col("kind").max().over("label")),
    )


def _find_best(weights: pl.DataFrame, labels: int) -> Numbers:
    """Return the keys of the most similar labels of each label, ascending; 0 is none.

    A key has the similarity in its upper bits. Below is the label's place, subtracted, so that of equally similar
    labels the first has the largest key.
    """
    from scipy.sparse import csr_matrix

    best = np.zeros((labels, RANKED_LABELS), np.int64)
    at = weights.sort("label", "feature")
    shape = (labels, max(1, at["feature"].n_unique()))
    vectors = csr_matrix((at["weight"].to_numpy(), (at["label"].to_numpy(), at["feature"].to_numpy())), shape)
    for group in weights.filter("key").sort("feature", "label").partition_by("feature"):
        members = group["label"].to_numpy().astype(np.int64)
        for start in range(0, len(members), COLUMNS):
            others = members[start : start + COLUMNS]
            columns = np.ascontiguousarray(vectors[others].toarray().T)
            for first in range(0, len(members), ROWS):
                block = members[first : first + ROWS]
                best[block] = _merge(best[block], _compare(vectors[block] @ columns, block, others))
    return best


def _compare(products: NDArray[np.float32], block: Numbers, others: Numbers) -> Numbers:
    """Return the largest keys of each row."""
    found = np.rint(products * PLACES).astype(np.int64)
    found <<= BITS
    found -= others
    found[block[:, None] == others] = 0
    beyond = max(0, len(others) - RANKED_LABELS)
    return np.partition(found, beyond, axis=1)[:, beyond:] if beyond else found


def _merge(best: Numbers, found: Numbers) -> Numbers:
    """Return the largest distinct keys of each row, ascending."""
    both = np.concatenate([best, found], axis=1)
    both.sort(axis=1)
    # Labels with several styles in common are found in several groups.
    both[:, 1:][both[:, 1:] == both[:, :-1]] = 0
    both.sort(axis=1)
    return both[:, -RANKED_LABELS:]


def _list(ids: Numbers, block: Numbers, best: Numbers) -> pl.DataFrame:
    """Return the rows of a block of labels from their keys."""
    found = best[:, ::-1]
    row, rank = np.nonzero(found > 0)
    keys = found[row, rank]
    similar = (keys + (1 << BITS) - 1) >> BITS
    return pl.DataFrame(
        {
            "label_id": ids[block[row]],
            "rank": rank + 1,
            "similar_id": ids[(similar << BITS) - keys],
            "similarity": similar / PLACES,
        }
    )


def picture(answer: pl.LazyFrame) -> Picture:
    """Return the number of labels by the similarity of the most similar one."""
    first = answer.filter(pl.col("rank") == 1).select("similarity").collect()
    counted, _ = np.histogram(first, [*STEPS, np.inf])
    bars = {f"from {step:.2f}": int(count) for step, count in zip(STEPS, counted, strict=True)}
    return Picture("Labels by similarity of the most similar label", "labels", bars=bars)

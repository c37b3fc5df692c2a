"""Profiles of labels, compared, and labels with similar genres and styles."""

from collections.abc import Sequence
from typing import Annotated, NoReturn

from pydantic import Field, StringConstraints

from discogs_assets.connections.readers import Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.insights.similarity import LEAST_SIMILARITY
from discogs_assets.queries.question import Id, Result, question
from discogs_assets.schema.insights import LABEL_RELEASES, RANKED_LABELS

COMPARED = 5
"""Values of a comparison, and labels of each value."""

IDS = rf"^ *[0-9]{{1,15}}( *, *[0-9]{{1,15}}){{0,{COMPARED - 1}}} *$"

LABEL = Annotated[Id, Field(description=f"Discogs id of a label with at least {LABEL_RELEASES} releases.")]

PROFILES = "SELECT * FROM {label_dna} d WHERE label_id = ANY(%(ids)s)"

SIMILAR = """
SELECT d.label_id, d.name AS label_name, s.similarity, d.release_count, d.genres
FROM {similar_labels} s JOIN {label_dna} d ON d.label_id = s.similar_id
WHERE s.label_id = %(id)s AND s.similarity >= %(least)s ORDER BY s.rank
"""


class Share(Result):
    """Releases with a genre, style or format."""

    name: str
    count: int
    percentage: float
    """Percentage of all releases of the label."""


class Decade(Result):
    """Releases of a decade."""

    decade: int
    count: int
    percentage: float
    """Percentage of all releases of the label."""


class LabelDna(Result):
    """Profile of a label; see `label_dna` in the data dictionary."""

    label_id: int
    label_name: str | None
    release_count: int
    artist_count: int
    artist_diversity: float
    """Main artists per release."""
    active_years: list[int]
    """Years with a release, ascending."""
    peak_decade: int | None
    prolificacy: float | None
    """Number of dated releases per active year."""
    genres: list[Share]
    """The 50 most frequent, as with styles and formats."""
    styles: list[Share]
    formats: list[Share]
    decades: list[Decade]


class Compared(Result):
    """Profiles of several labels, in the order of the ids."""

    labels: list[LabelDna]


class SimilarLabel(Result):
    """A label similar to another one."""

    label_id: int
    label_name: str | None
    similarity: float
    """Mean of the cosines of the genres and of the styles, from 0 to 1."""
    release_count: int
    shared_genres: list[str]
    """Genres of both, in the order of the label that is asked for."""


class SimilarLabels(Result):
    """Labels similar to one, the most similar first."""

    label_id: int
    label_name: str | None
    similar: list[SimilarLabel]


async def find_profiles(at: Reading, ids: Sequence[int]) -> list[LabelDna]:
    """Return the profiles of labels, in the order of the ids.

    Raises QuestionError (404) for an unknown label, and for one with too few releases.
    """
    rows = {row["label_id"]: row for row in await at.sql(PROFILES, ids=[*ids])}
    for each in ids:
        if each not in rows:
            await _refuse(at, each)
    return [LabelDna(label_name=row["name"], **row) for row in map(rows.__getitem__, ids)]


async def _refuse(at: Reading, id: int) -> NoReturn:  # noqa: A002
    """Raise QuestionError for a label without a profile."""
    if not await at.sql("SELECT FROM {labels} l WHERE id = %(id)s", id=id):
        raise QuestionError(404, f"there is no label with the id {id} in {at.publication.month}")
    few = f"has too few releases, expected at least {LABEL_RELEASES}"
    raise QuestionError(404, f"the label {id} {few}")


@question("/label/dna/compare", "postgres", example={"ids": "281,2294"}, rows="labels")
async def label_dna_compare(
    at: Reading,
    ids: Annotated[
        list[Annotated[str, StringConstraints(max_length=100, pattern=IDS)]],
        Field(min_length=1, max_length=COMPARED, description="Discogs ids of up to 5 labels: 281,2294."),
    ],
) -> Compared:
    """Return the profiles of several labels; ids are separated by commas, or the parameter is repeated."""
    numbers = dict.fromkeys(int(text) for each in ids for text in each.split(","))
    return Compared(labels=await find_profiles(at, [*numbers]))


@question("/label/{id}/dna", "postgres", example={"id": 281})
async def label_dna(at: Reading, id: LABEL) -> LabelDna:  # noqa: A002
    """Return the genres, styles, formats and decades of a label's releases, with their shares."""
    return (await find_profiles(at, [id]))[0]


@question("/label/{id}/similar", "postgres", example={"id": 281}, rows="similar")
async def label_similar(
    at: Reading,
    id: LABEL,  # noqa: A002
    limit: Annotated[int, Field(ge=1, le=RANKED_LABELS, description="Maximum number of labels.")] = 10,
) -> SimilarLabels:
    """Return the labels most similar to a label by genres and styles; ties are ordered by releases, then by id.

    Labels are compared if one of the five most frequent styles of one is among those of the other: see `similar_labels`
    in the data dictionary. Left out are labels without a genre in common, and those with a similarity below 0.1.
    """
    (own,) = await find_profiles(at, [id])
    similar = []
    for row in await at.sql(SIMILAR, id=id, least=LEAST_SIMILARITY):
        theirs = {each["name"] for each in row.pop("genres")}
        if shared := [each.name for each in own.genres if each.name in theirs]:
            similar.append(SimilarLabel(**row, shared_genres=shared))
    return SimilarLabels(label_id=id, label_name=own.label_name, similar=similar[:limit])

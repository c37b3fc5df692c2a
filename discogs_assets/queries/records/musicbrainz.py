"""Records of MusicBrainz that are linked to those of Discogs."""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from discogs_assets.connections.readers import Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.page import Page, read_rows
from discogs_assets.queries.question import Id, Offset, Result, question

Kind = Literal["artist", "label", "master", "release"]

TABLES: dict[Kind, str] = {
    "artist": "musicbrainz_artists",
    "label": "musicbrainz_labels",
    "master": "musicbrainz_release_groups",
    "release": "musicbrainz_releases",
}
"""Table of MusicBrainz by the type of the record in Discogs."""

TYPE = Annotated[Kind, Field(description="Type of the record in Discogs.")]
ID = Annotated[Id, Field(description="Discogs id.")]
LIMIT = Annotated[int, Field(ge=1, le=1000, description="Rows of a page.")]
OFFSET = Annotated[Offset, Field(description="Rows to skip.")]


class MusicBrainzRecord(Result):
    """A record of MusicBrainz; values that its entity does not have are null."""

    discogs_id: int
    mbid: str
    other_mbids: list[str]
    """MBIDs of other records with the same Discogs id."""
    name: str | None
    disambiguation: str | None
    type: str | None
    gender: str | None
    begin_date: str | None
    """Begin date, as precise as known: 1960, 1960-08 or 1960-08-12."""
    end_date: str | None
    ended: bool | None
    area: str | None
    begin_area: str | None
    end_area: str | None
    country: str | None
    data: dict[str, JsonValue]
    """Whole record, without keys that have no value."""


OWN = (
    *("name", "disambiguation", "type", "gender", "begin_date", "end_date", "ended"),
    *("area", "begin_area", "end_area", "country"),
)
"""Fields of an answer that have the same name in `data`."""

FIND = "SELECT mbid::text AS mbid, data FROM {%s} m WHERE discogs_id = %%(id)s ORDER BY mbid LIMIT 26"


async def _find(at: Reading, kind: Kind, id: int) -> list[dict[str, Any]]:  # noqa: A002
    """Return the records linked to a Discogs id. Raises QuestionError (404) if there are none."""
    found = await at.sql(FIND % TABLES[kind], id=id)
    if not found:
        raise QuestionError(404, f"no record of MusicBrainz is linked to the {kind} {id} in {at.publication.month}")
    return found


class Relation(Result):
    """A relation to another record of MusicBrainz."""

    mbid: str
    """MBID of the record itself."""
    type: str | None
    direction: Literal["outgoing", "incoming"] | None
    """outgoing if the record is the source of the relation: the member, if the type is member of band."""
    target_mbid: str | None
    target_type: str | None
    """Entity of the other record, such as artist, release-group or work."""
    target_name: str | None
    target_id: int | None
    """Discogs id of the other record, if it is linked to one."""
    begin_date: str | None
    end_date: str | None
    ended: bool | None
    attributes: list[str]
    attribute_values: JsonValue
    source_credit: str | None
    target_credit: str | None


class Relations(Page):
    """A page of the relations of a record."""

    discogs_id: int
    relationships: list[Relation]


DIRECTIONS = {"forward": "outgoing", "backward": "incoming"}

RELATIONS = """
SELECT page.*, coalesce(a.discogs_id, l.discogs_id, g.discogs_id, r.discogs_id) AS target_id FROM (
    SELECT m.mbid, each.value, each.place
    FROM {%s} m, jsonb_array_elements(m.data->'relations') WITH ORDINALITY AS each(value, place)
    WHERE m.discogs_id = %%(id)s ORDER BY m.mbid, each.place LIMIT %%(limit)s OFFSET %%(offset)s
) page
LEFT JOIN {musicbrainz_artists} a ON a.mbid = (page.value->>'target')::uuid
LEFT JOIN {musicbrainz_labels} l ON l.mbid = (page.value->>'target')::uuid
LEFT JOIN {musicbrainz_release_groups} g ON g.mbid = (page.value->>'target')::uuid
LEFT JOIN {musicbrainz_releases} r ON r.mbid = (page.value->>'target')::uuid
ORDER BY page.mbid, page.place
"""


class Link(Result):
    """A URL."""

    service: str | None
    """Type of the link, such as wikidata or official homepage."""
    url: str | None
    begin_date: str | None
    end_date: str | None
    ended: bool | None


class Links(Page):
    """A page of the URLs of a record, other than links to Discogs."""

    discogs_id: int
    links: list[Link]


LINKS = """
SELECT l.type AS service, l.url, l.begin_date, l.end_date, l.ended
FROM {%s} m JOIN {external_links} l ON l.mbid = m.mbid AND l.entity = %%(entity)s
WHERE m.discogs_id = %%(id)s ORDER BY l.mbid, l.ordinal LIMIT %%(limit)s OFFSET %%(offset)s
"""


def _describe(row: dict[str, Any]) -> Relation:
    value = row["value"]
    taken = (
        *("type", "target_type", "target_name", "begin_date", "end_date", "ended"),
        *("attribute_values", "source_credit", "target_credit"),
    )
    return Relation(
        mbid=str(row["mbid"]),
        direction=DIRECTIONS.get(value.get("direction")),
        target_mbid=value.get("target"),
        target_id=row["target_id"],
        attributes=value.get("attributes") or [],
        **{name: value.get(name) for name in taken},
    )


@question("/musicbrainz/{type}/{id}", "postgres", example={"type": "artist", "id": 45467})
async def musicbrainz(at: Reading, type: TYPE, id: ID) -> MusicBrainzRecord:  # noqa: A002
    """Return the record of MusicBrainz that is linked to an artist, a label, a master (a release group) or a release.

    If several are, the others are named.
    """
    first, *others = await _find(at, type, id)
    data = first["data"]
    return MusicBrainzRecord(
        discogs_id=id,
        mbid=first["mbid"],
        other_mbids=[each["mbid"] for each in others],
        data=data,
        **{name: data.get(name) for name in OWN},
    )


@question(
    "/musicbrainz/{type}/{id}/relationships",
    "postgres",
    example={"type": "artist", "id": 45467},
    rows="relationships",
)
async def musicbrainz_relationships(
    at: Reading,
    type: TYPE,  # noqa: A002
    id: ID,  # noqa: A002
    limit: LIMIT = 200,
    offset: OFFSET = 0,
) -> Relations:
    """Return a page of the relations of the MusicBrainz records linked to a record, with dates and attributes."""
    rows, place = await read_rows(at, RELATIONS % TABLES[type], limit, offset, id=id)
    if not rows:
        await _find(at, type, id)
    return Relations(discogs_id=id, relationships=[_describe(row) for row in rows], **place)


@question("/musicbrainz/{type}/{id}/external-links", "postgres", example={"type": "artist", "id": 45467}, rows="links")
async def musicbrainz_links(
    at: Reading,
    type: TYPE,  # noqa: A002
    id: ID,  # noqa: A002
    limit: LIMIT = 200,
    offset: OFFSET = 0,
) -> Links:
    """Return a page of the URLs of the MusicBrainz records linked to a record, other than links to Discogs."""
    entity = "release-group" if type == "master" else type
    rows, place = await read_rows(at, LINKS % TABLES[type], limit, offset, id=id, entity=entity)
    if not rows:
        await _find(at, type, id)
    return Links(discogs_id=id, links=[Link(**row) for row in rows], **place)


class Enriched(Result):
    """Records of an entity of MusicBrainz."""

    entity: Kind
    total_mb: int
    """Number of records of MusicBrainz."""
    matched_to_discogs: int
    """Number of them that are linked to a record of Discogs."""
    enriched: int
    """Number of records of Discogs in the month that have a record of MusicBrainz; the graph shows its values."""


class Enrichment(Result):
    """Records of MusicBrainz, and their links to Discogs."""

    musicbrainz: list[Enriched]
    relationships: int
    """Number of relationships between two records of MusicBrainz."""


COUNT = """
SELECT (SELECT count(*) FROM {%(table)s} m) AS total_mb,
    (SELECT count(*) FROM {%(table)s} m WHERE discogs_id IS NOT NULL) AS matched_to_discogs,
    (SELECT count(*) FROM {%(discogs)s} d
        WHERE id IN (SELECT discogs_id FROM {%(table)s} m WHERE discogs_id IS NOT NULL)) AS enriched
"""


@question("/enrichment/status", "postgres", example={}, rows="musicbrainz")
async def enrichment_status(at: Reading) -> Enrichment:
    """Count the records of MusicBrainz, and those linked to records of Discogs."""
    found = [
        Enriched(entity=kind, **(await at.sql_once(COUNT % {"table": TABLES[kind], "discogs": f"{kind}s"}))[0])
        for kind in TABLES
    ]
    (row,) = await at.sql_once("SELECT count(*) AS relationships FROM {relationships} r")
    return Enrichment(musicbrainz=found, **row)


MUSICBRAINZ_QUESTIONS = (musicbrainz, musicbrainz_relationships, musicbrainz_links, enrichment_status)
"""Questions about MusicBrainz."""

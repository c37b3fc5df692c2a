"""The flat tables of MusicBrainz: entities with their single values, relationships and links."""

from discogs_assets.schema.flat_table import Sheet, column
from discogs_assets.schema.model import Derived, Entity, Field, Index, Type
from discogs_assets.schema.musicbrainz import ARTISTS, DISCOGS_IDS, ENTITIES, LABELS, RELEASE_GROUPS, RELEASES, SOURCE

WHOLE = "."
"""Path of a column that holds the whole row as JSON."""

NAMES = {ARTISTS: "artists", LABELS: "labels", RELEASE_GROUPS: "release_groups", RELEASES: "releases"}
"""Table name of each entity."""

FILES = {name: entity.name for entity, name in NAMES.items()}
"""Name of the Parquet of each entity's table."""

DATES = (
    column("begin_date", "Begin date, as precise as known: 1960, 1960-08 or 1960-08-12."),
    column("end_date", "End date, in the same form."),
    column("ended", "True if it has ended, even on an unknown date.", Type.BOOLEAN),
)


def _entity(entity: Entity) -> Sheet:
    """Return the table of the record's single values, its linked Discogs id, and the whole record as JSON."""
    kind = {"Master": "master"}.get(entity.node, entity.name)
    values = (
        Field(part.name, "", part.doc, part.type, index=part.index)
        for part in entity.parts
        if isinstance(part, (Field, Derived)) and part.name not in {entity.key, DISCOGS_IDS.name}
    )
    return Sheet(
        SOURCE,
        NAMES[entity],
        entity.doc,
        (entity.key,),
        (
            column(entity.key, "MBID of the record.", Type.UUID),
            Field(
                "discogs_id",
                DISCOGS_IDS.name,
                f"Discogs {kind} id: the first of the linked ids; data has all of them.",
                Type.INTEGER,
                index=Index.EXACT,
            ),
            *values,
            Field("data", WHOLE, "Whole record, without keys that have no value.", Type.JSON),
        ),
    )


RELATIONSHIPS = Sheet(
    SOURCE,
    "relationships",
    "Relationships between two records of MusicBrainz, each once, in the direction of its type: from the source to the "
    "target. Relations without a type are only in the record.",
    ("source_mbid", "type", "target_mbid", "ordinal"),
    (
        column("source_mbid", "MBID of the source.", Type.UUID),
        column("source_type", "Entity of the source: artist, label, release-group, release or another."),
        column("type", "Type of the relationship, such as member of band.", index=Index.EXACT),
        column("target_mbid", "MBID of the target.", Type.UUID, index=Index.EXACT),
        column("target_type", "Entity of the target: artist, work, recording, place or another."),
        column(
            "ordinal", "Number among relationships of the same type between the same records, from 1.", Type.INTEGER
        ),
        *DATES,
        column("attributes", "List of attributes, such as instruments, original, guest.", Type.JSON),
        column("attribute_values", "Values of attributes, by attribute.", Type.JSON),
        column("source_credit", "Credited name of the source, if different from its name."),
        column("target_credit", "Credited name of the target, if different from its name."),
    ),
)

EXTERNAL_LINKS = Sheet(
    SOURCE,
    "external_links",
    "URLs of a record in MusicBrainz, other than links to Discogs.",
    ("mbid", "entity", "ordinal"),
    (
        column("mbid", "MBID of the record.", Type.UUID),
        column("ordinal", "Position in the list of the record, from 1.", Type.INTEGER),
        column("entity", "Entity of the record: artist, label, release-group or release."),
        column("type", "Type of the link, such as wikidata or official homepage.", index=Index.EXACT),
        column("url", "URL."),
        *DATES,
    ),
)

SHEETS = (*map(_entity, ENTITIES), RELATIONSHIPS, EXTERNAL_LINKS)
"""All flat tables of MusicBrainz."""

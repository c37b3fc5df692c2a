"""The flat tables of MusicBrainz: entities with their single values, relationships and links."""

from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.model import Derived, Entity, Field, Index, Type
from discogs_assets.schema.musicbrainz import ARTISTS, DISCOGS_IDS, ENTITIES, LABELS, RELEASE_GROUPS, RELEASES, SOURCE

WHOLE = "."
"""Path of a column that holds the whole row as JSON."""

NAMES = {ARTISTS: "artists", LABELS: "labels", RELEASE_GROUPS: "release_groups", RELEASES: "releases"}
"""Table name of each entity."""

FILES = {name: entity.name for entity, name in NAMES.items()}
"""Name of the Parquet of each entity's table."""

DATES = (
    Field("begin_date", "", "When it began, as far as known: 1960, 1960-08 or 1960-08-12."),
    Field("end_date", "", "When it ended, in the same form."),
    Field("ended", "", "Whether it has ended, also where nobody knows when.", Type.BOOLEAN),
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
            Field(entity.key, "", "MusicBrainz' id.", Type.UUID),
            Field(
                "discogs_id",
                DISCOGS_IDS.name,
                f"Discogs' {kind} id, the first of those that it is linked with; all are in data.",
                Type.INTEGER,
                index=Index.EXACT,
            ),
            *values,
            Field("data", WHOLE, "The whole record; what has no value is left out.", Type.JSON),
        ),
    )


RELATIONSHIPS = Sheet(
    SOURCE,
    "relationships",
    "What MusicBrainz says of two things, once, in the direction of its type: from the source to the target. What has "
    "no type is in the record alone.",
    ("source_mbid", "type", "target_mbid", "ordinal"),
    (
        Field("source_mbid", "", "MBID of the one that it goes out from.", Type.UUID),
        Field("source_type", "", "What that is: artist, label, release-group, release or another."),
        Field("type", "", "The type of the relation, such as member of band.", index=Index.EXACT),
        Field("target_mbid", "", "MBID of the one that it leads to.", Type.UUID, index=Index.EXACT),
        Field("target_type", "", "What that is: artist, work, recording, place or another."),
        Field("ordinal", "", "Place among those between the same two of the same type, from 1.", Type.INTEGER),
        *DATES,
        Field("attributes", "", "A list of what is said of it, such as instruments, original, guest.", Type.JSON),
        Field("attribute_values", "", "Values of those attributes that have one, by attribute.", Type.JSON),
        Field("source_credit", "", "How the source is credited here, where that is not its name."),
        Field("target_credit", "", "How the target is credited here, where that is not its name."),
    ),
)

EXTERNAL_LINKS = Sheet(
    SOURCE,
    "external_links",
    "Web addresses that MusicBrainz gives for a record, those at Discogs left out.",
    ("mbid", "entity", "ordinal"),
    (
        Field("mbid", "", "MBID of the record.", Type.UUID),
        Field("ordinal", "", "Place in the record's list, from 1.", Type.INTEGER),
        Field("entity", "", "What it is a record of: artist, label, release-group or release."),
        Field("type", "", "What is there, such as wikidata or official homepage.", index=Index.EXACT),
        Field("url", "", "The address."),
        *DATES,
    ),
)

SHEETS = (*map(_entity, ENTITIES), RELATIONSHIPS, EXTERNAL_LINKS)
"""All flat tables of MusicBrainz."""

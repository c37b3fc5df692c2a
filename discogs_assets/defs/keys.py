"""Asset keys: the same words as the layer's module, its group and the folder in the lake.

What belongs here: names. What doesn't: what an asset does.
"""

import dagster as dg

from discogs_assets.schema import insights, musicbrainz, musicbrainz_sheets, relations
from discogs_assets.schema.graph import NODES, RELATIONSHIPS
from discogs_assets.schema.model import Entity
from discogs_assets.schema.sheet import Sheet


def dump(entity: Entity) -> dg.AssetKey:
    """The published file."""
    return dg.AssetKey(["dumps", entity.source, entity.name])


def records(entity: Entity) -> dg.AssetKey:
    """The records in Parquet."""
    return dg.AssetKey(["parquet", entity.source, entity.name])


def quarantine(entity: Entity) -> list[str]:
    """The folder of the records that could not be read; part of the records' asset."""
    return ["quarantine", entity.source, entity.name]


def quality(entity: Entity) -> dg.AssetKey:
    """The records that rules of data quality flag."""
    return dg.AssetKey(["quality", entity.source, entity.name])


def changes(entity: Entity) -> dg.AssetKey:
    """The records that a month adds, changes and removes."""
    return dg.AssetKey(["changes", entity.source, entity.name])


def nodes(label: str) -> dg.AssetKey:
    """The nodes of a label in Parquet."""
    return dg.AssetKey(["graph", "nodes", label])


def relationships(kind: str) -> dg.AssetKey:
    """The relationships of a type in Parquet."""
    return dg.AssetKey(["graph", "relationships", kind])


def insight(name: str) -> dg.AssetKey:
    """The answer to a question about the month."""
    return dg.AssetKey(["insights", name])


def table(of: relations.Table) -> dg.AssetKey:
    """The records, or the rows of a repeated part, in PostgreSQL."""
    return dg.AssetKey(["postgres", relations.source_of(of), of.name])


def imported(name: str) -> dg.AssetKey:
    """The nodes of a label or the relationships of a type in Neo4j."""
    return dg.AssetKey(["neo4j", name])


def published(store: str) -> dg.AssetKey:
    """What readers of a store see."""
    return dg.AssetKey(["published", store])


def rows(of: relations.Table) -> dg.AssetKey:
    """The Parquet that a table's rows are made of."""
    if not isinstance(of, Sheet):
        return records(relations.entity_of(of))
    if of.source == musicbrainz.SOURCE:
        return dg.AssetKey(["parquet", of.source, musicbrainz_sheets.FILES.get(of.name, of.name)])
    return dg.AssetKey([of.source, of.name])


TABLES: dict[relations.Table, dg.AssetKey] = {each: table(each) for each in relations.TABLES.values()}
"""The tables made of Discogs' records."""

MUSICBRAINZ: dict[relations.Table, dg.AssetKey] = {each: table(each) for each in musicbrainz_sheets.SHEETS}
"""The tables of MusicBrainz."""

INSIGHTS: dict[relations.Table, dg.AssetKey] = {each: table(each) for each in insights.INSIGHTS}
"""The tables of the answers to questions."""

LOADED: dict[relations.Table, dg.AssetKey] = {**TABLES, **MUSICBRAINZ, **INSIGHTS}
"""All tables."""

GRAPH = {
    **{node.label: nodes(node.label) for node in NODES},
    **{each.type: relationships(each.type) for each in RELATIONSHIPS},
}
"""Graph tables by label and type."""

IMPORTED = {name: imported(name) for name in GRAPH}

"""Asset keys, named like the layer's module, its group and the folder in the lake."""

import dagster as dg

from discogs_assets.schema import child_tables, discogs, insights, musicbrainz, musicbrainz_tables, search_index
from discogs_assets.schema.changes import CHANGES
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.graph import NODES, RELATIONSHIPS
from discogs_assets.schema.model import Entity


def dump(entity: Entity) -> dg.AssetKey:
    """Return the key of the published file."""
    return dg.AssetKey(["dumps", entity.source, entity.name])


def records(entity: Entity) -> dg.AssetKey:
    """Return the key of the records in Parquet."""
    return dg.AssetKey(["parquet", entity.source, entity.name])


def quarantine(entity: Entity) -> list[str]:
    """Return the folder of the quarantined records, a part of the records' asset."""
    return ["quarantine", entity.source, entity.name]


def quality(entity: Entity) -> dg.AssetKey:
    """Return the key of the records flagged by data quality rules."""
    return dg.AssetKey(["quality", entity.source, entity.name])


def changes(entity: Entity) -> dg.AssetKey:
    """Return the key of the records that a month adds, changes and removes."""
    return dg.AssetKey(["changes", entity.source, entity.name])


def edits(entity: Entity) -> list[str]:
    """Return the folder of the edits of each changed record, a part of the changes' asset."""
    return ["edits", entity.source, entity.name]


def nodes(label: str) -> dg.AssetKey:
    """Return the key of a label's nodes in Parquet."""
    return dg.AssetKey(["graph", "nodes", label])


def relationships(kind: str) -> dg.AssetKey:
    """Return the key of a type's relationships in Parquet."""
    return dg.AssetKey(["graph", "relationships", kind])


def insight(name: str) -> dg.AssetKey:
    """Return the key of the answer to a question about the month."""
    return dg.AssetKey(["insights", name])


def search_index_of(entity: str) -> dg.AssetKey:
    """Return the key of an entity's search index."""
    return dg.AssetKey(["search", entity])


def table(of: child_tables.Table) -> dg.AssetKey:
    """Return the key of the PostgreSQL table of records, of rows of a repeated part, or of flat rows."""
    return dg.AssetKey(["postgres", child_tables.source_of(of), of.name])


def neo4j_part(name: str) -> dg.AssetKey:
    """Return the key of a label's nodes or a type's relationships in Neo4j."""
    return dg.AssetKey(["neo4j", name])


def published_month(store: str) -> dg.AssetKey:
    """Return the key of a store's published month."""
    return dg.AssetKey(["published", store])


def tags(key: dg.AssetKey) -> dict[str, str]:
    """Return the tags of an asset: its layer, its source, and its entity if it has the records of one alone."""
    found = {"layer": key.path[0], "source": "musicbrainz" if musicbrainz.SOURCE in key.path else "discogs"}
    if entity := ENTITY_OF.get(key):
        found["entity"] = entity.name
    return {f"discogs/{name}": value for name, value in found.items()}


def sources(of: child_tables.Table) -> tuple[dg.AssetKey, ...]:
    """Return the keys of the Parquet that a table's rows are made from: edits of all entities, or `rows`."""
    return tuple(map(changes, discogs.ENTITIES)) if of is CHANGES else (rows(of),)


def rows(of: child_tables.Table) -> dg.AssetKey:
    """Return the key of the Parquet that a table's rows are made from."""
    if not isinstance(of, Sheet):
        return records(child_tables.entity_of(of))
    if of.source == musicbrainz.SOURCE:
        return dg.AssetKey(["parquet", of.source, musicbrainz_tables.FILES.get(of.name, of.name)])
    return dg.AssetKey([of.source, of.name])


TABLES: dict[child_tables.Table, dg.AssetKey] = {each: table(each) for each in child_tables.TABLES.values()}
"""Tables made from Discogs records."""

MUSICBRAINZ: dict[child_tables.Table, dg.AssetKey] = {each: table(each) for each in musicbrainz_tables.SHEETS}
"""Tables of MusicBrainz."""

INSIGHTS: dict[child_tables.Table, dg.AssetKey] = {each: table(each) for each in insights.INSIGHTS}
"""Tables of answers to questions."""

LATE: dict[child_tables.Table, dg.AssetKey] = {**INSIGHTS, CHANGES: table(CHANGES)}
"""Tables computed last and published by `published/insights`: insights and edits."""

LOADED: dict[child_tables.Table, dg.AssetKey] = {**TABLES, **MUSICBRAINZ, **LATE}
"""All tables."""

GRAPH = {
    **{node.label: nodes(node.label) for node in NODES},
    **{each.type: relationships(each.type) for each in RELATIONSHIPS},
}
"""Graph tables by label and type."""

IMPORTED = {name: neo4j_part(name) for name in GRAPH}

SEARCH = {entity: search_index_of(entity) for entity in search_index.ENTITIES}
"""Search indexes by entity."""

ENTITY_OF: dict[dg.AssetKey, Entity] = {
    **{
        name(entity): entity
        for entity in (*discogs.ENTITIES, *musicbrainz.ENTITIES)
        for name in (dump, records, quality, changes)
    },
    **{key: child_tables.entity_of(each) for each, key in TABLES.items() if not isinstance(each, Sheet)},
    **{
        dg.AssetKey(["postgres", musicbrainz.SOURCE, name]): entity for entity, name in musicbrainz_tables.NAMES.items()
    },
    **{search_index_of(entity.name): entity for entity in discogs.ENTITIES},
    **{name(node.label): node.entity for node in NODES if node.entity for name in (nodes, neo4j_part)},
}
"""Entities by asset, for assets with the records of one entity."""

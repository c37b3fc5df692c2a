"""Health of the stores, and rows and bytes of a publication in each of them."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from pathlib import Path

from discogs_assets.connections.readers import Readers, Reading
from discogs_assets.errors import DiscogsError
from discogs_assets.schema.backends import cypher
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.neo4j.store_directory import StoreDirectory
from discogs_assets.settings import Settings
from discogs_assets.stores.postgres.publication import Publication

ANSWER_SECONDS = 4.0
"""Time in which a store has to answer."""

MEASURE_TABLES = (
    "SELECT sum(greatest(c.reltuples, 0))::bigint AS rows, sum(pg_total_relation_size(c.oid))::bigint AS bytes "
    "FROM unnest(%(tables)s::text[]) AS t (name) JOIN pg_class c ON c.oid = to_regclass(t.name)"
)
"""Rows as PostgreSQL estimates them; the loads analyse their tables."""


@dataclass(frozen=True, slots=True)
class Health:
    """The publication last read, and a sentence about each of its stores: empty if the store answers."""

    publication: Publication | None
    faults: dict[str, str]


@dataclass(frozen=True, slots=True)
class Size:
    """Rows and bytes of a publication in a store; None if they are not known."""

    rows: int | None = None
    bytes: int | None = None


async def examine(readers: Readers) -> Health:
    """Ask each store of the publication for an answer. The others are asked even if PostgreSQL does not answer."""
    faults = {"postgres": await _find_fault(readers.tables.find_published())}
    shown = readers.tables.seen
    if shown:
        at = Reading(readers, shown)
        asked: dict[str, Awaitable[object]] = {}
        if shown.graph is not None:
            asked["neo4j"] = at.cypher("RETURN {} AS row")
        if shown.search is not None:
            asked["search"] = at.index()
        faults |= dict(zip(asked, await asyncio.gather(*map(_find_fault, asked.values())), strict=True))
    return Health(shown, faults)


async def _find_fault(asked: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await asked
    except DiscogsError as error:
        return str(error)
    except TimeoutError:
        return f"no answer within {ANSWER_SECONDS:.0f} s"
    return ""


async def measure(readers: Readers, shown: Publication) -> dict[str, Size]:
    """Return the size of each of the publication's stores, and of its month in the lake. Raises as questions do."""
    at, settings = Reading(readers, shown), readers.settings
    (tables,) = await at.sql(MEASURE_TABLES, tables=[*shown.tables.values()])
    found = {"postgres": Size(**tables)}
    if shown.graph is not None:
        (counts,) = await at.cypher(cypher.counts())
        size = await asyncio.to_thread(_measure_graph, settings, shown.graph)
        found["neo4j"] = replace(size, rows=sum(counts.values()))
    if shown.search is not None:
        rows = sum((await at.index()).documents.values())
        folder = readers.connections.search.root / shown.search
        found["search"] = Size(rows, await asyncio.to_thread(_measure_files, folder))
    return {**found, "lake": await asyncio.to_thread(_measure_lake, settings, shown.partition)}


def _measure_graph(settings: Settings, load: str) -> Size:
    """Return the bytes of a load of the embedded Neo4j, which may remove it meanwhile."""
    if settings.neo4j_url is not None:
        return Size()
    try:
        return Size(bytes=StoreDirectory(Neo4jServer(settings.home_folder).folder / load).size)
    except OSError:
        return Size()


def _measure_lake(settings: Settings, partition: str) -> Size:
    """Return the bytes of a month in a lake that is a folder."""
    lake = Path(settings.lake_address)
    return Size(bytes=_measure_files(lake, f"*/**/{partition}/")) if lake.is_dir() else Size()


def _measure_files(folder: Path, folders: str = "") -> int | None:
    """Return the bytes of the files below a folder, or below those of its folders that match a pattern."""
    found = folder.glob(folders) if folders else [folder]
    try:
        return sum(file.stat().st_size for each in found for file in each.rglob("*") if file.is_file())
    except OSError:
        return None

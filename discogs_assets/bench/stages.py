"""Stages of a month: each is a layer of the asset graph, run as one Dagster run in a separate process."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dagster as dg

from discogs_assets.bench.dumps import Say
from discogs_assets.bench.figures import ALL_ASSETS, Figure, Role, make_figure
from discogs_assets.bench.measurement import Usage, measure
from discogs_assets.bench.sandbox import Home
from discogs_assets.definitions import defs
from discogs_assets.defs.assets.neo4j import STORE
from discogs_assets.defs.assets.postgres import TABLE
from discogs_assets.schema.changes import CHANGES
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.servers import json_state
from discogs_assets.servers.neo4j.store_directory import StoreDirectory

DOCUMENTS, RELATIONAL, OTHER = "documents", "relational tables", "other tables"
"""PostgreSQL's stages: tables of whole records, other Discogs tables, and tables not made from records alone."""

PARSED = ("dumps", "parquet")
"""Stages that other stages need."""

STAGES = (
    *PARSED,
    "quality",
    "changes",
    "graph",
    "insights",
    DOCUMENTS,
    RELATIONAL,
    OTHER,
    "neo4j",
    "search",
    "published",
)
"""All stages, in the order of the asset graph."""

SUMS = {"records": "dagster/partition_row_count", "unpacked": "unpacked_bytes", "written": "bytes"}
"""Fields of a figure that are summed over assets, with the metadata key of each."""

PARTS = {"copy_seconds": "COPY, summed over tables", "index_seconds": "indexes, summed over tables"}
"""Parts of a stage by the metadata key of their seconds per table; tables may be loaded in parallel."""


def list_assets() -> dict[str, list[str]]:
    """Return the asset keys of each stage, in the order of the asset graph."""
    graph = defs.resolve_asset_graph()
    found: dict[str, list[str]] = {name: [] for name in STAGES}
    for key in graph.toposorted_asset_keys:
        found[_find_stage(graph.get(key).group_name or "", *key.path[-2:])].append(key.to_user_string())
    return found


def _find_stage(group: str, source: str, name: str) -> str:
    if group != "postgres":
        return group
    if source != "discogs" or name == CHANGES.name:
        return OTHER
    return DOCUMENTS if name in {entity.name for entity in ENTITIES} else RELATIONAL


def measure_stages(
    home: Home, names: Sequence[str], say: Say, prepare: Iterable[tuple[str, Sequence[str]]] = ()
) -> list[Figure]:
    """Run stages of the measured month one by one, and return their figures.

    `prepare` are stages that run together before them, each time with the month's partition. Raises LoadError if one
    fails.
    """
    assets, releases = list_assets(), home.dumps.releases
    tasks: list[tuple[Role, Sequence[str], str]] = [("before", each, month) for month, each in prepare]
    tasks += [("ours", [name], home.dumps.partition) for name in names]
    usages = []
    for _, stages, partition in tasks:
        usages.append(home.materialise([key for name in stages for key in assets[name]], partition))
        say(f"  {releases:,} releases, {partition[:7]}, {', '.join(stages)}: {usages[-1].seconds:.1f} s")
    # Dagster takes the instance from environment variables, so a separate process reads the runs.
    runs, found = measure(read_runs, home.dagster)[1], list[Figure]()
    for (role, stages, _), usage, run in zip(tasks, usages, runs, strict=True):
        found += _compute_figures(releases, ", ".join(stages), role, usage, run)
    return found


@dataclass(frozen=True, slots=True)
class Run:
    """A run as recorded by Dagster: wall seconds, those of its steps, and by asset the metadata that is used here."""

    seconds: float
    steps: dict[str, float]
    assets: dict[str, dict[str, Any]]

    def list_values(self, key: str) -> list[Any]:
        """Return the values of a metadata key over all assets."""
        return [each[key] for each in self.assets.values() if key in each]


def read_runs(environment: Mapping[str, str]) -> list[Run]:
    """Return all runs of the Dagster instance that the variables name, oldest first."""
    os.environ.update(environment)
    with dg.DagsterInstance.get() as instance:
        return [_read_run(instance, record) for record in instance.get_run_records(ascending=True)]


def _read_run(instance: dg.DagsterInstance, record: dg.RunRecord) -> Run:
    name, assets = record.dagster_run.run_id, {}
    for entry in instance.all_logs(name, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        if made := entry.asset_materialization:
            values = {key: value.value for key, value in made.metadata.items()}
            assets[made.asset_key.to_user_string()] = {
                key: value for key, value in values.items() if isinstance(value, int | float) or key in (STORE, TABLE)
            }
    steps = instance.get_run_step_stats(name)
    seconds = {each.step_key: each.end_time - each.start_time for each in steps if each.start_time and each.end_time}
    return Run((record.end_time or 0.0) - (record.start_time or 0.0), seconds, assets)


def _compute_figures(releases: int, name: str, role: Role, usage: Usage, run: Run) -> Iterator[Figure]:
    stores = [StoreDirectory(Path(place)) for place in sorted(set(run.list_values(STORE)))]
    tables = sorted(run.list_values(TABLE))
    about = {"process_seconds": usage.seconds, "steps": run.steps, "assets": run.assets, "tables": tables}
    whole = replace(usage, seconds=run.seconds)
    sums = {field: sum(run.list_values(key)) for field, key in SUMS.items()}
    if stores:
        sums["written"] = sum(store.size for store in stores)
    yield make_figure(whole, releases, name, ALL_ASSETS, role, **sums, about=about)
    if role == "ours":
        # Without process start; several steps may run in parallel.
        parts = {"steps, summed": sum(run.steps.values())}
        parts |= {step: sum(values) for key, step in PARTS.items() if (values := run.list_values(key))}
        for store in stores:
            alone = float((json_state.read(store.imported) or {}).get("seconds", 0.0))
            parts |= {"import": alone, "indexes, counts, the rest": max(0.0, run.seconds - alone)}
        for step, seconds in parts.items():
            yield make_figure(Usage(seconds), releases, name, step, "part")

"""Stages of a month: each is a layer of the asset graph, run as one Dagster run in a separate process."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.bench import runs
from discogs_assets.bench.dumps import Say
from discogs_assets.bench.measuring.measurement import Measured
from discogs_assets.bench.measuring.results import WHOLE, Figure, Role, figure
from discogs_assets.bench.runs import Run
from discogs_assets.bench.sandbox import Home
from discogs_assets.definitions import LAYERS, defs
from discogs_assets.defs.assets.neo4j import STORE
from discogs_assets.defs.assets.postgres import TABLE
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.servers import json_state
from discogs_assets.servers.neo4j.neo4j_home import Store

POSTGRES, DOCUMENTS, RELATIONAL, BESIDE = "postgres", "documents", "relational tables", "tables beside"
"""PostgreSQL's layer, and its stages.

They are the tables of whole records, named after the entities, other Discogs tables, and tables of other sources.
"""

STEPS = "steps, summed"
"""The part of a stage spent in its steps, without process start; several steps may run in parallel."""

PARTS = {"copy_seconds": "COPY, summed over tables", "index_seconds": "indexes, summed over tables"}
"""Parts of a stage by the metadata key of their seconds per table; tables may be loaded in parallel."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Assets that run together, by their keys."""

    name: str
    keys: tuple[str, ...]

    @property
    def selection(self) -> str:
        """Asset selection in the syntax of Dagster's command line."""
        return " or ".join(f'key:"{key}"' for key in self.keys)


def stages(*names: str) -> list[Stage]:
    """Return the named stages of a month, or all of them, in the order of the asset graph."""
    groups: dict[str, list[str]] = {}
    graph = defs.resolve_asset_graph()
    for key in graph.toposorted_asset_keys:
        group = graph.get(key).group_name or ""
        groups.setdefault(_stage(group, *key.path[-2:]), []).append(key.to_user_string())
    order = [name for layer in LAYERS for name in _of_layer(layer.__name__.rpartition(".")[2])]
    return [Stage(name, tuple(groups[name])) for name in order if name in groups and (not names or name in names)]


def together(*names: str) -> Stage:
    """Return the named stages as one, to prepare a measurement."""
    return Stage(", ".join(names), tuple(key for stage in stages(*names) for key in stage.keys))


def _stage(group: str, source: str, name: str) -> str:
    if group != POSTGRES:
        return group
    if source != "discogs":
        return BESIDE
    return DOCUMENTS if name in {entity.name for entity in ENTITIES} else RELATIONAL


def _of_layer(name: str) -> Sequence[str]:
    return (DOCUMENTS, RELATIONAL, BESIDE) if name == POSTGRES else (name,)


@dataclass(frozen=True, slots=True)
class Ran:
    """A stage that was run for a month, and the measurement of its process."""

    stage: Stage
    role: Role
    took: Measured


def run(home: Home, stage: Stage, partition: str, role: Role, say: Say) -> Ran:
    """Run a stage for a month; raises LoadError if it fails."""
    took = home.materialise(stage.selection, partition)
    say(f"  {home.dumps.releases:,} releases, {partition[:7]}, {stage.name}: {took.seconds:.1f} s")
    return Ran(stage, role, took)


def figures(home: Home, ran: Sequence[Ran]) -> list[Figure]:
    """Return the figures of the stages, which must be all runs of the home, in order."""
    found = runs.read(home.dagster)
    return [each for one, said in zip(ran, found, strict=True) for each in _figures(home, one, said)]


def _figures(home: Home, ran: Ran, said: Run) -> Iterator[Figure]:
    releases, name = home.dumps.releases, ran.stage.name
    about = {
        "process_seconds": ran.took.seconds,
        "checks_passed": said.passed,
        "checks_failed": list(said.failed),
        "steps": said.steps,
        "assets": {key: each.numbers for key, each in said.made.items()},
        "tables": sorted(each.texts[TABLE] for each in said.made.values() if TABLE in each.texts),
    }
    yield figure(
        ran.took,
        releases,
        name,
        WHOLE,
        ran.role,
        seconds=said.seconds,
        records=round(said.total(runs.ROWS)),
        unpacked=round(said.total("unpacked_bytes")),
        written=_written(said),
        about=about,
    )
    if ran.role == "ours":
        for step, seconds in _parts(said).items():
            yield Figure(releases, name, step, "part", seconds=seconds)


def _written(said: Run) -> int:
    """Return the bytes on disk: the stores' own size if the stage made any, else the sum over its assets."""
    stores = _stores(said)
    return sum(store.size for store in stores) if stores else round(said.total(runs.BYTES))


def _parts(said: Run) -> dict[str, float]:
    """Return the seconds of a stage's parts, as far as its materialisations record them."""
    parts = {STEPS: sum(said.steps.values())}
    parts |= {step: said.total(key) for key, step in PARTS.items() if said.says(key)}
    for store in _stores(said):
        alone = float((json_state.read(store.imported) or {}).get("seconds", 0.0))
        parts |= {"import": alone, "indexes, counts, the rest": max(0.0, said.seconds - alone)}
    return parts


def _stores(said: Run) -> list[Store]:
    places = {each.texts[STORE] for each in said.made.values() if STORE in each.texts}
    return [Store(Path(place)) for place in sorted(places)]

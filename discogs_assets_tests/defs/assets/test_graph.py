"""Tests of `defs.assets.graph`: the sample with MusicBrainz and without, no server."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from discogs_assets.definitions import defs
from discogs_assets.defs import event_log, keys, metadata
from discogs_assets.defs.assets import neo4j
from discogs_assets.defs.checks import specs
from discogs_assets.defs.event_log import Materialised
from discogs_assets.sample import dumps, generator, months, musicbrainz
from discogs_assets.sample.generator import musicbrainz as counterparts
from discogs_assets.sample.generator.plan import Plan
from discogs_assets.schema import discogs
from discogs_assets.schema.graph import MUSICBRAINZ, NODES, RELATIONSHIPS
from discogs_assets.schema.musicbrainz import ARTISTS, ENTITIES
from discogs_assets.settings import Settings
from discogs_assets.stores.lake import local_lake
from discogs_assets.streams import parquet
from discogs_assets.streams.graph import integrity
from discogs_assets.streams.graph.files import Tables

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
MONTH = months.NOVEMBER
ACROSS = ("Artist", "Label", "Master", "Release", *MUSICBRAINZ)
"""The graph tables that MusicBrainz adds to."""

Run = Callable[..., None]


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance with a month of both sources, nothing of it taken."""
    dumps.write(tmp_path, MONTH)
    musicbrainz.write(tmp_path, MONTH)
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DISCOGS_DUMPS", str(tmp_path))
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", str(tmp_path / musicbrainz.FOLDER))
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def run(instance: dg.DagsterInstance) -> Run:
    """A run of the assets that a selection names, as far as the graph tables."""

    def materialise(selection: str) -> None:
        wanted = dg.AssetSelection.from_string(selection) & dg.AssetSelection.groups("dumps", "parquet", "graph")
        job = defs.resolve_implicit_global_asset_job_def()
        chosen = [*wanted.resolve(defs.resolve_asset_graph())]
        assert job.execute_in_process(QUIET, instance=instance, asset_selection=chosen, partition_key=MONTH).success

    return materialise


def tables() -> Tables:
    return neo4j.tables(local_lake.of(Settings()), MONTH)


def rows(name: str) -> pl.DataFrame:
    found = tables()
    return pl.concat([pl.read_parquet(file) for file in {**found.nodes, **found.relationships}[name]], how="diagonal")


def count_enriched() -> int:
    return sum(rows(name)[column].count() for name, column in _columns())


def _columns() -> Iterator[tuple[str, str]]:
    for name in ACROSS:
        yield name, "source" if name in MUSICBRAINZ else "mbid"


def find_materialisation(instance: dg.DagsterInstance, key: dg.AssetKey) -> Materialised:
    found = event_log.latest(instance, key, MONTH)
    assert found
    return found


@pytest.mark.slow
def test_a_month_is_sound_without_musicbrainz_and_enriched_once_it_is_there_again(
    instance: dg.DagsterInstance, run: Run, tmp_path: Path
) -> None:
    run("*")
    whole, first = count_enriched(), {name: rows(name) for name in ACROSS}
    assert whole > 80
    assert [*integrity.faults(tables())] == []

    shutil.rmtree(tmp_path / musicbrainz.FOLDER)
    for layer in ("dumps", "lake/parquet", "lake/quarantine"):
        shutil.rmtree(tmp_path / "home" / layer / "musicbrainz")
    run('key:"dumps/discogs/*"+')
    assert (count_enriched(), [*integrity.faults(tables())]) == (0, [])
    assert all(frame.columns == rows(name).columns for name, frame in first.items())
    assert rows("MEMBER_OF").height == first["MEMBER_OF"]["source"].null_count()

    run("*")
    held = find_materialisation(instance, keys.dump(ARTISTS))
    assert (held.metadata["available"].value, count_enriched()) == (False, 0)
    assert metadata.read_versions(find_materialisation(instance, keys.nodes("Artist")).metadata)[ARTISTS.title] == [
        "unavailable"
    ]
    results = event_log.results(instance, [specs.AVAILABLE[ARTISTS].key, specs.READ[ARTISTS].key], MONTH)
    assert [result.passed for result in results.values()] == [False, False]
    assert [result.refuses for result in results.values()] == [False, False]

    musicbrainz.write(tmp_path, MONTH)
    run('key:"dumps/musicbrainz/*"+')
    assert count_enriched() == whole
    assert all(rows(name).equals(frame) for name, frame in first.items())


@pytest.mark.slow
def test_a_broken_file_of_musicbrainz_leaves_its_part_out_and_blocks_nothing(
    instance: dg.DagsterInstance, run: Run, tmp_path: Path
) -> None:
    run('key:"dumps/*"')
    (held,) = (tmp_path / "home" / "dumps" / "musicbrainz" / "artist" / MONTH).glob("*.tar.xz")
    held.write_bytes(held.read_bytes()[:-100])
    run('key:"parquet/*" or key:"graph/*"')
    assert rows("Artist")["mbid"].count() == 0
    assert rows("Master")["mbid"].count() > 0
    assert [*integrity.faults(tables())] == []
    (result,) = event_log.results(instance, [specs.READ[ARTISTS].key], MONTH).values()
    assert not result.passed
    assert "not a whole" in result.description


def test_every_table_that_musicbrainz_adds_to_is_downstream_of_its_dumps() -> None:
    graph = defs.resolve_asset_graph()
    below = dg.AssetSelection.assets(*map(keys.dump, ENTITIES)).downstream().resolve(graph)
    assert {keys.GRAPH[name] for name in ACROSS} <= below
    stated = {each.type for each in RELATIONSHIPS if each.musicbrainz}
    assert {node.label for node in NODES if node.enriching} | stated == {*ACROSS}
    assert not below & {keys.dump(entity) for entity in specs.EVERY if entity not in ENTITIES}


@pytest.mark.slow
def test_what_musicbrainz_says_of_another_sources_ids_is_no_sound_graph(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("*")
    assert [*integrity.faults(tables())] == []
    others, plan = tmp_path / "others", Plan(60, months=1, first=MONTH)
    generator.write(others, plan)
    monkeypatch.setenv("DISCOGS_DUMPS", str(others))
    run('key:"dumps/discogs/*"+')
    assert "they were made from different sources of discogs" in [*integrity.faults(tables())]
    counterparts.write(others / "musicbrainz", plan)
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", str(others / "musicbrainz"))
    run('key:"dumps/musicbrainz/*"+')
    assert [*integrity.faults(tables())] == []
    held, told = local_lake.of(Settings()), generator.truth(others, MONTH)["records"]
    counts = {each.name: parquet.rows(held.files(keys.records(each).path, MONTH)) for each in discogs.ENTITIES}
    assert counts == {name: told[name] for name in counts}
    told = counterparts.truth(others / "musicbrainz", MONTH)
    for each in ENTITIES:
        assert parquet.rows(held.files(keys.records(each).path, MONTH)) == told[each.name]["records"]


@pytest.mark.parametrize("name", ["of another source", "without a note"])
def test_a_month_goes_on_without_files_of_musicbrainz_that_are_not_its_sources(
    name: str, run: Run, instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run('key:"dumps/*"')
    kept = [*tmp_path.glob("home/dumps/musicbrainz/*/*/source-*.txt")]
    assert len(kept) == len(ENTITIES)
    if name == "without a note":
        for each in kept:
            each.unlink()
    (tmp_path / "none").mkdir()
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", str(tmp_path / "none"))
    run('key:"parquet/musicbrainz/artist"')
    (found,) = (event_log.latest(instance, keys.records(each), MONTH) for each in ENTITIES if each.name == "artist")
    assert found
    assert found.number("dagster/partition_row_count") == 0
    assert "materialise dumps/musicbrainz/* from there" in found.text("why")

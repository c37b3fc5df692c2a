"""Tests of `defs.assets.postgres`, on the sample's newer month."""

import shutil
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from discogs_assets.definitions import defs
from discogs_assets.defs import event_log, keys, metadata
from discogs_assets.defs.assets.postgres import TABLE, loads
from discogs_assets.defs.checks import specs as checks
from discogs_assets.defs.resources import Platform
from discogs_assets.sample import generator
from discogs_assets.sample.generator import Plan
from discogs_assets.schema.backends import sql
from discogs_assets.schema.changes import CHANGES
from discogs_assets.schema.child_tables import RELATIONS, Relation
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.musicbrainz_tables import EXTERNAL_LINKS, RELATIONSHIPS, SHEETS
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.postgres.loads import Postgres
from discogs_assets.streams import parquet
from discogs_assets.streams.graph import enrichment
from discogs_assets.streams.postgres import child_rows
from discogs_assets_tests.fix_musicbrainz import files, record
from discogs_assets_tests.fix_project import LOADED, Project
from discogs_assets_tests.test_end_to_end import execute

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=lambda relation: relation.name)
def test_readers_find_a_row_for_every_repeated_element(relation: Relation, project: Project) -> None:
    files = project.lake.files(keys.records(relation.entity).path, LOADED)
    expected = [row for frame in child_rows.frames(relation, files) for row in frame.iter_rows(named=True)]
    columns = ", ".join(column.name for column in sql.stored_columns(relation))
    found = project.postgres.ask(f"SELECT {columns} FROM {relation.name} ORDER BY {', '.join(relation.key)}")
    assert found == sorted(expected, key=lambda row: tuple(row[name] for name in relation.key))


def test_a_table_of_musicbrainz_that_cannot_be_loaded_is_left_out_alone(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path))
    monkeypatch.setenv("DISCOGS_POSTGRES_URL", postgres.url)
    twice = files(tmp_path / "made", artist=[record(1), record(2)])
    records = twice["musicbrainz/artist"][0]
    pl.concat([pl.read_parquet(records)] * 2).write_parquet(records)
    found = {keys.rows(sheet): twice.get(f"musicbrainz/{keys.rows(sheet).path[-1]}") for sheet in SHEETS}
    found |= {keys.rows(RELATIONSHIPS): twice[enrichment.RELATIONS], keys.rows(EXTERNAL_LINKS): twice["links"]}
    for key, made in found.items():
        with Lake(tmp_path / "lake").writing(key.path, LOADED) as folder:
            for file in made or []:
                shutil.copy(file, folder / parquet.FILE)
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.materialize(
            [loads("musicbrainz", SHEETS)], partition_key=LOADED, instance=instance, resources={"platform": Platform()}
        )
    assert run.success
    failed = {each.asset_key for each in run.get_asset_check_evaluations() if not each.passed}
    assert failed == {keys.table(SHEETS[0])}
    results = [event.step_materialization_data.materialization for event in run.get_asset_materialization_events()]
    addresses = {each.metadata["dagster/uri"].value for each in results if "dagster/uri" in each.metadata}
    assert addresses == {postgres.safe_url}
    (told,) = (each for each in run.get_asset_check_evaluations() if each.asset_key == keys.table(SHEETS[0]))
    assert "duplicate primary key (mbid)" in str(told.description)


def test_changes_of_all_months_in_the_lake_are_one_table(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(300, months=3, first="2026-08-01")
    generator.write(tmp_path / "dumps", plan)
    for name, value in (("HOME", tmp_path), ("DUMPS", tmp_path / "dumps"), ("POSTGRES_URL", postgres.url)):
        monkeypatch.setenv(f"DISCOGS_{name}", str(value))
    selected = [name(entity) for entity in ENTITIES for name in (keys.dump, keys.records, keys.changes)]
    job = defs.resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        for partition in plan.partitions:
            job.execute_in_process(QUIET, instance=instance, asset_selection=selected, partition_key=partition)
        job.execute_in_process(
            QUIET, instance=instance, asset_selection=[keys.table(CHANGES)], partition_key=plan.partitions[-1]
        )
        made = event_log.latest(instance, keys.table(CHANGES), plan.partitions[-1])
        assert event_log.results(instance, [checks.ROWS[CHANGES].key], plan.partitions[-1])[
            checks.ROWS[CHANGES].key
        ].passed
    assert made
    assert all(len(digests) == 1 for digests in metadata.read_versions(made.metadata).values())
    postgres.publish({CHANGES: made.text(TABLE)})
    for partition in plan.partitions[1:]:
        for entity, truth in generator.truth(tmp_path / "dumps", partition)["changes"].items():
            where = f"month = '{partition[:7]}' AND entity = '{entity}'"
            found = postgres.ask(f"SELECT change, count(DISTINCT id) AS n FROM changes WHERE {where} GROUP BY 1")
            assert {each["change"]: each["n"] for each in found} == {
                kind: len(truth[kind]) for kind in ("added", "changed", "removed") if truth[kind]
            }
    assert not postgres.ask("SELECT 1 FROM changes WHERE before = after OR month = '2026-08'")


def test_a_table_that_is_made_again_costs_that_table(project: Project, instance: dg.DagsterInstance) -> None:
    def made() -> dict[str, str]:
        found = {name: event_log.latest(instance, keys.table(table), LOADED) for name, table in RELATIONS.items()}
        return {name: each.text(TABLE) for name, each in found.items() if each}

    before, published = made(), project.postgres.read_published_loads()
    assert execute(instance, keys.table(RELATIONS["tracks"]), partition=LOADED)
    after = made()
    assert {name for name in after if after[name] != before[name]} == {"tracks"}
    assert project.postgres.read_published_loads() == published
    assert execute(instance, keys.published_month("postgres"), partition=LOADED)
    assert project.postgres.read_published_loads() == {**published, "discogs.tracks": after["tracks"]}


def test_the_columns_say_what_they_are(project: Project) -> None:
    (found,) = project.postgres.ask("SELECT col_description('discogs.release_labels'::regclass, 6) AS doc")
    assert "Letters and digits" in found["doc"]

"""Tests of `defs.assets.changes`: the sample's months, without a server."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from discogs_assets.cli import app
from discogs_assets.definitions import defs
from discogs_assets.defs import event_log, keys, targets
from discogs_assets.defs.checks import specs
from discogs_assets.defs.event_log import Checked, Materialised
from discogs_assets.sample import generator
from discogs_assets.sample.generator.plan import Plan
from discogs_assets.schema.discogs import ENTITIES, LABELS
from discogs_assets.settings import Settings
from discogs_assets.stores.lake import local_lake

pytestmark = pytest.mark.slow

PLAN = Plan(300, months=3, first="2026-08-01")
FIRST, SECOND, THIRD = PLAN.partitions
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
KEY = keys.changes(LABELS)


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three months of dumps."""
    folder = tmp_path_factory.mktemp("dumps")
    generator.write(folder, PLAN)
    return folder


@pytest.fixture
def instance(dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance with three months of dumps, none of them read."""
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DISCOGS_DUMPS", str(dumps))
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def load(instance: dg.DagsterInstance, partition: str) -> Materialised:
    """The labels of a month, from the dump to the changes."""
    selected = [keys.dump(LABELS), keys.records(LABELS), KEY]
    job = defs.resolve_implicit_global_asset_job_def()
    job.execute_in_process(QUIET, instance=instance, asset_selection=selected, partition_key=partition)
    found = event_log.latest(instance, KEY, partition)
    assert found
    return found


def read_check(instance: dg.DagsterInstance, partition: str) -> Checked:
    return event_log.results(instance, [specs.CURRENT[LABELS].key], partition)[specs.CURRENT[LABELS].key]


def test_months_are_compared_with_the_newest_older_one_in_the_lake(
    instance: dg.DagsterInstance, dumps: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = load(instance, FIRST), load(instance, SECOND)
    whole, truth = (generator.truth(dumps, each) for each in (FIRST, SECOND))
    assert first.number("added") == whole["records"]["labels"] == first.number("dagster/partition_row_count")
    assert (first.text("compared_with"), "every record counts as added" in first.text("compared")) == ("nothing", True)
    assert second.text("compared_with") == FIRST
    assert second.metadata["compared_with_dump_versions"].value == metadata_of(first)
    kinds = {kind: len(truth["changes"]["labels"][kind]) for kind in ("added", "changed", "removed")}
    assert {kind: second.number(kind) for kind in kinds} == kinds
    assert second.number("unchanged") == truth["records"]["labels"] - kinds["added"] - kinds["changed"]
    assert read_check(instance, FIRST).passed
    assert read_check(instance, SECOND).passed
    rows = pl.read_parquet(local_lake.of(Settings()).files(KEY.path, SECOND))
    columns = rows["columns"].explode().drop_nulls().value_counts().rows()
    assert {name: second.number(f"changed/{name}") for name, _ in columns} == dict(columns)

    app(["changes", SECOND[:7]], result_action="return_value")
    out, err = capsys.readouterr()
    assert out.splitlines()[1].split() == ["labels", FIRST[:7], *map(str, kinds.values())]
    assert "not materialised: artists, masters, releases" in err
    app(["changes", SECOND[:7], "--entity", "labels", "--limit", "2"], result_action="return_value")
    out, err = capsys.readouterr()
    assert [int(line.split()[0]) for line in out.splitlines()[1:]] == rows["id"].to_list()[:2]
    assert f"2 of {len(rows):,}; more with --limit" in err


def metadata_of(made: Materialised) -> object:
    return made.metadata["dump_versions"].value


def test_a_gap_is_said_and_a_month_that_fills_it_makes_its_successor_stale(instance: dg.DagsterInstance) -> None:
    load(instance, FIRST)
    third = load(instance, THIRD)
    assert third.text("compared_with") == FIRST
    assert f"not in the lake: {SECOND[:7]}" in third.text("compared")
    assert read_check(instance, THIRD).passed
    load(instance, SECOND)
    stale = read_check(instance, THIRD)
    assert (stale.passed, read_check(instance, SECOND).passed) == (False, True)
    assert f"stale: compared with {FIRST}, but the newest older month is {SECOND}" in stale.description
    assert load(instance, THIRD).text("compared_with") == SECOND
    assert read_check(instance, THIRD).passed


def test_a_month_loaded_again_from_another_dump_makes_its_successor_stale(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for partition in (FIRST, SECOND, FIRST):
        load(instance, partition)
    assert read_check(instance, SECOND).passed
    generator.write(tmp_path / "others", Plan(300, seed=8, months=1, first="2026-08-01"))
    monkeypatch.setenv("DISCOGS_DUMPS", str(tmp_path / "others"))
    load(instance, FIRST)
    assert not read_check(instance, SECOND).passed
    assert "another dump has been loaded since" in read_check(instance, SECOND).description


def test_nothing_waits_for_changes() -> None:
    assert not any(spec.blocking or spec in specs.ALL for spec in specs.CURRENT.values())
    assert not {keys.changes(entity) for entity in ENTITIES} & set(targets.required_assets(Settings()))

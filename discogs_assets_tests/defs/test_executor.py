"""Tests of `defs.executor`."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from discogs_assets.definitions import defs
from discogs_assets.defs import keys
from discogs_assets.defs.assets import insights
from discogs_assets.defs.executor import SMALL, by_size, choose_executor, select_executor
from discogs_assets.errors import SettingError
from discogs_assets.sample import months
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.settings import Settings
from discogs_assets.stores.lake import local_lake
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.postgres.loads import Postgres
from discogs_assets_tests.fix_project import Project

OCTOBER, NOVEMBER = months.PARTITIONS

CHAIN = " or ".join(f'key:"{layer}/discogs/labels"' for layer in ("dumps", "parquet", "postgres"))
"""Steps that hand an entity on from the dump through the lake to the server."""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

another = dg.multiprocess_executor.configured({"max_concurrent": 2}, name="another")


def test_small_data_is_worked_on_in_one_process(tmp_path: Path) -> None:
    assert choose_executor(Settings()) == "in_process"
    assert select_executor(Settings()) is by_size


@pytest.mark.parametrize("target", ["nowhere", "discogs_20261101_artists.xml.gz", "missing/discogs.xml.gz"])
def test_a_link_that_leads_nowhere_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.setenv("DISCOGS_DUMPS", str(tmp_path))
    (tmp_path / "discogs_20261101_artists.xml.gz").symlink_to(target)
    assert choose_executor(Settings()) == "in_process"
    with (tmp_path / "discogs_20261101_releases.xml.gz").open("wb") as file:
        file.truncate(SMALL)
    assert choose_executor(Settings()) == "multiprocess"


def test_the_executor_of_the_settings_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOGS_EXECUTOR", "multiprocess")
    assert (choose_executor(Settings()), select_executor(Settings())) == ("multiprocess", by_size)
    monkeypatch.setenv("DISCOGS_EXECUTOR", f"{__name__}.another")
    assert select_executor(Settings()) is another


@pytest.mark.parametrize(
    ("name", "said"),
    [("nobody.has_this", "No module named 'nobody'. Install it"), ("dagster.asset", "no executor of Dagster's called")],
)
def test_a_name_of_no_executor_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    monkeypatch.setenv("DISCOGS_EXECUTOR", name)
    with pytest.raises(SettingError, match=said):
        select_executor(Settings())


def tables(held: Lake) -> Iterator[tuple[str, pl.DataFrame]]:
    """November of every asset, file by file."""
    made = [each(entity).path for entity in ENTITIES for each in (keys.records, keys.changes, keys.quality)]
    paths = [*made, *(keys.quarantine(entity) for entity in ENTITIES)]
    for path in (*paths, *(key.path for key in (*keys.GRAPH.values(), *insights.ANSWERS))):
        for file in held.files(path, NOVEMBER):
            yield f"{'/'.join(path)}/{file.name}", pl.read_parquet(file)


def documents(postgres: Postgres, table: str) -> object:
    """The rows of a load, digested."""
    return postgres.ask(f"SELECT count(*) AS n, md5(string_agg(t::text, '' ORDER BY id)) FROM {table} t")


@pytest.fixture
def machine(
    bucket: str, s3_endpoint: str, project: Project, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Project]:
    """A folder of that name with nothing in it, and everything that is shared in the environment."""
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "dagster.yaml").touch()
    for name, value in {
        "DAGSTER_HOME": str(tmp_path / "records"),
        "DISCOGS_LAKE": f"s3://{bucket}/lake",
        "DISCOGS_DUMPS": str(project.home / "sample"),
        "DISCOGS_MUSICBRAINZ": str(project.home / "sample" / "musicbrainz"),
        "DISCOGS_POSTGRES_URL": postgres.url,
    }.items():
        monkeypatch.setenv(name, value)

    def made(name: str) -> Project:
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        return Project(tmp_path / name)

    return made


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_steps_in_processes_and_on_machines_of_their_own_make_what_one_machine_makes(
    machine: Callable[[str], Project], project: Project, postgres: Postgres
) -> None:
    one, shared = machine("one"), local_lake.of(Settings())
    for path in (keys.records(entity).path for entity in ENTITIES):
        with shared.writing(path, OCTOBER) as folder:
            for file in project.lake.files(path, OCTOBER):
                shutil.copy(file, folder)
    with project.hold_sample():
        done = one.materialise(CHAIN, NOVEMBER, **os.environ, DISCOGS_EXECUTOR="multiprocess")
        assert done.returncode == 0, done.stderr[-5000:]
        assert "Executing steps using multiprocess executor" in done.stderr
        other = machine("other")
        with dg.DagsterInstance.get() as instance:
            layers = dg.AssetSelection.groups("dumps", "parquet", "quality", "changes", "graph", "insights")
            left = layers - dg.AssetSelection.from_string(CHAIN)
            selected = left.resolve(defs.resolve_asset_graph())
            job = defs.resolve_implicit_global_asset_job_def()
            assert job.execute_in_process(
                QUIET, instance=instance, asset_selection=[*selected], partition_key=NOVEMBER
            ).success
    for each in (one, other):
        assert [path.name for path in each.home.iterdir()] == ["staged"], "all else would be missed elsewhere"
    here, there = dict(tables(project.lake)), dict(tables(local_lake.of(Settings())))
    assert there.keys() == here.keys()
    for name, expected in here.items():
        assert_frame_equal(there[name], expected)
    shown = project.postgres.read_published_loads()["discogs.labels"]
    (loaded,) = postgres.ask(
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables "
        "WHERE tablename ~ '^labels__' AND schemaname ~ '^discogs'"
    )
    assert documents(postgres, str(loaded["name"])) == documents(project.postgres, shown)

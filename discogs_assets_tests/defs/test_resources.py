"""Tests of `defs.resources`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from discogs_assets.defs import resources
from discogs_assets.defs.resources import Platform
from discogs_assets.settings import Settings


@dg.asset
def keep(platform: Platform) -> int:
    """Ask for settings and stores several times, as assets do."""
    assert platform.lake.root == platform.connections.lake.root == Path(platform.settings.lake_address)
    assert platform.archive is platform.archive
    return platform.settings.keep


@dg.sensor(job_name="keeping")
def keep_sensor(context: dg.SensorEvaluationContext, platform: Platform) -> dg.SkipReason:
    """Tell the setting."""
    return dg.SkipReason(str(platform.settings.keep))


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings that resources have read so far."""
    found: list[Settings] = []

    def read() -> Settings:
        found.append(Settings())
        return found[-1]

    monkeypatch.setattr(resources, "Settings", read)
    return found


@pytest.fixture
def definitions() -> dg.Definitions:
    """Definitions loaded once, as in a daemon."""
    job = dg.define_asset_job("keeping", [keep])
    return dg.Definitions([keep], jobs=[job], sensors=[keep_sensor], resources={"platform": Platform()})


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def _run(definitions: dg.Definitions, instance: dg.DagsterInstance) -> int:
    done = definitions.resolve_job_def("keeping").execute_in_process(instance=instance)
    return int(done.output_for_node("keep"))


def _tick(definitions: dg.Definitions, instance: dg.DagsterInstance) -> int:
    repository = definitions.get_repository_def()
    with dg.build_sensor_context(instance, repository_def=repository, resources=definitions.resources) as context:
        return int(repository.get_sensor_def("keep_sensor").evaluate_tick(context).skip_message or 0)


@pytest.mark.parametrize("use", [_run, _tick], ids=["run", "tick"])
def test_settings_are_read_once_per_use_and_again_by_the_next_one(
    use: Callable[[dg.Definitions, dg.DagsterInstance], int],
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    built: list[Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, value in enumerate((3, 7), start=1):
        (tmp_path / ".env").write_text(f"DISCOGS_KEEP={value}\n")
        assert use(definitions, instance) == value
        assert len(built) == number

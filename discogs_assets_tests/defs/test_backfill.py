"""Tests of `defs.backfill`: which months of a backfill stop at Parquet, and that this is on record."""

import time
from collections.abc import Collection, Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.execution.backfill import PartitionBackfill

from discogs_assets.definitions import defs
from discogs_assets.defs import backfill, keys
from discogs_assets.defs.assets import dumps, neo4j, postgres, published
from discogs_assets.defs.partitions import monthly
from discogs_assets.defs.resources import Platform
from discogs_assets.sample import months, musicbrainz

# Dagster's own way of making a backfill uses what Dagster has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Function `AssetSelection.sources`:DeprecationWarning")

SEPTEMBER, OCTOBER, NOVEMBER = "2026-09-01", "2026-10-01", "2026-11-01"


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance, and servers that show October."""
    monkeypatch.setattr(Platform, "read_published_partitions", lambda self: {OCTOBER})
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def tags(instance: dg.DagsterInstance, asked: Collection[str]) -> dict[str, str]:
    """The tags of a run that is one of a backfill of these months, as the UI has it made; none, none."""
    if not asked:
        return {}
    made = PartitionBackfill.from_asset_partitions(
        backfill_id="abcdefgh",
        asset_graph=defs.resolve_asset_graph(),
        partition_names=[*asked],
        asset_selection=[*keys.TABLES.values(), *keys.IMPORTED.values()],
        backfill_timestamp=time.time(),
        tags={},
        dynamic_partitions_store=instance,
        all_partitions=False,
        title=None,
        description=None,
        run_config=None,
    )
    instance.add_backfill(made)
    return {"dagster/backfill": made.backfill_id}


@pytest.mark.parametrize(
    ("asked", "month", "history", "stops"),
    [
        ([SEPTEMBER, OCTOBER, NOVEMBER], SEPTEMBER, "", True),
        ([SEPTEMBER, OCTOBER, NOVEMBER], OCTOBER, "", True),
        ([SEPTEMBER, OCTOBER, NOVEMBER], NOVEMBER, "", False),
        ([SEPTEMBER, OCTOBER], OCTOBER, "", False),
        (["2026-08-01", SEPTEMBER], SEPTEMBER, "", True),
        (["2026-08-01", SEPTEMBER], SEPTEMBER, "1", False),
        ([SEPTEMBER], SEPTEMBER, "", False),
        ([], SEPTEMBER, "", False),
    ],
)
def test_what_is_older_than_the_month_shown_or_another_asked_for_stops_at_parquet(
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    asked: list[str],
    month: str,
    history: str,
    stops: bool,
) -> None:
    monkeypatch.setenv("DISCOGS_LOAD_HISTORY", history)
    found = []

    @dg.asset(partitions_def=monthly)
    def loaded(context: dg.AssetExecutionContext) -> None:
        found.append(backfill.stops_at_parquet(context, Platform()))

    dg.materialize([loaded], partition_key=month, instance=instance, tags=tags(instance, asked))
    assert found == [stops]


@pytest.mark.parametrize(
    ("asked", "month", "history", "taken"),
    [
        ([SEPTEMBER, OCTOBER], SEPTEMBER, "", False),
        ([SEPTEMBER, OCTOBER], OCTOBER, "", True),
        ([SEPTEMBER, OCTOBER], SEPTEMBER, "1", True),
        ([], SEPTEMBER, "", True),
    ],
)
def test_the_newest_month_of_a_backfill_alone_is_given_musicbrainz(
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    asked: list[str],
    month: str,
    history: str,
    taken: bool,
) -> None:
    musicbrainz.write(tmp_path, months.OCTOBER)
    for name, value in (("LOAD_HISTORY", history), ("HOME", tmp_path), ("MUSICBRAINZ", tmp_path / musicbrainz.FOLDER)):
        monkeypatch.setenv(f"DISCOGS_{name}", str(value))
    done = dg.materialize(
        [dumps.run],
        partition_key=month,
        instance=instance,
        tags=tags(instance, asked),
        resources={"platform": Platform()},
    )
    (made, *_) = done.asset_materializations_for_node("dumps__musicbrainz")
    assert made.metadata["available"].value is taken
    assert taken or "2026-10 alone is given MusicBrainz" in str(made.metadata["why"].value)


def test_nothing_is_loaded_or_shown_then_and_every_asset_says_why(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Platform) -> None:
        raise AssertionError("a server was asked for")

    for name in ("postgres", "graph", "lake"):
        monkeypatch.setattr(Platform, name, refuse if name == "postgres" else property(refuse))
    done = dg.materialize(
        [*postgres.assets, *neo4j.assets, *published.assets],
        partition_key=SEPTEMBER,
        instance=instance,
        tags=tags(instance, [SEPTEMBER, OCTOBER]),
        resources={"platform": Platform()},
    )
    assert done.success
    assert done.get_asset_materialization_events() == []
    assert {event.step_key for event in done.all_events if event.is_step_skipped} == {
        "published",
        "published__insights",
    }
    for key in (*keys.TABLES.values(), *keys.IMPORTED.values()):
        (seen,) = instance.fetch_observations(dg.AssetRecordsFilter(key, asset_partitions=[SEPTEMBER]), 1).records
        said = str(seen.event_log_entry.asset_observation)
        assert "2026-09 stops at Parquet and is not loaded: it is one of 2 months of a backfill" in said

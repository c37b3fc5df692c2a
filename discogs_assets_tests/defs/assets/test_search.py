"""Tests of `defs.assets.search`: the sample's newer month, without a server."""

from pathlib import Path

import dagster as dg
import pytest

from discogs_assets.definitions import defs
from discogs_assets.defs import event_log, keys, targets
from discogs_assets.defs.assets import search
from discogs_assets.defs.checks import specs
from discogs_assets.sample import dumps, months
from discogs_assets.schema.search_index import ENTITIES
from discogs_assets.settings import Settings
from discogs_assets.stores.lake import local_lake
from discogs_assets.stores.search.index_reader import SearchIndex
from discogs_assets.stores.search.loads import SearchLoads

MONTH = months.NOVEMBER
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""The console's log says nothing."""


def materialise(instance: dg.DagsterInstance, *selected: dg.AssetKey) -> dg.ExecuteInProcessResult:
    job = defs.resolve_implicit_global_asset_job_def()
    return job.execute_in_process(
        QUIET, instance=instance, asset_selection=selected, partition_key=MONTH, raise_on_error=False
    )


def test_the_index_of_a_month_holds_every_record_and_passes_its_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dumps.write(tmp_path / "dumps", MONTH)
    for name, value in {"HOME": tmp_path, "DUMPS": tmp_path / "dumps", "MUSICBRAINZ": "off"}.items():
        monkeypatch.setenv(f"DISCOGS_{name}", str(value))
    needed = defs.resolve_asset_graph()
    ancestors = {key for index in keys.SEARCH.values() for key in needed.get_ancestor_asset_keys(index)}
    with dg.DagsterInstance.ephemeral() as instance:
        assert materialise(instance, *ancestors, *keys.SEARCH.values()).success
        found = {name: event_log.latest(instance, key, MONTH) for name, key in keys.SEARCH.items()}
        checked = event_log.results(instance, [spec.key for spec in specs.DOCUMENTS.values()], MONTH)
    assert {key.asset_key: each.passed for key, each in checked.items()} == dict.fromkeys(keys.SEARCH.values(), True)
    loads = SearchLoads(tmp_path / "search", local_lake.of(Settings()))
    builds = {name: each.text(search.BUILD) for name, each in found.items() if each}
    index = SearchIndex.open(loads.take(loads.identify(MONTH[:7], builds)))
    assert index.documents == {name: each.number(event_log.ROWS) for name, each in found.items() if each}
    assert all(index.documents[entity] > 10 for entity in ENTITIES)
    hit = index.search("kind of blue", ["releases", "masters"]).hits[0]
    assert (hit.name, hit.subtitle, hit.genres) == ("Kind Of Blue", "Miles Davis", ("Jazz",))
    assert index.complete("the beat", "artists")[0].name == "The Beatles"


def test_indexes_are_built_and_published_only_if_search_is_a_target(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {*keys.SEARCH.values()} <= {*targets.required_assets(Settings())}
    monkeypatch.setenv("DISCOGS_TARGETS", "documents,neo4j")
    without = Settings()
    assert {*keys.SEARCH.values()}.isdisjoint(targets.required_assets(without))
    assert not any(targets.is_chosen(key, without) for key in (*keys.SEARCH.values(), keys.published_month("search")))
    monkeypatch.setenv("DISCOGS_TARGETS", "search")
    assert targets.required_assets(Settings()) == (*keys.SEARCH.values(),)
    assert targets.is_chosen(keys.published_month("search"), Settings())

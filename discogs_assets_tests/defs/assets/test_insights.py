"""Tests of `defs.assets.insights`: the sample's newer month, without a server."""

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import dagster as dg
import polars as pl
import pytest
from lxml import etree

from discogs_assets.definitions import defs
from discogs_assets.defs import event_log, keys, metadata, targets
from discogs_assets.defs.assets import insights
from discogs_assets.defs.event_log import Computed, Materialised
from discogs_assets.sample import dumps, months
from discogs_assets.schema import musicbrainz
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.insights import ARTIST_CENTRALITY, COMPUTATION_LOG, INSIGHTS, RELEASE_RARITY
from discogs_assets.settings import Settings
from discogs_assets.stores.lake import local_lake
from discogs_assets.streams import parquet
from discogs_assets.streams.insights.registry import find_insight

pytestmark = pytest.mark.slow

MONTH = months.NOVEMBER
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
KEYS = [keys.insight(sheet.name) for sheet in INSIGHTS]
GRAPH = defs.resolve_asset_graph()
SHEETS = pytest.mark.parametrize("sheet", INSIGHTS, ids=lambda sheet: sheet.name)


def find_materialisation(instance: dg.DagsterInstance, key: dg.AssetKey) -> Materialised:
    found = event_log.latest(instance, key, MONTH)
    assert found is not None
    return found


def rows(sheet: Sheet) -> pl.DataFrame:
    return pl.read_parquet(local_lake.of(Settings()).files(keys.insight(sheet.name).path, MONTH))


def materialise(instance: dg.DagsterInstance, *selected: dg.AssetKey) -> dg.ExecuteInProcessResult:
    job = defs.resolve_implicit_global_asset_job_def()
    return job.execute_in_process(
        QUIET, instance=instance, asset_selection=selected, partition_key=MONTH, raise_on_error=False
    )


def out_of_ink(drawn: object) -> bytes:
    raise dg.Failure("there is no ink", allow_retries=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("insights")


@pytest.fixture(autouse=True)
def _settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(folder / "home"))
    monkeypatch.setenv("DISCOGS_DUMPS", str(folder / "sample"))


@pytest.fixture(scope="module")
def instance(folder: Path) -> Iterator[dg.DagsterInstance]:
    """An instance in which all insights of the month have been computed."""
    upstream = dg.AssetSelection.assets(*KEYS).upstream().resolve(GRAPH)
    with dg.DagsterInstance.ephemeral() as instance:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DISCOGS_HOME", str(folder / "home"))
            patch.setenv("DISCOGS_DUMPS", str(folder / "sample"))
            dumps.write(folder / "sample", MONTH)
            assert materialise(instance, *upstream).success
        yield instance


@SHEETS
def test_an_insight_says_what_it_is_what_its_columns_mean_and_how_it_looks(
    sheet: Sheet, instance: dg.DagsterInstance
) -> None:
    key = keys.insight(sheet.name)
    assert GRAPH.get(key).description == sheet.doc
    assert GRAPH.get(key).group_name == "insights"
    said, found = find_materialisation(instance, key), rows(sheet)
    assert found.schema == pl.Schema(arrow.sheet(sheet))
    assert said.number(event_log.ROWS) == len(found) > 0
    assert said.number("bytes") > 0
    assert float(said.text("seconds")) > 0
    columns = said.metadata["dagster/column_schema"].value.columns
    assert {each.name: each.description for each in columns} == {each.name: each.doc for each in sheet.fields}
    assert said.text("preview").startswith("|")
    (picture,) = re.findall(r"^!\[[^]]+\]\(data:image/svg\+xml;base64,(\S+)\)$", said.text("plot"))
    # The UI shows Markdown of less than 1,000 characters without a click.
    assert re.fullmatch(r"!\[[^]]+\]\(data:image/svg\+xml;base64,\S+\)", said.text("sketch"))
    assert len(said.text("sketch")) < 1000
    drawn = etree.fromstring(base64.b64decode(picture))
    assert (drawn.get("width"), drawn.get("height")) == ("640", "360")


@SHEETS
def test_the_key_of_a_sheet_tells_its_rows_and_is_never_null(sheet: Sheet, instance: dg.DagsterInstance) -> None:
    found = rows(sheet)
    assert found.select(sheet.key).n_unique() == len(found)
    assert found.select(sheet.key).null_count().sum_horizontal().item() == 0


@SHEETS
def test_an_insight_is_stamped_with_the_dumps_of_all_that_it_reads(sheet: Sheet, instance: dg.DagsterInstance) -> None:
    above = dg.AssetSelection.assets(keys.insight(sheet.name)).upstream().resolve(GRAPH)
    dumped = {entity.title for entity in (*ENTITIES, *musicbrainz.ENTITIES) if keys.dump(entity) in above}
    stated = metadata.read_versions(find_materialisation(instance, keys.insight(sheet.name)).metadata)
    entities = {name for name in stated if not name.endswith(parquet.SOURCE)}
    assert {name for name in dumped if "/" not in name} <= entities <= dumped
    assert all(len(sums) == 1 for sums in stated.values())


def test_insights_read_records_and_graph_alone_and_nothing_waits_for_them() -> None:
    for key in KEYS:
        node = GRAPH.get(key)
        wanted = {"insights"} if key == KEYS[-1] else {"parquet", "graph"}
        assert {parent.path[0] for parent in node.parent_keys} <= wanted
        assert {child for child in node.child_keys if child.path[0] not in ("insights", "postgres")} == set()
    assert GRAPH.get(KEYS[-1]).parent_keys == {*KEYS[:-1]}
    assert not {*KEYS} & {*targets.required_assets(Settings())}


def test_the_log_says_what_every_run_did_also_one_that_failed(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = keys.insight(COMPUTATION_LOG.name)
    first = rows(COMPUTATION_LOG)
    assert first["insight"].to_list() == [sheet.name for sheet in INSIGHTS[:-1]]
    assert {*first["status"]} == {"SUCCESS"}
    assert {*first["code_version"]} == {insights.LAYER.code_version}
    assert dict(first.select("insight", "rows").rows()) == {sheet.name: len(rows(sheet)) for sheet in INSIGHTS[:-1]}
    for started, ended, seconds in first.select("started", "ended", "seconds").rows():
        between = datetime.fromisoformat(ended) - datetime.fromisoformat(started)
        assert seconds == pytest.approx(between.total_seconds(), abs=0.002)
    failing, good = keys.insight(RELEASE_RARITY.name), keys.insight(ARTIST_CENTRALITY.name)
    with monkeypatch.context() as broken:
        broken.setattr(insights, "svg", out_of_ink)
        refused = materialise(instance, failing)
    assert not refused.success
    again = materialise(instance, good, log)
    assert again.success
    found = rows(COMPUTATION_LOG)
    assert found.select("insight", "run_id", "status", "rows").rows() == [
        (ARTIST_CENTRALITY.name, again.run_id, "SUCCESS", len(rows(ARTIST_CENTRALITY))),
        (RELEASE_RARITY.name, refused.run_id, "FAILURE", None),
        *first.select("insight", "run_id", "status", "rows").rows(),
    ]


def test_a_step_that_has_not_ended_has_no_seconds() -> None:
    key = keys.insight(RELEASE_RARITY.name)
    found = insights.log([Computed(key, "r", "IN_PROGRESS", 1_000_000_000.5, None)])
    assert found.rows() == [("release_rarity", "r", "IN_PROGRESS", "2001-09-09T01:46:40.500Z", None, None, None, None)]
    assert not insights.durations(found).bars


def test_anniversaries_are_those_that_the_settings_name() -> None:
    asked = insights.apply_settings(find_insight("monthly_anniversaries"), Settings(anniversaries="7,77"))
    assert cast("partial[Any]", asked.rows).args == ((7, 77),)
    assert insights.apply_settings(find_insight("label_longevity"), Settings()) is find_insight("label_longevity")

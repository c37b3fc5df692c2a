"""Tests of `defs.assets.quality`: the sample's months, without a server."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from discogs_assets.definitions import defs
from discogs_assets.defs import event_log, keys, targets
from discogs_assets.defs.checks import specs
from discogs_assets.defs.event_log import Materialised
from discogs_assets.sample import dumps, months, xml
from discogs_assets.schema.discogs import ENTITIES, LABELS
from discogs_assets.schema.quality import rules
from discogs_assets.settings import Settings
from discogs_assets.stores.lake import local_lake
from discogs_assets.streams import parquet
from discogs_assets_tests import flags

MONTH = months.NOVEMBER
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
HOSTILE = {"id": 5000001, "name": "a | b\n<script>", "profile": "DO NOT USE [x](javascript:1)", "data_quality": "`?`"}


def find_materialisation(instance: dg.DagsterInstance, key: dg.AssetKey) -> Materialised:
    found = event_log.latest(instance, key, MONTH)
    assert found is not None
    return found


def materialise(instance: dg.DagsterInstance, *selected: dg.AssetKey) -> None:
    job = defs.resolve_implicit_global_asset_job_def()
    job.execute_in_process(QUIET, instance=instance, asset_selection=selected, partition_key=MONTH)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quality")


@pytest.fixture(autouse=True)
def _settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(folder / "home"))
    monkeypatch.setenv("DISCOGS_DUMPS", str(folder / "sample"))


@pytest.fixture(scope="module")
def instance(folder: Path) -> Iterator[dg.DagsterInstance]:
    """An instance in which the sample's month has been asked, with one label more than it has."""
    records = {entity: months.records(entity, MONTH) for entity in ENTITIES}
    records[LABELS] = [*records[LABELS], HOSTILE]
    selected = [key for entity in ENTITIES for key in (keys.dump(entity), keys.records(entity), keys.quality(entity))]
    with dg.DagsterInstance.ephemeral() as instance:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DISCOGS_HOME", str(folder / "home"))
            patch.setenv("DISCOGS_DUMPS", str(folder / "sample"))
            patch.setattr(months, "records", lambda entity, partition: records[entity])
            dumps.write(folder / "sample", MONTH)
            materialise(instance, *selected)
        yield instance


def test_a_month_is_asked_and_what_is_found_lies_in_the_lake_with_its_bytes(instance: dg.DagsterInstance) -> None:
    held = local_lake.of(Settings())
    for entity in ENTITIES:
        said = find_materialisation(instance, keys.quality(entity))
        records = months.records(entity, MONTH) + ([HOSTILE] if entity is LABELS else [])
        expected = {
            each["id"]: found for each, found in zip(records, flags.find_flags(entity, records), strict=True) if found
        }
        rows = pl.read_parquet(held.files(keys.quality(entity).path, MONTH))
        assert {number for number, *_ in rows.rows()} == set(expected)
        assert said.number("dagster/partition_row_count") == sum(map(len, expected.values())) == len(rows)
        assert {rule.name: said.number(f"flagged/{rule.name}") for rule in rules(entity)} == {
            rule.name: sum(rule.name in found for found in expected.values()) for rule in rules(entity)
        }
        original = {each["id"]: xml.record(entity, each) for each in records}
        assert rows["bytes"].to_list() == [original[number] for number in rows["id"]]


def test_the_report_links_records_and_shows_any_text_as_it_is(instance: dg.DagsterInstance) -> None:
    said = find_materialisation(instance, keys.quality(LABELS))
    shown = said.text("report")
    assert "[5000001](https://www.discogs.com/label/5000001) DO NOT USE \\[x\\](javascript\\:1)" in shown
    assert local_lake.of(Settings()).names(keys.quality(LABELS).path, MONTH) == [parquet.FILE]
    samples = [record.data for record in said.metadata["samples"].records]
    assert {"rule": "do_not_use", "severity": "warning", "id": 5000001, "found": "DO NOT USE [x](javascript:1)",
            "page": "https://www.discogs.com/label/5000001"} in samples  # fmt: skip
    assert all(line.count("|") == line.count("\\|") + 6 for line in said.text("preview").splitlines())


def test_a_share_that_puts_the_dump_in_doubt_is_a_warning_and_blocks_nothing(instance: dg.DagsterInstance) -> None:
    results = event_log.results(instance, [spec.key for spec in specs.SHARES.values()], MONTH)
    assert {result.passed for result in results.values()} == {True}
    rule = next(rule for rule in rules(LABELS) if rule.name == "name_missing")
    found = specs.shares(specs.SHARES[LABELS], {rule: 0.5})
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "name_missing flags 50.0% of all records" in str(found.description)
    assert not any(spec.blocking or spec in specs.ALL for spec in specs.SHARES.values())
    assert not {keys.quality(entity) for entity in ENTITIES} & set(targets.required_assets(Settings()))


def test_a_dump_that_the_parquet_was_not_made_from_is_refused(instance: dg.DagsterInstance, folder: Path) -> None:
    (folder / "sample").rename(folder / "before")
    dumps.write(folder / "sample", MONTH)
    materialise(instance, keys.dump(LABELS))
    with pytest.raises(dg.Failure, match="Materialise parquet/discogs/labels again"):
        materialise(instance, keys.quality(LABELS))

"""Tests of `defs.checks.volume`: months of labels, without a server."""

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from discogs_assets.definitions import defs
from discogs_assets.defs import event_log, keys
from discogs_assets.defs.checks import specs, volume
from discogs_assets.defs.checks.volume import Month
from discogs_assets.defs.event_log import Checked, Materialised
from discogs_assets.schema.discogs import ARTISTS, LABELS
from discogs_assets.schema.graph import RELATIONSHIPS
from discogs_assets.streams.graph.files import Tally

AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (f"2026-{month:02}-01" for month in range(8, 12))
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
BEFORE = Month(OCTOBER, 10_000, 1, {"name": 9_900, "profile": 300})
ON = next(each for each in RELATIONSHIPS if each.type == "ON")


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DISCOGS_DUMPS", str(tmp_path))
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def load(
    instance: dg.DagsterInstance, folder: Path, partition: str, whole: int, bad: int = 0, accept: bool = False
) -> bool:
    """Publish and load a month of so many labels, the last of them unreadable; whether all went well."""
    ids = [*range(1, whole + 1), *["x"] * bad]
    records = (b"<label><id>%b</id><name>L</name></label>\n" % str(each).encode() for each in ids)
    packed = gzip.compress(b"<labels>\n%b</labels>\n" % b"".join(records), 1)
    file = folder / f"discogs_{partition.replace('-', '')}_labels.xml.gz"
    file.write_bytes(packed)
    file.with_name(file.name.replace("labels.xml.gz", "CHECKSUM.txt")).write_text(
        f"{hashlib.sha256(packed).hexdigest()} {file.name}\n"
    )
    config = {**QUIET, **(volume.accepting(LABELS) if accept else {})}
    selected = [keys.dump(LABELS), keys.records(LABELS)]
    job = defs.resolve_implicit_global_asset_job_def()
    return job.execute_in_process(
        config, instance=instance, asset_selection=selected, partition_key=partition, raise_on_error=False
    ).success


def read_check(instance: dg.DagsterInstance, spec: dg.AssetCheckSpec, partition: str) -> Checked:
    return event_log.results(instance, [spec.key], partition)[spec.key]


def find_materialisation(instance: dg.DagsterInstance, partition: str) -> Materialised:
    found = event_log.latest(instance, keys.records(LABELS), partition)
    assert found
    return found


def test_a_month_that_is_not_whole_is_refused_and_no_measure_of_the_next(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    spec = specs.COUNTED[LABELS]
    assert load(instance, tmp_path, AUGUST, 200)
    assert read_check(instance, spec, AUGUST).description == volume.FIRST
    assert find_materialisation(instance, AUGUST).text("compared_with") == "nothing"

    assert not load(instance, tmp_path, SEPTEMBER, 140)
    refused = read_check(instance, spec, SEPTEMBER)
    assert refused.refuses
    assert "expected 190 to 210 records, found 140; 2026-08 has 200" in refused.description
    assert (
        """--config-json '{"ops": {"parquet__discogs__labels": {"config": {"accept": true}}}}'""" in refused.description
    )

    assert load(instance, tmp_path, OCTOBER, 141, accept=True)
    accepted = read_check(instance, spec, OCTOBER)
    assert (accepted.passed, accepted.refuses) == (False, False)
    assert accepted.description.startswith("accepted by hand: expected 190 to 220 records, found 141; 2026-08")

    assert load(instance, tmp_path, NOVEMBER, 143, bad=2)
    assert find_materialisation(instance, NOVEMBER).text("compared_with") == OCTOBER
    said = {
        name: float(find_materialisation(instance, NOVEMBER).text(name))
        for name in ("count_change", "quarantined_share")
    }
    assert said == pytest.approx({"count_change": 143 / 141 - 1, "quarantined_share": 2 / 145})
    assert find_materialisation(instance, NOVEMBER).metadata["complete/name"].value == 1.0
    assert find_materialisation(instance, NOVEMBER).metadata["complete/profile"].value == 0.0
    quarantine = read_check(instance, specs.QUARANTINE[LABELS], NOVEMBER)
    assert (quarantine.passed, quarantine.refuses) == (False, False)
    assert (
        "2 of 145 records could not be read, of 20 that a month may lack; 2026-10 had 0; at unp"
        in quarantine.description
    )


def test_more_records_than_a_month_brings_are_a_warning() -> None:
    found = volume.check_count(LABELS, Month(NOVEMBER, 10_501, 0), BEFORE, accept=False)
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "expected 9,800 to 10,500 records, found 10,501" in str(found.description)
    assert volume.check_count(LABELS, Month("2026-12-01", 10_501, 0), BEFORE, accept=False).passed
    assert volume.check_count(LABELS, Month(NOVEMBER, 9_800, 0), BEFORE, accept=False).passed


def test_no_more_records_in_quarantine_than_a_month_before_are_no_news() -> None:
    assert volume.check_refused(LABELS, Month(NOVEMBER, 10_000, 1), BEFORE, ["why"]).passed
    assert not volume.check_refused(LABELS, Month(NOVEMBER, 10_000, 2), BEFORE, ["why"]).passed
    assert not volume.check_refused(LABELS, Month(NOVEMBER, 10_000, 1), None, ["why"]).passed


def test_a_part_that_fewer_records_have_is_named_with_what_was_expected() -> None:
    fallen = Month(NOVEMBER, 10_000, 0, {"name": 9_650, "profile": 100, "urls": 1})
    found = volume.check_completeness(ARTISTS, fallen, BEFORE)
    assert (found.passed, found.severity, found.metadata["parts"].value) == (False, dg.AssetCheckSeverity.WARN, 2)
    assert "96.5% of the records have name, expected 97.0% at least (2026-10: 99.0%)" in str(found.description)
    assert "1.0% of the records have profile, expected 1.5% at least" in str(found.description)
    assert volume.check_completeness(
        ARTISTS, Month(NOVEMBER, 10_000, 0, {"name": 9_800, "profile": 160}), BEFORE
    ).passed
    assert "was loaded without counting" in str(
        volume.check_completeness(ARTISTS, fallen, Month(OCTOBER, 10_000, 0)).description
    )


@pytest.mark.parametrize(
    ("dangling", "targets", "older", "passed"),
    [
        (95, 10**6, None, True),
        (150, 10**6, None, False),
        (150, 10**4, None, True),
        (50, 10**6, (OCTOBER, 0.96), True),
        (50, 10**6, (OCTOBER, 0.98), False),
    ],
)
def test_references_that_lead_nowhere_are_a_warning_where_there_are_many(
    dangling: int, targets: int, older: tuple[str, float] | None, passed: bool
) -> None:
    tally = Tally(rows=900 - dangling)
    tally.omitted.update(dangling=dangling, duplicate=100, placeholder=5_000, unlinked=5_000)
    found = volume.references(ON, tally, targets, older)
    assert (found.passed, found.severity) == (passed, dg.AssetCheckSeverity.WARN)
    assert f"{1 - dangling / 1000:.2%} of 1,000 references resolve to a record" in str(found.description)
    assert ("Are Label records missing?" in str(found.description)) == (not passed)

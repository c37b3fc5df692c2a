"""Tests of `cli.quality`."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from discogs_assets.cli.quality import show
from discogs_assets.defs import keys
from discogs_assets.errors import SettingError
from discogs_assets.schema.backends import arrow
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.stores.lake.local_lake import Lake

FLAG = {"id": 7, "rule": "quantity_odd", "severity": "warning", "field": "formats[].qty", "found": "-1"}
RECORD = '<release id="7"><title>\x9bé</title></release>'.encode()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two months of flags: one release in the first, two in the second, one without bytes; one unreadable label."""
    made = Lake(tmp_path / ".discogs" / "lake")
    for count, partition in enumerate(("2026-10-01", "2026-11-01"), 1):
        for entity in ENTITIES:
            flags = [{**FLAG, "bytes": RECORD}, {**FLAG, "id": 8, "bytes": None}][: count * (entity.name == "releases")]
            unreadable = [{"offset": 9, "reason": "no id", "bytes": b"<label/>"}] * (entity.name == "labels")
            write(made, keys.quality(entity).path, partition, pa.Table.from_pylist(flags, arrow.FLAGGED))
            schema = {"offset": pl.Int64, "reason": pl.String, "bytes": pl.Binary}
            write(made, keys.quarantine(entity), partition, pl.DataFrame(unreadable, schema).to_arrow())
    return made


def write(lake: Lake, key: object, partition: str, table: pa.Table) -> None:
    with lake.writing(key, partition) as folder:  # type: ignore[arg-type]
        pl.DataFrame(pl.from_arrow(table)).write_parquet(folder / "part-0000.parquet")


@pytest.mark.usefixtures("lake")
def test_two_months_are_compared_by_rule(capsys: pytest.CaptureFixture[str]) -> None:
    show("2026-11", None, None, 20)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows == [
        ["entity", "rule", "severity", "2026-11", "2026-10"],
        ["labels", "quarantine", "error", "1", "1"],
        ["releases", "quantity_odd", "warning", "2", "1"],
    ]


@pytest.mark.usefixtures("lake")
def test_a_record_of_a_rule_is_shown_with_finding_and_escaped_xml(capsys: pytest.CaptureFixture[str]) -> None:
    show("2026-11", "quantity_odd", None, 1)
    out, err = capsys.readouterr()
    assert out == '\nreleases  id 7  formats[].qty: -1\n<release id="7"><title>\\x9bé</title></release>\n'
    assert "1 of 2 records; more with --limit" in err


@pytest.mark.usefixtures("lake")
def test_unreadable_records_are_shown_with_place_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    show("2026-11", "quarantine", None, 20)
    assert capsys.readouterr().out == "\nlabels  at byte 9  no id\n<label/>\n"


@pytest.mark.usefixtures("lake")
@pytest.mark.parametrize(
    ("month", "rule", "sentence"),
    [
        ("2026-09", None, r"quality/discogs of 2026-09 is not in the lake, expected one of 2026-10, 2026-11"),
        ("2026-11", "odd", r"the rule is 'odd', expected quarantine or one of alias_repeated"),
    ],
)
def test_a_month_or_rule_that_is_not_there_is_refused(month: str, rule: str | None, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        show(month, rule, None, 20)

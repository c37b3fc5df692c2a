"""Tests of `defs.asset_factory`."""

import errno
import os
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import psycopg2  # type: ignore[import-untyped]
import pytest
from sqlalchemy.exc import OperationalError

from discogs_assets.defs.asset_factory import Layer, Result, failures
from discogs_assets.errors import DumpMissingError, ServerError


def test_an_error_that_names_a_moment_ends_the_step_and_keeps_the_moment() -> None:
    moment = datetime(2026, 11, 1, 21, 30, tzinfo=UTC)
    with pytest.raises(dg.Failure, match="ServerError: later") as raised, failures():
        raise ServerError("later", moment)
    assert raised.value.allow_retries is False
    assert raised.value.metadata["retry_not_before"].value == moment.timestamp()


def test_other_transient_errors_may_be_retried_and_terminal_ones_may_not() -> None:
    with pytest.raises(ServerError), failures():
        raise ServerError("soon")
    with pytest.raises(dg.Failure) as raised, failures():
        raise DumpMissingError("never")
    assert raised.value.allow_retries is False


def test_a_full_disk_ends_the_step_for_good_and_is_named() -> None:
    with pytest.raises(dg.Failure, match=r"DiskFullError: the disk is full: .*No space left") as raised, failures():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert raised.value.allow_retries is False


def test_records_that_are_out_of_reach_may_be_tried_again_and_are_named() -> None:
    gone = OperationalError("SELECT 1", {}, psycopg2.OperationalError("Connection refused"))
    with pytest.raises(ServerError, match="Dagster's storage, does not answer"), failures():
        raise gone


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, dg.DagsterExecutionInterruptedError])
def test_an_interrupted_step_is_not_retried(interrupt: type[BaseException]) -> None:
    with pytest.raises(dg.Failure, match="Interrupted") as raised, failures():
        raise interrupt
    assert raised.value.allow_retries is False


def test_whatever_else_is_raised_stays_itself() -> None:
    with pytest.raises(ZeroDivisionError), failures():
        raise ZeroDivisionError


LAYER = Layer("layer", frozenset({"parquet"}), code_version="1")
KEYS = [dg.AssetKey(name) for name in ("one", "first", "second")]


@LAYER.asset(KEYS[0], "One asset.")
def one(context: dg.AssetExecutionContext, platform: object) -> Result:
    return dg.MaterializeResult(metadata={"rows": 0})


@LAYER.several("both", [LAYER.spec(key, "One of two.", []) for key in KEYS[1:]], [], "pool")
def both(context: dg.AssetExecutionContext, platform: object) -> Iterator[Result]:
    for rows, key in enumerate(KEYS[1:], 1):
        yield dg.MaterializeResult(key, metadata={"rows": rows})


def test_metadata_is_recorded_once_with_the_materialisation_it_describes() -> None:
    made = dg.materialize([one, both], partition_key="2026-11-01", resources={"platform": object()})
    rows = {
        event.asset_key: event.step_materialization_data.materialization.metadata["rows"].value
        for event in made.get_asset_materialization_events()
    }
    assert rows == {key: number for number, key in enumerate(KEYS)}
    outputs = [event.step_output_data for event in made.all_events if event.is_successful_output]
    assert [output.metadata for output in outputs] == [{}] * 3

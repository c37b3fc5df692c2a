"""Tests of `defs.layer`."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from discogs_assets.defs.layer import failures
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

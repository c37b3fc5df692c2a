"""Tests of `faults`."""

import errno
import os
import sqlite3
from pathlib import Path

import psycopg2.errors  # type: ignore[import-untyped]
import pytest
from psycopg import errors as server
from sqlalchemy.exc import DBAPIError, OperationalError

from discogs_assets import faults
from discogs_assets.errors import BusyError, DiscogsError, DiskFullError, DumpMissingError, LoadError, ServerError

FULL = os.strerror(errno.ENOSPC)


def led_to(cause: Exception, error: Exception) -> Exception:
    """The error as it is raised while the cause is handled."""
    error.__cause__ = cause
    return error


def wrap_cause(cause: Exception) -> Exception:
    """The cause as SQLAlchemy raises it."""
    return OperationalError("INSERT INTO event_logs", {}, cause)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, FULL),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
        ServerError(f"initdb failed with status 1: could not write: {FULL}"),
        server.DiskFull("could not extend file"),
        wrap_cause(
            psycopg2.OperationalError(f'could not extend file "base/1/2": {FULL}\nHINT:  Check free disk space.')
        ),
        wrap_cause(sqlite3.OperationalError("database or disk is full")),
        led_to(OSError(errno.ENOSPC, FULL), LoadError("2026-10/0001 did not start")),
        led_to(wrap_cause(psycopg2.OperationalError(FULL)), RuntimeError("too many retries")),
    ],
)
def test_a_full_disk_is_known_in_whatever_carries_it(error: Exception) -> None:
    found = faults.explain(error)
    assert isinstance(found, DiskFullError)
    assert "\n" not in str(found)
    assert str(found).startswith("the disk is full: ")
    assert "Free space there" in str(found)


@pytest.mark.parametrize(
    "error",
    [
        wrap_cause(
            psycopg2.OperationalError("connection to server at 127.0.0.1, port 5433 failed: Connection refused\n")
        ),
        wrap_cause(psycopg2.errors.AdminShutdown("terminating connection due to administrator command")),
        server.ConnectionFailure("server closed the connection unexpectedly\n\tThis probably means"),
        led_to(wrap_cause(psycopg2.InterfaceError("connection already closed")), RuntimeError("too many retries")),
    ],
)
def test_a_dead_server_is_one_transient_sentence_with_the_remedy(error: Exception) -> None:
    found = faults.explain(error)
    assert isinstance(found, ServerError)
    assert found.transient
    assert "\n" not in str(found)
    assert "`discogs up`" in str(found)


def test_the_driver_s_words_are_told_and_not_those_of_whoever_has_retried() -> None:
    refused = wrap_cause(psycopg2.OperationalError("connection to 127.0.0.1, port 5433 failed: Connection refused"))
    assert "port 5433 failed" in str(faults.explain(led_to(refused, RuntimeError("too many retries"))))


@pytest.mark.parametrize(
    "error", [ValueError("no"), FileNotFoundError(errno.ENOENT, "no such file"), DBAPIError("SELECT", {}, ValueError())]
)
def test_other_exceptions_are_not_explained(error: Exception) -> None:
    assert faults.explain(error) is None


@pytest.mark.parametrize("error", [BusyError("held"), DumpMissingError("not there"), DiskFullError("full")])
def test_errors_of_our_own_stay_themselves(error: DiscogsError) -> None:
    assert faults.explain(error) is error


def test_the_place_and_what_is_free_there_are_named(tmp_path: Path) -> None:
    found = faults.explain(OSError(errno.ENOSPC, FULL, str(tmp_path / "lake" / "part-0.parquet")))
    assert f"bytes are free in {tmp_path}." in str(found)


LOGGED = f"java.io.IOException: {FULL}"


def test_what_a_server_reports_as_something_else_is_a_full_disk_if_its_log_says_so(tmp_path: Path) -> None:
    (tmp_path / "debug.log").write_text("begun\n")
    said = f"indexing ended with .*bytes are free in {tmp_path}"

    def index() -> None:
        with faults.noticing_full_disk(tmp_path, tmp_path, "indexing"):
            (tmp_path / "debug.log").write_text(f"begun\n{LOGGED}\n")
            raise LoadError("Failed to populate index")

    with pytest.raises(DiskFullError, match=said) as raised:
        index()
    assert isinstance(raised.value.__cause__, LoadError)


def test_a_full_disk_of_an_earlier_start_explains_no_error_of_this_one(tmp_path: Path) -> None:
    (tmp_path / "debug.log").write_text(LOGGED)
    with pytest.raises(LoadError, match="refused"), faults.noticing_full_disk(tmp_path, tmp_path, "indexing"):
        raise LoadError("refused")

"""Tests of `cli.terminal`."""

import json

import pytest

from discogs_assets.cli import terminal


def test_data_goes_to_stdout_and_narration_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.heading("SELECT [1]")
    terminal.table(["name", "n"], [["a", 1234567], ["b", None]], grouped=True)
    terminal.say("working [now]")
    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()[1:]] == [
        ["SELECT", "[1]"],
        ["name", "n"],
        ["a", "1,234,567"],
        ["b"],
    ]
    assert "working [now]" in err


def test_a_long_line_is_not_broken(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.heading("x " * 200)
    terminal.say("y " * 200)
    out, err = capsys.readouterr()
    assert (len(out.split("\n")), len(err.split("\n"))) == (3, 2)


def test_numbers_that_are_no_counts_are_not_grouped() -> None:
    assert [terminal.text(value) for value in (1873013, True, None, "x")] == ["1873013", "True", "", "x"]


def test_json_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.write_json([{"a": None, "b": "ü"}])
    assert json.loads(capsys.readouterr().out) == [{"a": None, "b": "ü"}]


def test_what_takes_time_is_told_with_its_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.timed("waiting"):
        pass
    assert capsys.readouterr().err.splitlines() == ["waiting …", "waiting: 0.0 s"]

"""Tests of `cli.terminal`."""

import errno
import json

import pytest

from discogs_assets.cli import terminal
from discogs_assets.errors import SettingError


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
    with terminal.report_time("waiting"):
        pass
    assert capsys.readouterr().err.splitlines() == ["waiting …", "waiting: 0.0 s"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied", "/x"),
            "/x: Permission denied. Run the command as",
        ),
        (IsADirectoryError(errno.EISDIR, "Is a directory", b"/x"), "/x: Is a directory."),
        (OSError(errno.ENOSPC, "No space left on device"), "standard output cannot be written: No space left"),
        (OSError(errno.ENOSPC, "No space left on device", "/x"), "the disk is full: "),
        (SettingError("it is \x1b[31mred"), "it is \\x1b[31mred"),
    ],
)
def test_our_errors_and_the_systems_are_one_sentence(error: Exception, sentence: str) -> None:
    assert (terminal.sentence(error) or "").startswith(sentence)


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    assert terminal.sentence(KeyError("x")) is None


def test_control_characters_never_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    name = "\x1b]0;owned\x07\x9b31m"
    terminal.table(["name"], [[name]])
    terminal.say(name)
    out, err = capsys.readouterr()
    assert "\\x1b]0;owned\\x07\\x9b31m" in out
    assert "\\x1b]0;owned\\x07\\x9b31m" in err

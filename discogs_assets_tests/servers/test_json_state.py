"""Small files that several processes agree on, and the locks that let one at a time through."""

import errno
import os
from pathlib import Path

import pytest

from discogs_assets.errors import BusyError
from discogs_assets.servers import json_state
from discogs_assets_tests.servers.fix_embedded import Python

HOLD = """
import sys, time
from pathlib import Path
from discogs_assets.servers import json_state
with json_state.exclusive(Path(sys.argv[1]), "counting sheep"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_what_is_written_is_read(tmp_path: Path) -> None:
    json_state.write(tmp_path / "new" / "a.json", {"a": 1})
    assert json_state.read(tmp_path / "new" / "a.json") == {"a": 1}
    assert [f.name for f in (tmp_path / "new").iterdir()] == ["a.json"]


@pytest.mark.parametrize("content", [None, "", "{", "[1]", "\x00"])
def test_what_is_no_object_reads_as_nothing(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "a.json").write_text(content)
    assert json_state.read(tmp_path / "a.json") is None


def test_a_file_is_created_once(tmp_path: Path) -> None:
    assert json_state.create(tmp_path / "a.json", {"first": True}, mode=0o600)
    assert not json_state.create(tmp_path / "a.json", {"first": False})
    assert json_state.read(tmp_path / "a.json") == {"first": True}
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o600


def test_who_waits_in_vain_is_told_who_holds_the_lock(tmp_path: Path, python: Python) -> None:
    holder = python(HOLD, tmp_path / "lock")
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    with (
        pytest.raises(BusyError, match=f"process {holder.pid}, counting sheep") as refused,
        json_state.exclusive(tmp_path / "lock", "waiting", timeout=0.1),
    ):
        pass
    assert refused.value.transient
    holder.kill()
    holder.wait()
    with json_state.exclusive(tmp_path / "lock", "going on", timeout=5):
        pass


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "state.json"
    json_state.write(file, {"a": 1})

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    for write in (json_state.write, json_state.create):
        with pytest.raises(OSError, match="No space left"):
            write(file, {"a": 2})
    assert json_state.read(file) == {"a": 1}
    assert list(tmp_path.iterdir()) == [file]


def test_a_lock_that_is_deleted_leaves_nothing_and_excludes_whoever_comes_next(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with json_state.exclusive(lock, "removing"):
        json_state.remove_lock(lock)
    assert list(tmp_path.iterdir()) == []
    with (
        json_state.exclusive(lock, "first"),
        pytest.raises(BusyError, match="first"),
        json_state.exclusive(lock, "second", timeout=0.1),
    ):
        pass

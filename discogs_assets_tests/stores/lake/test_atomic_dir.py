"""Tests of `stores.lake.atomic_dir`."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from filelock import FileLock

from discogs_assets.errors import BusyError
from discogs_assets.stores.lake.atomic_dir import alone, remove, replacing


def put(place: Path, **files: str) -> None:
    with replacing(place) as draft:
        for name, content in files.items():
            (draft / name).write_text(content)


def test_a_folder_takes_its_place_whole(tmp_path: Path) -> None:
    put(tmp_path / "place", a="1")
    put(tmp_path / "place", b="2")
    assert [file.name for file in (tmp_path / "place").iterdir()] == ["b"]
    assert not list(tmp_path.glob(".*draft*"))


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    put(tmp_path / "place", a="1")
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "place") as draft:
        (draft / "b").write_text(str(1 / 0))
    assert (tmp_path / "place" / "a").read_text() == "1"
    assert not list(tmp_path.glob(".*draft*"))


def test_readers_see_the_old_or_the_new_content_and_never_a_mix(tmp_path: Path) -> None:
    put(tmp_path / "place", a="0", b="0")
    done = threading.Event()
    seen: set[tuple[str, ...]] = set()

    def read() -> None:
        while not done.is_set():
            seen.add(tuple(sorted(os.listdir(tmp_path / "place"))))  # noqa: PTH208 - one system call, as readers do

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(200):
        put(tmp_path / "place", **({"a": "1", "b": "1"} if number % 2 else {"c": "1", "d": "1"}))
    done.set()
    reader.join()
    # Whoever has opened the old folder and lists it while it is being removed may miss a file of it.
    assert all(set(files) <= {"a", "b"} or set(files) <= {"c", "d"} for files in seen)
    assert {("a", "b"), ("c", "d")} <= seen


def test_two_writers_of_a_folder_exclude_each_other(tmp_path: Path) -> None:
    with FileLock(tmp_path / ".place.lock"), pytest.raises(BusyError, match="written by another process"):
        put(tmp_path / "place", a="1")


def test_a_lock_that_is_deleted_after_use_admits_one_holder_at_a_time(tmp_path: Path) -> None:
    inside, most, entries = 0, 0, 0

    def enter() -> None:
        nonlocal inside, most, entries
        for _ in range(200):
            with suppress(BusyError), alone(tmp_path / "place"):
                inside += 1
                most, entries = max(most, inside), entries + 1
                time.sleep(0.0001)
                inside -= 1

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert entries > 10
    assert not list(tmp_path.iterdir())


def test_a_killed_writer_leaves_the_old_content_and_its_draft_is_swept(tmp_path: Path) -> None:
    put(tmp_path / "place", a="1")
    code = (
        "import os, pathlib, signal, sys\nfrom discogs_assets.stores.lake.atomic_dir import remove, replacing\n"
        "with replacing(pathlib.Path(sys.argv[1])) as draft:\n"
        "    (draft / 'b').write_text('2')\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "place")], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / ".place.draft").exists()
    assert [file.name for file in (tmp_path / "place").iterdir()] == ["a"]
    put(tmp_path / "place", c="3")
    assert [file.name for file in (tmp_path / "place").iterdir()] == ["c"]
    assert not list(tmp_path.glob(".*draft*"))


def test_without_an_exchange_of_the_system_the_folder_is_put_by_renames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda *args, **kwargs: object())
    put(tmp_path / "place", a="1")
    put(tmp_path / "place", b="2")
    assert [file.name for file in (tmp_path / "place").iterdir()] == ["b"]


def test_a_folder_is_removed_whole_and_not_while_it_is_written(tmp_path: Path) -> None:
    put(tmp_path / "place", a="123", b="4")
    with FileLock(tmp_path / ".place.lock"), pytest.raises(BusyError, match="written by another process"):
        remove(tmp_path / "place")
    assert remove(tmp_path / "place") == 4
    assert not list(tmp_path.iterdir())

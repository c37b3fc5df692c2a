"""Tests of `stores.lake.local_cache`."""

import errno
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from discogs_assets.stores.lake import local_cache as module
from discogs_assets.stores.lake.local_cache import UNUSED_SECONDS, Staged

A, B, C = ("a" * 12, "b" * 12, "c" * 12)


@pytest.fixture
def staged(tmp_path: Path) -> Staged:
    return Staged(tmp_path)


def take(staged: Staged, version: str, name: str = "x/2026-11-01") -> str:
    """What the copy holds, written if it is not here."""
    return (staged.take(name, version, 1, lambda folder: write(folder, version)) / "file").read_text()


def write(folder: Path, content: str) -> None:
    (folder / "file").write_text(content)


def here(staged: Staged) -> list[str]:
    return sorted(path.parent.name for path in staged.root.rglob("file"))


@contextmanager
def hold_lock(place: Path) -> Iterator[None]:
    """By another process, for which another handle stands."""
    handle = os.open(place, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH)
    yield
    os.close(handle)


def let_go(staged: Staged) -> None:
    """As the end of this process would."""
    for place in [place for place in module._held if place.is_relative_to(staged.root)]:  # noqa: SLF001
        os.close(module._held.pop(place))  # noqa: SLF001


def test_a_copy_is_made_once_however_many_want_it(staged: Staged) -> None:
    made = []

    def fetch(folder: Path) -> None:
        made.append(folder)
        time.sleep(0.05)
        write(folder, "1")

    threads = [threading.Thread(target=staged.take, args=("x", A, 1, fetch)) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(made), take(staged, A, "x")) == (1, "1")


def test_what_fails_on_the_way_leaves_nothing(staged: Staged) -> None:
    def fetch(folder: Path) -> None:
        write(folder, str(1 / 0))

    with pytest.raises(ZeroDivisionError):
        staged.take("x", A, 1, fetch)
    assert not [path for path in staged.root.rglob("*") if path.suffix != ".lock" and path.name != "x"]
    assert take(staged, A, "x") == A


def test_another_version_takes_the_place_of_one_that_no_other_process_holds(staged: Staged) -> None:
    take(staged, A)
    with hold_lock(staged.root / "x/2026-11-01" / A):
        take(staged, B)
        assert here(staged) == [A, B]
    take(staged, C)
    assert here(staged) == [C]
    draft = staged.root / "draft"
    draft.mkdir()
    write(draft, "new")
    staged.put(draft, "x/2026-11-01", A)
    assert here(staged) == [A, C], "this process has been given C"
    assert (take(staged, A), here(staged)) == ("new", [A])


def test_what_nobody_has_asked_for_in_a_day_goes_unless_it_is_held(staged: Staged) -> None:
    for name in ("x", "y", "z"):
        take(staged, A, name)
    let_go(staged)
    take(staged, A, "z")
    left = staged.root / "y" / ".2026-11-01.draft"
    left.mkdir()
    for path in (*staged.root.glob(f"?/{A}"), left):
        os.utime(path, (0, time.time() - UNUSED_SECONDS - 1))
    with hold_lock(staged.root / "x" / A):
        take(staged, B, "w")
    assert [path.parent.parent.name for path in sorted(staged.root.rglob("file"))] == ["w", "x", "z"]
    assert not left.exists()


def test_what_was_asked_for_longest_ago_makes_room(staged: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate(("x", "y", "z")):
        os.utime(staged.take(name, A, 1, lambda folder: write(folder, "1")), (0, time.time() - 60 + number))
    let_go(staged)

    def require_room(folder: Path, size: int) -> None:
        if len(here(staged)) + size > 3:
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(module, "require_room", require_room)
    staged.take("w", A, 2, lambda folder: write(folder, "1"))
    assert [path.parent.parent.name for path in sorted(staged.root.rglob("file"))] == ["w", "z"]
    with pytest.raises(OSError, match="full"):
        staged.take("v", A, 4, lambda folder: write(folder, "1"))

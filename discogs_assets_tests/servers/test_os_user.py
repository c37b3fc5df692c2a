"""Which user a server runs as, and where that user can reach."""

import os
from pathlib import Path

import pytest

from discogs_assets.servers import os_user
from discogs_assets.servers.os_user import Account

STRANGER = Account(54321, 54321)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user run a server")


def test_a_folder_below_a_closed_one_is_out_of_reach(clean_folder: Path) -> None:
    closed = clean_folder / "closed"
    closed.mkdir(mode=0o700)
    assert STRANGER.reaches(clean_folder / "not" / "there" / "yet")
    assert not STRANGER.reaches(closed / "home")


def test_what_is_out_of_reach_is_placed_elsewhere_and_always_there(clean_folder: Path) -> None:
    closed = clean_folder / "closed"
    closed.mkdir(mode=0o700)
    stand_in = os_user.place(closed / "home", STRANGER)
    assert stand_in == os_user.place(closed / "home", STRANGER) != os_user.place(closed / "other", STRANGER)
    assert stand_in.is_relative_to(os_user.FALLBACK)
    assert os_user.place(clean_folder, STRANGER) == clean_folder
    assert os_user.place(closed / "home", None) == closed / "home"


@as_root
def test_root_hands_over_to_whom_the_home_belongs(clean_folder: Path) -> None:
    os.chown(clean_folder, STRANGER.user, STRANGER.group)
    assert os_user.choose_account(clean_folder / "absent", clean_folder) == STRANGER


@as_root
def test_root_hands_over_to_nobody_otherwise(clean_folder: Path) -> None:
    chosen = os_user.choose_account(clean_folder)
    assert chosen
    assert chosen.user != 0


def test_a_plain_user_hands_over_to_no_one(clean_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert os_user.choose_account(clean_folder) is None


def test_everybody_can_read_what_they_are_let_read(clean_folder: Path) -> None:
    (clean_folder / "bin").mkdir(mode=0o700)
    program, text = clean_folder / "bin" / "program", clean_folder / "bin" / "text"
    program.touch(mode=0o700)
    text.touch(mode=0o600)
    os_user.let_read(clean_folder)
    assert [f.stat().st_mode & 0o007 for f in (clean_folder / "bin", program, text)] == [5, 5, 4]

"""Passwords: random, made once, and shown to nobody."""

from pathlib import Path

import pytest

from discogs_assets.errors import ServerError
from discogs_assets.servers.credentials import ACCOUNTS, credentials
from discogs_assets_tests.servers.fix_embedded import Python

PRINT_ALL = """
import sys
from pathlib import Path
from discogs_assets.servers.credentials import credentials
print(sorted(credentials(Path(sys.argv[1])).passwords.items()))
"""


def test_only_the_owner_can_read_them(tmp_path: Path) -> None:
    assert credentials(tmp_path).file.stat().st_mode & 0o777 == 0o600


def test_every_account_has_a_long_one_of_its_own(tmp_path: Path) -> None:
    passwords = credentials(tmp_path).passwords
    assert set(passwords) == set(ACCOUNTS)
    assert len(set(passwords.values())) == len(ACCOUNTS)
    assert min(map(len, passwords.values())) >= 32


def test_the_apis_password_needs_no_line_in_the_file_of_an_earlier_version(tmp_path: Path) -> None:
    made = credentials(tmp_path)
    password = made.password("postgres/api")
    assert len(password) >= 32
    assert password not in made.passwords.values()
    assert credentials(tmp_path).password("postgres/api") == password


def test_printing_them_shows_none(tmp_path: Path) -> None:
    made = credentials(tmp_path)
    shown = f"{made!r} {made}"
    assert not [p for p in made.passwords.values() if p in shown]


def test_processes_that_make_them_at_once_get_the_same(tmp_path: Path, python: Python) -> None:
    started = [python(PRINT_ALL, tmp_path) for _ in range(3)]
    printed = {process.communicate()[0] for process in started}
    assert printed == {f"{sorted(credentials(tmp_path).passwords.items())}\n"}


def test_a_file_that_lacks_one_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text('{"neo4j/neo4j": "x"}')
    with pytest.raises(ServerError, match=r"no password for postgres/postgres.*created with"):
        credentials(tmp_path)

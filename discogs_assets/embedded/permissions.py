"""Modes of what a home keeps from other users: which are too open, and closing them.

What belongs here: files with passwords and folders with data. What doesn't: who a server runs as (`account`).
"""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.embedded import account
from discogs_assets.embedded.neo4j import Neo4jServer
from discogs_assets.embedded.postgres import PostgresServer

_PRIVATE = 0o077
_WRITABLE = stat.S_IWOTH


@dataclass(frozen=True)
class Open:
    """A file or folder that other users may do more with than they should, or that one of them owns.

    `mode` is what it has, `closed` what it should have, and `ours` whether we own it and so may change it.
    """

    path: Path
    mode: int
    closed: int
    owner: int
    ours: bool

    def __str__(self) -> str:
        return f"{self.path} (mode {self.mode:o}, user {self.owner})"


def find(home: Path, *secrets: Path) -> list[Open]:
    """What is too open of a home, and of the files `secrets`, which have passwords, too."""
    server = account.unprivileged(home)
    ours = {os.geteuid()} | ({server.user} if server else set())
    checked = (_checked(path, forbidden, ours) for path, forbidden in _rules(home, secrets))
    return [found for found in checked if found]


def close(found: Iterable[Open]) -> Iterator[Path]:
    """Take from other users what they should not have, where it is ours; the paths of what was changed."""
    for each in found:
        if each.ours and each.mode != each.closed:
            each.path.chmod(each.closed)
            yield each.path


def _rules(home: Path, secrets: Iterable[Path]) -> Iterator[tuple[Path, int]]:
    """Paths, each with the bits that its mode must not have."""
    yield home, _WRITABLE
    for file in (home / "credentials.json", *secrets):
        yield file, _PRIVATE
    yield PostgresServer(home).data, _PRIVATE
    for store in Neo4jServer(home).stores():
        yield store, _PRIVATE


def _checked(path: Path, forbidden: int, ours: set[int]) -> Open | None:
    try:
        found = path.stat()
    except (FileNotFoundError, PermissionError):
        return None
    mode = stat.S_IMODE(found.st_mode)
    own = found.st_uid in ours
    # What root owns is no other user's: root reads everything anyway.
    if not mode & forbidden and (own or found.st_uid == 0):
        return None
    return Open(path, mode, mode & ~forbidden, found.st_uid, own)

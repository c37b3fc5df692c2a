"""Permissions of a home: finding files and folders that are too open to other users, and closing them."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.servers import os_user
from discogs_assets.servers.credentials import PASSFILE
from discogs_assets.servers.neo4j.server import Neo4jServer
from discogs_assets.servers.postgres.server import PostgresServer

_PRIVATE = 0o077
_WRITABLE = stat.S_IWOTH


@dataclass(frozen=True)
class Open:
    """A file or folder that gives other users too many permissions, or that one of them owns.

    `mode` is the present mode, `closed` the required one; `ours` is True if we own it, and so may change it.
    """

    path: Path
    mode: int
    closed: int
    owner: int
    ours: bool

    def __str__(self) -> str:
        return f"{self.path} (mode {self.mode:o}, user {self.owner})"


def find(home: Path, *secrets: Path) -> list[Open]:
    """Return the files and folders of a home that are too open, and the files `secrets` (with passwords) that are."""
    server = os_user.choose_account(home)
    ours = {os.geteuid()} | ({server.user} if server else set())
    found = (_check(path, forbidden, ours) for path, forbidden in _rules(home, secrets))
    return [each for each in found if each]


def close(found: Iterable[Open]) -> Iterator[Path]:
    """Take excess permissions from other users on paths that we own; yield the changed paths."""
    for each in found:
        if each.ours and each.mode != each.closed:
            each.path.chmod(each.closed)
            yield each.path


def _rules(home: Path, secrets: Iterable[Path]) -> Iterator[tuple[Path, int]]:
    """Yield paths, each with the bits that its mode must not have."""
    yield home, _WRITABLE
    for file in (home / "credentials.json", home / PASSFILE, *secrets):
        yield file, _PRIVATE
    yield PostgresServer(home).data, _PRIVATE
    for store in Neo4jServer(home).stores():
        yield store, _PRIVATE


def _check(path: Path, forbidden: int, ours: set[int]) -> Open | None:
    try:
        found = path.stat()
    except (FileNotFoundError, PermissionError):
        return None
    mode = stat.S_IMODE(found.st_mode)
    own = found.st_uid in ours
    # Root is not another user here: it reads everything anyway.
    if not mode & forbidden and (own or found.st_uid == 0):
        return None
    return Open(path, mode, mode & ~forbidden, found.st_uid, own)

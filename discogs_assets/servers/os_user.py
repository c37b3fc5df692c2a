"""Unprivileged user for servers that refuse to run as root, and the folders that this user can reach."""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discogs_assets.errors import ServerError

# For data and programs that another user cannot reach in their usual place, such as a home folder of mode 700.
FALLBACK = Path("/var/lib/discogs_assets")


@dataclass(frozen=True)
class Account:
    """A user and its group, by numeric id."""

    user: int
    group: int

    def reaches(self, folder: Path) -> bool:
        """Return True if this account may enter every existing folder on the path to `folder`."""
        existing = (p for p in [folder, *folder.parents] if p.exists())
        return all(self._passes(p.stat()) for p in existing)

    def owns(self, folder: Path) -> Path:
        """Give `folder` to this account with mode 700, creating it if needed; return it."""
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, self.user, self.group)
        folder.chmod(0o700)
        return folder

    def takes(self, folder: Path) -> None:
        """Give `folder` (mode 700) and everything in it to this account, without following links."""
        self.owns(folder)
        for path in folder.rglob("*"):
            found = path.lstat()
            # A file with a second hard link may be another user's file.
            if found.st_uid != self.user and (stat.S_ISDIR(found.st_mode) or found.st_nlink == 1):
                os.chown(path, self.user, self.group, follow_symlinks=False)

    def _passes(self, folder: os.stat_result) -> bool:
        if folder.st_uid == self.user:
            return bool(folder.st_mode & stat.S_IXUSR)
        if folder.st_gid == self.group:
            return bool(folder.st_mode & stat.S_IXGRP)
        return bool(folder.st_mode & stat.S_IXOTH)


def choose_account(*folders: Path) -> Account | None:
    """Return the account for a server that refuses root: the owner of the first of `folders` not owned by root.

    Without such a folder it is `nobody`. Return None if this process is not root: the server then runs as our user.
    Raises ServerError on a machine without a user `nobody`.
    """
    if os.geteuid() != 0:
        return None
    for found in (folder.stat() for folder in folders if folder.exists()):
        if found.st_uid != 0:
            return Account(found.st_uid, found.st_gid)
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise ServerError(
            "This server refuses to run as root and there is no user `nobody` to run it as. Run as a plain user, "
            "or give the home folder to one (chown)."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def require_name(account: Account | None) -> None:
    """Raise ServerError if the user that a server runs as has no name: PostgreSQL's `initdb` refuses such a user."""
    user = account.user if account else os.geteuid()
    try:
        pwd.getpwuid(user)
    except KeyError:
        raise ServerError(
            f"PostgreSQL cannot be set up by user id {user}, which has no name on this machine. Give it one (useradd "
            f"--uid {user} discogs), run as another user, or set DISCOGS_POSTGRES_URL to a server of yours."
        ) from None


def identity(account: Account | None) -> dict[str, Any]:
    """Return the arguments by which `subprocess` starts a program as `account`, without our groups."""
    return {"user": account.user, "group": account.group, "extra_groups": []} if account else {}


def fallback(folder: Path) -> Path:
    """Return the place under FALLBACK that stands in for `folder`, always the same one."""
    digest = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:12]
    return FALLBACK / digest


def place(folder: Path, account: Account | None) -> Path:
    """Return `folder` if `account` can reach it, else its stand-in under FALLBACK."""
    return folder if account is None or account.reaches(folder) else fallback(folder)


def make(folder: Path) -> Path:
    """Create `folder` and return it; every user may enter the folders of its path that are under FALLBACK."""
    folder.mkdir(parents=True, exist_ok=True)
    for made in (folder, *folder.parents):
        if made.is_relative_to(FALLBACK):
            made.chmod(0o755)
    return folder


def let_pass(*folders: Path) -> None:
    """Let every user enter the folders, regardless of our umask; their contents keep their modes."""
    for folder in folders:
        folder.chmod(folder.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)


def let_read(folder: Path) -> None:
    """Let every user read `folder` and everything in it, regardless of our umask."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0))

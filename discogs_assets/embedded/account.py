"""The user that a server runs as when we are root and it refuses to be: which one, and where that user can reach.

What belongs here: users and permissions of folders. What doesn't: anything for a plain user, who runs servers as
itself.
"""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.errors import ServerError

# Where data and programs go whose usual place another user cannot reach, such as a home folder of mode 700.
FALLBACK = Path("/var/lib/discogs_assets")


@dataclass(frozen=True)
class Account:
    """A user and its group, by number."""

    user: int
    group: int

    def reaches(self, folder: Path) -> bool:
        """Whether this account may pass through every folder down to `folder`, as far as that exists."""
        existing = (p for p in [folder, *folder.parents] if p.exists())
        return all(self._passes(p.stat()) for p in existing)

    def owns(self, folder: Path) -> Path:
        """Make `folder`, of mode 700, this account's own; and give it back."""
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, self.user, self.group)
        folder.chmod(0o700)
        return folder

    def takes(self, folder: Path) -> None:
        """Make `folder`, of mode 700, and all that is in it this account's own; links are not followed."""
        self.owns(folder)
        for path in folder.rglob("*"):
            found = path.lstat()
            # A file with a second name may be another user's by that name.
            if found.st_uid != self.user and (stat.S_ISDIR(found.st_mode) or found.st_nlink == 1):
                os.chown(path, self.user, self.group, follow_symlinks=False)

    def _passes(self, folder: os.stat_result) -> bool:
        if folder.st_uid == self.user:
            return bool(folder.st_mode & stat.S_IXUSR)
        if folder.st_gid == self.group:
            return bool(folder.st_mode & stat.S_IXGRP)
        return bool(folder.st_mode & stat.S_IXOTH)


def unprivileged(*folders: Path) -> Account | None:
    """The account for a server that refuses root: the owner of the first of `folders` that root does not own.

    Without such a folder it is `nobody`. None when this process is not root: then the server runs as we do.
    Raises ServerError on a machine without a user `nobody`.
    """
    if os.geteuid() != 0:
        return None
    owners = (f.stat() for f in folders if f.exists())
    owner = next((s for s in owners if s.st_uid != 0), None)
    return Account(owner.st_uid, owner.st_gid) if owner else _nobody()


def fallback(folder: Path) -> Path:
    """The place under FALLBACK that stands for `folder`, the same one every time."""
    digest = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:12]
    return FALLBACK / digest


def place(folder: Path, account: Account | None) -> Path:
    """`folder` itself where `account` can reach it, or else the path that stands in for it under FALLBACK."""
    return folder if account is None or account.reaches(folder) else fallback(folder)


def make(folder: Path) -> Path:
    """Make `folder`, and let every user pass through those of its parents that lie under FALLBACK; give it back."""
    folder.mkdir(parents=True, exist_ok=True)
    for made in (folder, *folder.parents):
        if made.is_relative_to(FALLBACK):
            made.chmod(0o755)
    return folder


def let_pass(*folders: Path) -> None:
    """Let every user pass through folders whose content has modes of its own, whatever our umask was."""
    for folder in folders:
        folder.chmod(folder.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)


def let_read(folder: Path) -> None:
    """Let every user read what is in `folder` and pass through it, whatever our umask was."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0))


def _nobody() -> Account:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise ServerError(
            "This server refuses to run as root and there is no user `nobody` to run it as. Run as a plain user, "
            "or give the home folder to one (chown)."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)

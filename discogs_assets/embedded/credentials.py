"""The servers' passwords: random, made once a home, in one file that only its owner can read.

What belongs here: making and reading them. What doesn't: telling a server about them.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from discogs_assets.embedded import records
from discogs_assets.errors import ServerError

# The accounts that a home has, as "server/user".
ACCOUNTS = ("postgres/postgres", "postgres/discogs", "postgres/reader", "postgres/dagster", "neo4j/neo4j")


@dataclass(frozen=True)
class Credentials:
    """The passwords of one home, by account ("server/user"); printing it shows none of them."""

    file: Path
    passwords: Mapping[str, str] = field(repr=False)

    def password(self, account: str) -> str:
        """The password of `account`, one of ACCOUNTS."""
        return self.passwords[account]


def credentials(home: Path) -> Credentials:
    """The passwords of `home`, in `credentials.json` of mode 600; made on the first call, the same ever after.

    Raises ServerError when the file is there and lacks a password.
    """
    file = home / "credentials.json"
    if not file.exists():
        records.create(file, {account: secrets.token_urlsafe(24) for account in ACCOUNTS}, mode=0o600)
    passwords = records.read(file) or {}
    missing = [account for account in ACCOUNTS if not isinstance(passwords.get(account), str)]
    if missing:
        raise ServerError(
            f"{file} has no password for {', '.join(missing)}, or cannot be read by this user. Put back the file "
            f"that the servers under {home} were made with; if it is lost, delete it with the folders postgres and "
            "neo4j beside it, and load the months again: what they are made of is in the lake."
        )
    return Credentials(file, passwords)

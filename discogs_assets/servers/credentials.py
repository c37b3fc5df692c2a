"""Passwords of the servers: random, created once for each home, in one file that only its owner can read."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from discogs_assets.errors import ServerError
from discogs_assets.servers import json_state

PASSFILE = "pgpass"
"""File of a home with the reader's password, in libpq's format."""

# The file of a home may be older than an account, so the passwords of the API's roles are derived from another one.
DERIVED = {"postgres/api": "postgres/postgres", "postgres/serving": "postgres/postgres"}

# Accounts of a home, as "server/user".
ACCOUNTS = ("postgres/postgres", "postgres/discogs", "postgres/reader", "postgres/dagster", "neo4j/neo4j")


@dataclass(frozen=True)
class Credentials:
    """Passwords of one home by account ("server/user"); the repr shows none of them."""

    file: Path
    passwords: Mapping[str, str] = field(repr=False)

    def password(self, account: str) -> str:
        """Return the password of `account`, one of ACCOUNTS or DERIVED."""
        if account in DERIVED:
            secret = self.passwords[DERIVED[account]]
            return hmac.digest(secret.encode(), account.encode(), "sha256").hex()
        return self.passwords[account]


def credentials(home: Path) -> Credentials:
    """Return the passwords of `home`, in `credentials.json` of mode 600; the first call creates them for good.

    Raises ServerError if the file exists and lacks a password.
    """
    file = home / "credentials.json"
    if not file.exists():
        json_state.create(file, {account: secrets.token_urlsafe(24) for account in ACCOUNTS}, mode=0o600)
    passwords = json_state.read(file) or {}
    missing = [account for account in ACCOUNTS if not isinstance(passwords.get(account), str)]
    if missing:
        raise ServerError(
            f"{file} has no password for {', '.join(missing)}, or cannot be read by this user. Put back the file "
            f"that the servers under {home} were created with. If it is lost, delete it and the folders postgres and "
            "neo4j next to it, and load the months again from the lake."
        )
    return Credentials(file, passwords)

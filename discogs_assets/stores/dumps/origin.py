"""The source of a kept file: its identity, and a note of it in the file's folder."""

import hashlib
import os
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

NOTE = "source-{}.txt"
"""File name of a note. It contains the source's digest, so that a listing of names identifies the source."""

DIGITS = 16
"""Digits of the digest."""

ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
"""Variables that name an S3 server other than Amazon's."""


def identity(address: str) -> str:
    """Return the normalised address of a site, bucket or folder, without password, query or signature."""
    if "://" not in address:
        return str(Path(address).resolve())
    parts = urlsplit(address)
    scheme, place = parts.scheme.lower(), parts.netloc.rpartition("@")[2]
    if scheme != "s3":
        return f"{scheme}://{place.lower()}/{parts.path.strip('/')}".rstrip("/") + "/"
    server = next((found for name in ENDPOINTS if (found := os.environ.get(name))), "")
    beside = f" at {urlsplit(server).netloc.rpartition('@')[2].lower()}" if server else ""
    return f"s3://{place}/{parts.path.strip('/')}".rstrip("/") + "/" + beside


def name(origin: str) -> str:
    """Return the file name of a source's note."""
    return NOTE.format(hashlib.sha256(origin.encode()).hexdigest()[:DIGITS])


def write(origin: str, folder: Path) -> None:
    """Note the source of a file in its folder."""
    (folder / name(origin)).write_text(f"{origin}\n")


def is_of(origin: str, names: Collection[str]) -> bool | None:
    """Return True if files of these names came from the source; None if nothing is noted."""
    before, _, after = NOTE.partition("{}")
    noted = [each for each in names if each.startswith(before) and each.endswith(after)]
    return name(origin) in noted if noted else None


def noted(folder: Path) -> str:
    """Return the source noted in the folder, empty if there is no note."""
    return "".join(note.read_text().strip() for note in folder.glob(NOTE.format("*")))

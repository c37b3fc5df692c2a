"""Dumps in an S3 bucket, of any server that speaks S3: laid out as data/YYYY below a prefix, or all in one place.

What belongs here: which objects are dumps, and reading them. What doesn't: the client (see `stores.s3`), the keeping of
the bytes.
"""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import ClientError

from discogs_assets.stores.s3 import CHANGED, Prefix, code
from discogs_assets.stores.sources import patience, transfer
from discogs_assets.stores.sources.published import TEXT_BYTES, Listed, Progress, Published, named

KEY = re.compile(r"(?:data/\d{4}/)?([^/]+)")

EXPECTED = "a bucket that anyone may read and list, or credentials for it"


@dataclass(frozen=True)
class Bucket(Listed):
    """A bucket, and the prefix below which its dumps are."""

    within: Prefix
    clock: patience.Clock = field(default_factory=patience.Clock)

    @classmethod
    def at(cls, address: str, hurried: bool = False) -> "Bucket":
        """The bucket of an address s3://bucket/prefix."""
        return cls(Prefix.at(address, "DISCOGS_DUMPS", EXPECTED, hurried))

    @property
    def title(self) -> str:
        """The address as a message may show it."""
        return self.within.title

    def text(self, file: Published) -> str:
        """What a CHECKSUM file says."""
        with self.within.asked(file.name):
            body = self.within.client.get_object(Bucket=self.within.bucket, Key=file.place)["Body"]
            with closing(body):
                return str(body.read(TEXT_BYTES).decode(errors="replace"))

    def fetch(self, file: Published, target: Path, progress: Progress) -> str:
        """Write the file's bytes, durably, and return their sha256."""

        @contextmanager
        def ask(start: int, held: str) -> Iterator[transfer.Answer]:
            condition = {"Range": f"bytes={start}-", "IfMatch": held} if start else {}
            with self.within.asked(file.name):
                try:
                    found = self.within.client.get_object(Bucket=self.within.bucket, Key=file.place, **condition)
                except ClientError as error:
                    if start and code(error) in CHANGED:
                        yield transfer.Answer(0, None, "", iter(()), stale=True)
                        return
                    raise
                with closing(found["Body"]) as body:
                    size, chunks = found["ContentLength"], body.iter_chunks(transfer.CHUNK_BYTES)
                    at = start if "ContentRange" in found else 0
                    yield transfer.Answer(at, at + size, found.get("ETag", ""), chunks)

        return transfer.fetch(file, target, ask, progress, self.clock)

    def _all(self) -> list[Published]:
        found = []
        for each in self.within.listed():
            key = KEY.fullmatch(each["Key"])
            facts = (each["Size"], each.get("ETag"), each.get("LastModified"))
            if key and (file := named(key[1], f"{self.within.prefix}{each['Key']}", *facts)):
                found.append(file)
        return found

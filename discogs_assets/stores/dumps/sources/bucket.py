"""Dumps in an S3 bucket: as data/YYYY below a prefix, all in one place, or in exports."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

from botocore.exceptions import ClientError

from discogs_assets.stores.dumps.sources import download, musicbrainz_exports, retry
from discogs_assets.stores.dumps.sources.dump_file import TEXT_BYTES, Listed, Progress, Published, named
from discogs_assets.stores.lake.s3 import CHANGED, Prefix, code

KEY = re.compile(r"(?:data/\d{4}/)?([^/]+)")

EXPECTED = "a bucket that anyone may read and list, or credentials for it"


@dataclass(frozen=True)
class Objects:
    """A bucket, the prefix of its dumps, and the variable that names both."""

    within: Prefix
    clock: retry.Clock = field(default_factory=retry.Clock)

    SETTING: ClassVar[str]

    @classmethod
    def at(cls, address: str, hurried: bool = False) -> Self:
        """Return the bucket at s3://bucket/prefix."""
        return cls(Prefix.at(address, cls.SETTING, EXPECTED, hurried))

    @property
    def title(self) -> str:
        """The address for messages."""
        return self.within.title

    def text(self, file: Published) -> str:
        """Return the text of a checksum file."""
        with self.within.translate_errors(file.name):
            body = self.within.client.get_object(Bucket=self.within.bucket, Key=file.place)["Body"]
            with closing(body):
                return str(body.read(TEXT_BYTES).decode(errors="replace"))

    def fetch(self, file: Published, target: Path, progress: Progress, expected: str = "") -> str:
        """Write the file durably and return its sha256."""

        @contextmanager
        def ask(start: int, held: str) -> Iterator[download.Answer]:
            condition = {"Range": f"bytes={start}-", "IfMatch": held} if start else {}
            with self.within.translate_errors(file.name):
                try:
                    found = self.within.client.get_object(Bucket=self.within.bucket, Key=file.place, **condition)
                except ClientError as error:
                    if start and code(error) in CHANGED:
                        yield download.Answer(0, None, "", iter(()), stale=True)
                        return
                    raise
                with closing(found["Body"]) as body:
                    size, chunks = found["ContentLength"], body.iter_chunks(download.CHUNK_BYTES)
                    at = start if "ContentRange" in found else 0
                    yield download.Answer(at, at + size, found.get("ETag", ""), chunks)

        return download.fetch(file, target, ask, progress, self.clock, expected)


class Bucket(Objects, Listed):
    """A bucket of Discogs dumps."""

    SETTING: ClassVar[str] = "DISCOGS_DUMPS"

    def _all(self) -> list[Published]:
        found = []
        for each in self.within.list_objects():
            key = KEY.fullmatch(each["Key"])
            facts = (each["Size"], each.get("ETag"), each.get("LastModified"))
            if key and (file := named(key[1], f"{self.within.prefix}{each['Key']}", *facts)):
                found.append(file.examined())
        return found


class BucketRuns(Objects, musicbrainz_exports.ListedRuns):
    """A bucket of MusicBrainz exports."""

    SETTING: ClassVar[str] = musicbrainz_exports.SETTING

    def _all(self) -> Iterator[Published]:
        for each in self.within.list_objects():
            if file := musicbrainz_exports.part(each["Key"], f"{self.within.prefix}{each['Key']}", each["Size"]):
                yield file.examined()

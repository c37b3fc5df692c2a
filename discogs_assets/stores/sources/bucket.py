"""Dumps in an S3 bucket, of any server that speaks S3: laid out as data/YYYY below a prefix, or all in one place.

What belongs here: requests by boto3, which reads the standard AWS_* variables and files. What doesn't: the keeping of
the bytes.
"""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import urllib3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from discogs_assets.errors import DumpMissingError, ServerError, SettingError
from discogs_assets.stores.sources import patience, transfer
from discogs_assets.stores.sources.published import TEXT_BYTES, Listed, Progress, Published, named

KEY = re.compile(r"(?:data/\d{4}/)?([^/]+)")

REFUSED = {"AccessDenied", "AllAccessDisabled", "ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403"}
ABSENT = {"NoSuchKey", "404"}
CHANGED = {"PreconditionFailed", "InvalidRange", "412", "416"}


@dataclass(frozen=True)
class Bucket(Listed):
    """A bucket, and the prefix below which its dumps are; whoever is `hurried` asks once and waits for little."""

    bucket: str
    prefix: str
    hurried: bool = False
    clock: patience.Clock = field(default_factory=patience.Clock)

    @classmethod
    def at(cls, address: str, hurried: bool = False) -> "Bucket":
        """The bucket of an address s3://bucket/prefix."""
        parts = urlsplit(address)
        bucket, prefix = parts.netloc.rpartition("@")[2], parts.path.strip("/")
        if not bucket:
            raise SettingError("DISCOGS_DUMPS is s3:// without a bucket, expected s3://bucket/prefix. Name the bucket.")
        return cls(bucket, f"{prefix}/" if prefix else "", hurried)

    @property
    def title(self) -> str:
        """The address as a message may show it."""
        return f"s3://{self.bucket}/{self.prefix}"

    def text(self, file: Published) -> str:
        """What a CHECKSUM file says."""
        with self._asked(file.name):
            body = self._client.get_object(Bucket=self.bucket, Key=file.place)["Body"]
            with closing(body):
                return str(body.read(TEXT_BYTES).decode(errors="replace"))

    def fetch(self, file: Published, target: Path, progress: Progress) -> str:
        """Write the file's bytes, durably, and return their sha256."""

        @contextmanager
        def ask(start: int, held: str) -> Iterator[transfer.Answer]:
            condition = {"Range": f"bytes={start}-", "IfMatch": held} if start else {}
            with self._asked(file.name):
                try:
                    found = self._client.get_object(Bucket=self.bucket, Key=file.place, **condition)
                except ClientError as error:
                    if start and _code(error) in CHANGED:
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
        with self._asked(""):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
            for each in (each for page in pages for each in page.get("Contents", ())):
                key = KEY.fullmatch(each["Key"].removeprefix(self.prefix))
                facts = (each["Size"], each.get("ETag"), each.get("LastModified"))
                if key and (file := named(key[1], each["Key"], *facts)):
                    found.append(file)
        return found

    @cached_property
    def _client(self) -> Any:
        """A client with whatever credentials there are; without any, one that signs nothing."""
        with self._asked(""):
            session = boto3.Session()
            unsigned = {} if session.get_credentials() else {"signature_version": UNSIGNED}
            config = Config(
                connect_timeout=patience.CONNECT_SECONDS,
                read_timeout=patience.HURRIED_SECONDS if self.hurried else patience.STALL_SECONDS,
                retries={"mode": "standard", "total_max_attempts": 1 if self.hurried else 3},
                **unsigned,
            )
            return session.client("s3", config=config)

    @contextmanager
    def _asked(self, name: str) -> Iterator[None]:
        """Errors of boto3 as ours; its own sentences are not shown, for they may quote endpoints and signatures."""
        what = f"{self.title}{name}"
        try:
            yield
        except ClientError as error:
            raise self._refusal(_code(error), what) from None
        except (BotoCoreError, urllib3.exceptions.HTTPError) as error:
            raise ServerError(
                f"{what}: the S3 server did not answer, or stopped in the middle ({type(error).__name__}). Check "
                "AWS_ENDPOINT_URL and AWS_REGION, then run again; what has come is kept."
            ) from None

    def _refusal(self, code: str, what: str) -> SettingError | DumpMissingError | ServerError:
        if code == "NoSuchBucket":
            return SettingError(f"DISCOGS_DUMPS is {self.title}, but there is no bucket {self.bucket}. Name another.")
        if code in REFUSED:
            return SettingError(
                f"{what} is refused ({code}), expected a bucket that anyone may read and list, or credentials for it. "
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
            )
        if code in ABSENT:
            return DumpMissingError(f"{what} is not there any more. List the bucket and run again.")
        return ServerError(f"{what}: the S3 server answers {code}. Run again later.")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "an error"))

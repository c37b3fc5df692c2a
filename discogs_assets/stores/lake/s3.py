"""Access to s3://bucket/prefix on any server that speaks S3, with boto3's errors as ours."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit

import boto3
import urllib3
from boto3.exceptions import Boto3Error
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from discogs_assets.errors import DumpMissingError, ServerError, SettingError
from discogs_assets.stores.dumps.sources import pace

REFUSED = {"AccessDenied", "AllAccessDisabled", "ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403"}
ABSENT = {"NoSuchKey", "404"}
CHANGED = {"PreconditionFailed", "InvalidRange", "412", "416"}
LOST = {"PreconditionFailed", "ConditionalRequestConflict", "409", "412", *ABSENT}
"""Error codes of a write with an unmet condition."""

CONNECTIONS = 32
"""Most connections that a client keeps open."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """A bucket and the prefix of our objects, empty or with a slash at its end.

    `setting` is the variable that names them, `expected` the rights that the server must grant. `hurried` means a
    single attempt and short waits.
    """

    bucket: str
    prefix: str
    setting: str
    expected: str
    hurried: bool = False

    @classmethod
    def at(cls, address: str, setting: str, expected: str, hurried: bool = False) -> "Prefix":
        """Return the prefix at s3://bucket/prefix. Raises SettingError if the address names no bucket."""
        parts = urlsplit(address)
        bucket, prefix = parts.netloc.rpartition("@")[2], parts.path.strip("/")
        if not bucket:
            raise SettingError(f"{setting} is s3:// without a bucket, expected s3://bucket/prefix. Name the bucket.")
        return cls(bucket, f"{prefix}/" if prefix else "", setting, expected, hurried)

    @property
    def title(self) -> str:
        """The address for messages."""
        return f"s3://{self.bucket}/{self.prefix}"

    @property
    def client(self) -> Any:
        """A client with the credentials of the standard AWS_* variables and files; it signs nothing without any."""
        with self.translate_errors(""):
            return _client(self.hurried, frozenset(_standard()))

    def below(self, folder: str) -> "Prefix":
        """Return the prefix of a folder below this one."""
        return replace(self, prefix=f"{self.prefix}{folder}/")

    def place(self, name: str) -> dict[str, str]:
        """Return bucket and key of an object, as request parameters."""
        return {"Bucket": self.bucket, "Key": f"{self.prefix}{name}"}

    def ask(self, name: str, request: str, **arguments: Any) -> Any:
        """Return the response to a request about an object."""
        with self.translate_errors(name):
            return getattr(self.client, request)(**self.place(name), **arguments)

    def list_objects(self, folder: str = "") -> Iterator[dict[str, Any]]:
        """Yield all objects below a folder as the server lists them, with `Key` relative to the prefix."""
        with self.translate_errors(folder):
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=f"{self.prefix}{folder}"):
                for each in page.get("Contents", ()):
                    yield {**each, "Key": each["Key"].removeprefix(self.prefix)}

    @contextmanager
    def translate_errors(self, name: str) -> Iterator[None]:
        """Translate boto3's errors into ours. Its messages are not shown: they may quote endpoints and signatures."""
        what = f"{self.title}{name}"
        try:
            yield
        except ClientError as error:
            raise self._refusal(code(error), what) from None
        except (BotoCoreError, Boto3Error, urllib3.exceptions.HTTPError) as error:
            raise ServerError(
                f"{what}: the S3 server did not answer, or stopped in the middle ({_kind(error)}). Check "
                "AWS_ENDPOINT_URL and AWS_REGION, then run again."
            ) from None

    def _refusal(self, said: str, what: str) -> SettingError | DumpMissingError | ServerError:
        if said == "NoSuchBucket":
            return SettingError(f"{self.setting} is {self.title}, but there is no bucket {self.bucket}. Name another.")
        if said in REFUSED:
            return SettingError(
                f"{what} is refused ({said}), expected {self.expected}. Set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
            )
        if said in ABSENT:
            return DumpMissingError(f"{what} no longer exists. List the bucket and run again.")
        return ServerError(f"{what}: the S3 server answers {said}. Run again later.")


def code(error: ClientError) -> str:
    """Return the server's error code."""
    return str(error.response.get("Error", {}).get("Code", "an error"))


def _kind(error: Exception) -> str:
    """Return the class of the error, or of the last error of a transfer."""
    return type(getattr(error, "last_exception", error)).__name__


def _standard() -> Iterator[tuple[str, str]]:
    return (
        (name, value) for name, value in os.environ.items() if name.upper().startswith(("AWS_", "NO_PROXY", "HTTP"))
    )


@lru_cache(maxsize=4)
def _client(hurried: bool, standard: frozenset[tuple[str, str]]) -> Any:
    """Return a client for these standard variables, cached: creating one takes longer than most requests."""
    session = boto3.Session()
    unsigned = {} if session.get_credentials() else {"signature_version": UNSIGNED}
    config = Config(
        connect_timeout=pace.CONNECT_SECONDS,
        read_timeout=pace.HURRIED_SECONDS if hurried else pace.STALL_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1 if hurried else 3},
        max_pool_connections=CONNECTIONS,
        **unsigned,
    )
    client = session.client("s3", config=config)
    _keep_pace(client, hurried)
    return client


def _keep_pace(client: Any, hurried: bool) -> None:
    """Make the client drop a server that drips: botocore's own timeout applies to each read of a socket."""
    session = client._endpoint.http_session  # noqa: SLF001 - botocore takes no class of connections
    manager = session._manager  # noqa: SLF001
    begin = partial(pace.Pace.of_page, hurried=True) if hurried else pace.Pace.of_file
    manager.pool_classes_by_scheme = {
        scheme: type(pool.__name__, (pool,), {"ConnectionCls": pace.pace_connection(pool.ConnectionCls, begin)})
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }

"""Fixtures: a server that speaks S3, one a process, which ours finds by the standard variable.

What belongs here: starting it, its buckets, the environment. What doesn't: what is kept there.
"""

import os
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any

import pytest

NUMBERS = count()

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_REGION": "us-east-1"}
"""The owner's, as the environment has them."""


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of the server."""
    from moto.server import ThreadedMotoServer  # takes long, and few tests need it

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_owner(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the owner's, whose credentials nobody else has; no setting of AWS of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return _owner(s3_endpoint)


@cache
def _owner(endpoint: str) -> Any:
    import boto3  # for the same reason

    access = {"aws_access_key_id": "id", "aws_secret_access_key": "hunter2"}
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **access)


@pytest.fixture
def bucket(s3_owner: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a new bucket, and the owner's credentials in the environment."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    bucket = f"lake-{next(NUMBERS)}"
    s3_owner.create_bucket(Bucket=bucket)
    return bucket

"""Fixtures: runs of MusicBrainz' dumps, in a folder, in a bucket and on a site of the form of data.metabrainz.org.

What belongs here: making runs, taking them away, the pages of the site. What doesn't: any claim.
"""

import hashlib
import io
import shutil
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import pytest

from discogs_assets.schema.musicbrainz import ENTITIES
from discogs_assets_tests.fix_site import Handler, Server, serve_site

NAMES = tuple(entity.name for entity in ENTITIES)

NOTHING: Mapping[str, str] = MappingProxyType({})


def pack_file(entity: str, text: str) -> bytes:
    """A file of a run, as small as one can be: a record of that text."""
    content, file = text.encode(), io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:xz") as tar:
        member = tarfile.TarInfo(f"mbdump/{entity}")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return file.getvalue()


def read(path: Path) -> str:
    """The record of such a file."""
    with tarfile.open(path) as tar:
        member = tar.extractfile(tar.getnames()[0])
        assert member
        return member.read().decode()


class Mirror(ABC):
    """A source of runs, with its address."""

    address: str

    @abstractmethod
    def put(self, name: str, content: bytes) -> None:
        """Have a file there."""

    @abstractmethod
    def vanish(self, run: str) -> None:
        """Take the run away."""

    def publish(
        self, run: str, lacking: Collection[str] = (), unsummed: Collection[str] = (), said: Mapping[str, str] = NOTHING
    ) -> None:
        """Put a run there; each file's text is `{run} {entity}`, and its sha256 is as it is unless another is said."""
        files = {each: pack_file(each, f"{run} {each}") for each in NAMES}
        sums = {each: said.get(each) or hashlib.sha256(files[each]).hexdigest() for each in files}
        lines = [f"{sha256} *{each}.tar.xz\n" for each, sha256 in sums.items() if each not in unsummed]
        for each in files.keys() - {*lacking}:
            self.put(f"{run}/{each}.tar.xz", files[each])
        self.put(f"{run}/event.tar.xz", b"of no use")
        if "SHA256SUMS" not in lacking:
            self.put(f"{run}/SHA256SUMS", "".join([*lines, f"{'0' * 64} *event.tar.xz\n"]).encode())
        self.put("LATEST", run.encode())


@dataclass
class FolderOfRuns(Mirror):
    """Runs in a folder."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.address = str(self.folder)

    def put(self, name: str, content: bytes) -> None:
        """Have a file there."""
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_bytes(content)

    def vanish(self, run: str) -> None:
        """Take the run away."""
        shutil.rmtree(self.folder / run)


@dataclass
class BucketOfRuns(Mirror):
    """Runs in a bucket."""

    client: Any
    bucket: str

    def __post_init__(self) -> None:
        self.address = f"s3://{self.bucket}/json-dumps"

    def put(self, name: str, content: bytes) -> None:
        """Have a file there."""
        self.client.put_object(Bucket=self.bucket, Key=f"json-dumps/{name}", Body=content)

    def vanish(self, run: str) -> None:
        """Take the run away."""
        for each in self.client.list_objects_v2(Bucket=self.bucket, Prefix=f"json-dumps/{run}/")["Contents"]:
            self.client.delete_object(Bucket=self.bucket, Key=each["Key"])


class FakeIndex(Server, Mirror):
    """Runs on a site: the pages are those that a web server makes of folders."""

    @property
    def address(self) -> str:  # type: ignore[override]
        """The address, with what no message may show."""
        return f"http://user:hunter2@127.0.0.1:{self.port}/json-dumps?token=hunter2"

    def put(self, name: str, content: bytes) -> None:
        """Have a file there."""
        self.files[name] = content

    def vanish(self, run: str) -> None:
        """Take the run away."""
        for name in [name for name in self.files if name.startswith(run)]:
            del self.files[name]

    def requests(self, part: str = "") -> list[str]:
        """What was asked for, of what has `part` in it."""
        return [path for path, _ in self.asked if part in path]

    def listing(self, folder: str) -> str:
        """The page of a folder, empty if there is nothing in it."""
        inside = [name.removeprefix(folder) for name in sorted(self.files) if name.startswith(folder)]
        names = dict.fromkeys(f"{head}{slash}" for head, slash, _ in (each.partition("/") for each in inside))
        links = "\n".join(f'<a href="{name}">{name}</a>  21-Nov-2026 00:10  -' for name in ("../", *names))
        return self.page or f'<html><h1>Index of /{folder}</h1><a href="?C=N;O=D">Name</a><pre>{links}</pre></html>'


class IndexHandler(Handler):
    """One request to the site of runs."""

    site: FakeIndex

    def answer(self) -> None:
        """Send a page or a file."""
        path = urlsplit(self.path).path.removeprefix("/json-dumps/")
        fault, done = self._said(path)
        there = path.endswith("/") and any(name.startswith(path) for name in self.site.files)
        if done:
            return
        if there or not path:
            self._page(self.site.listing(path), fault)
        else:
            self._sent(path, fault)


@pytest.fixture
def fake_index(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeIndex]:
    """A running site without runs."""
    site = FakeIndex()
    with serve_site(site, IndexHandler, monkeypatch):
        yield site


@pytest.fixture(params=["folder", "bucket", "site"])
def mirror(request: pytest.FixtureRequest, tmp_path: Path) -> Mirror:
    """A source of each kind, without runs."""
    if request.param == "folder":
        return FolderOfRuns(tmp_path / "runs")
    if request.param == "bucket":
        return BucketOfRuns(request.getfixturevalue("s3_owner"), request.getfixturevalue("bucket"))
    found: FakeIndex = request.getfixturevalue("fake_index")
    return found

"""A folder of objects in S3 that is replaced or emptied as a whole: immutable objects, and a manifest that names some.

What belongs here: the manifest, the exchange, the transfers, and what is left behind. What doesn't: which folders there
are (see `object_lake`), and the client (see `s3`).

A writer reads the manifest, uploads objects under names of its own, lists what else is there, replaces the manifest if
it is still the one that was read, and then deletes what was listed. So of two writers one wins, and what it deletes is
of writers that began before the manifest was replaced, who cannot win any more. For the same reason no manifest is ever
deleted: one of an empty folder names nothing.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from discogs_assets import failpoints
from discogs_assets.errors import BusyError, DiscogsError, DumpMissingError, ServerError
from discogs_assets.stores.folder import sync
from discogs_assets.stores.s3 import ABSENT, LOST, Prefix, code
from discogs_assets.stores.staged import VERSION_DIGITS

MANIFEST = "manifest.json"

NOTHING_BYTES = 64
"""Up to this size a manifest names nothing."""

TRANSFER = TransferConfig(multipart_chunksize=32 << 20, max_concurrency=8)
FILES_AT_ONCE = 3

FOOTER_BYTES = 64 << 10
"""Read first of a Parquet file's end; more is read where the footer is longer."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of a folder: the object that holds it, its size in bytes and its sha256."""

    object: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a folder consists of, by file name; `etag` is the server's, empty where there is no manifest yet."""

    version: str = ""
    files: Mapping[str, Stored] = field(default_factory=dict)
    etag: str = ""

    @property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(each.size for each in self.files.values())

    def written(self) -> bytes:
        """The manifest as JSON."""
        files = {name: asdict(each) for name, each in self.files.items()}
        return json.dumps({"version": self.version, "files": files}).encode()

    @classmethod
    def read(cls, text: bytes, etag: str) -> "Manifest":
        """The inverse of `written`."""
        said = json.loads(text)
        return cls(said["version"], {name: Stored(**each) for name, each in said["files"].items()}, etag)


@dataclass(frozen=True, slots=True)
class ObjectFolder:
    """What lies below a prefix."""

    prefix: Prefix

    def manifest(self) -> Manifest:
        """What the manifest says now; one that names nothing if there is none."""
        client = self.prefix.client
        with self.prefix.asked(MANIFEST):
            try:
                found = client.get_object(**self.prefix.place(MANIFEST))
                return Manifest.read(found["Body"].read(), found["ETag"])
            except ClientError as error:
                if code(error) in ABSENT:
                    return Manifest()
                raise

    def replace(self, draft: Path, held: Manifest) -> str:
        """Let the draft's files take the place of what the manifest names; the new version.

        BusyError if it is another manifest by now. What writers have left that were killed goes, too.
        """
        version, naming = secrets.token_hex(VERSION_DIGITS // 2), False
        try:
            new = Manifest(version, self._upload(draft, version), held.etag)
            others, unfinished = self._others(version), self._unfinished()
            failpoints.reach("place")
            naming = True
            self._name(new)
        except BaseException as error:
            # An error of the network leaves open whether the manifest names the new objects.
            if not naming or isinstance(error, BusyError):
                self._give_up(version)
            raise
        failpoints.reach("placed")
        self._delete(others)
        self._abort(unfinished)
        return version

    def empty(self, etag: str, objects: Iterable[str]) -> None:
        """Let the manifest with the etag name nothing, and delete the objects; BusyError if it is another by now."""
        self._name(Manifest(secrets.token_hex(VERSION_DIGITS // 2), {}, etag))
        self._delete(objects)

    def fetch(self, manifest: Manifest, folder: Path) -> None:
        """Copy the files that the manifest names; DumpMissingError if an object is not there any more."""
        with ThreadPoolExecutor(FILES_AT_ONCE, "download") as pool:
            list(pool.map(lambda file: self._download(manifest.files[file], folder / file), manifest.files))

    def fetch_footers(self, manifest: Manifest, folder: Path) -> None:
        """The same for Parquet files without their rows, which may be many times as many bytes."""
        for name, stored in manifest.files.items():
            if fnmatch(name, "*.parquet"):
                end = self._end(stored, FOOTER_BYTES)
                length = int.from_bytes(end[-8:-4], "little") + 8
                end = end if len(end) >= length else self._end(stored, length)
                (folder / name).write_bytes(b"PAR1" + end[-length:])

    def _end(self, stored: Stored, size: int) -> bytes:
        with self.prefix.asked(stored.object):
            found = self.prefix.client.get_object(**self.prefix.place(stored.object), Range=f"bytes=-{size}")
            return bytes(found["Body"].read())

    def put(self, name: str, content: bytes, etag: str = "") -> bool:
        """Write the object in the place of the one with the etag, or where none is; whether that came true."""
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        client = self.prefix.client
        with self.prefix.asked(name):
            try:
                client.put_object(**self.prefix.place(name), Body=content, **condition)
            except ClientError as error:
                if code(error) in LOST:
                    return False
                raise
        return True

    def delete(self, name: str) -> None:
        """Delete the object; it need not be there."""
        self.prefix.ask(name, "delete_object")

    def _name(self, manifest: Manifest) -> None:
        """Put the manifest in the place of the one with its etag.

        A request that is repeated because its answer was lost finds that it has won already.
        """
        won = self.put(MANIFEST, manifest.written(), manifest.etag)
        if not won and self.manifest().version != manifest.version:
            raise BusyError(
                f"{self.prefix.title} was written or dropped by another process meanwhile, which was faster; what this "
                "one has made was thrown away. Run again if it is to take the place."
            )

    def _upload(self, draft: Path, version: str) -> dict[str, Stored]:
        """Every file of the draft in an object of this version."""

        def upload(file: Path) -> tuple[str, Stored]:
            stem, dot, rest = file.name.partition(".")
            name = f"{stem}.{version}{dot}{rest}"
            sync(file)
            with file.open("rb") as content, self.prefix.asked(name):
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
                content.seek(0)
                client.upload_fileobj(content, *self.prefix.place(name).values(), Config=TRANSFER)
            failpoints.reach("upload")
            return file.name, Stored(name, file.stat().st_size, sha256)

        client = self.prefix.client
        with ThreadPoolExecutor(FILES_AT_ONCE, "upload") as pool:
            return dict(pool.map(upload, sorted(draft.iterdir())))

    def _download(self, stored: Stored, target: Path) -> None:
        client = self.prefix.client
        with self.prefix.asked(stored.object):
            client.download_file(*self.prefix.place(stored.object).values(), str(target), Config=TRANSFER)
        with target.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != stored.sha256:
                raise ServerError(f"{self.prefix.title}{stored.object} came with other bytes than were put there.")
        sync(target)

    def _others(self, version: str) -> list[str]:
        """The objects of every version but this one."""
        names = [each["Key"] for each in self.prefix.listed()]
        return [name for name in names if name != MANIFEST and f".{version}" not in name]

    def _unfinished(self) -> list[tuple[str, str]]:
        """Uploads in parts that have begun: their objects and ids. None where the server does not tell."""
        with self.prefix.asked(""):
            try:
                found = self.prefix.client.list_multipart_uploads(
                    Bucket=self.prefix.bucket, Prefix=self.prefix.prefix
                ).get("Uploads", ())
            except ClientError as error:
                if code(error) in {"NotImplemented", "501"}:
                    return []
                raise
        names = [(each["Key"].removeprefix(self.prefix.prefix), each["UploadId"]) for each in found]
        return [(name, upload) for name, upload in names if "/" not in name]

    def _abort(self, uploads: Iterable[tuple[str, str]]) -> None:
        for name, upload in uploads:
            with suppress(DumpMissingError):
                self.prefix.ask(name, "abort_multipart_upload", UploadId=upload)

    def _delete(self, names: Iterable[str]) -> None:
        with ThreadPoolExecutor(FILES_AT_ONCE, "delete") as pool:
            list(pool.map(self.delete, names))

    def _give_up(self, version: str) -> None:
        """Delete what was uploaded of this version, as far as the server lets us; the next writer deletes the rest."""
        with suppress(DiscogsError):
            self._delete(each["Key"] for each in self.prefix.listed() if f".{version}" in each["Key"])

"""A folder of objects in S3, replaced or emptied atomically: immutable objects, some named by a manifest."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from pydantic import BaseModel, Field

from discogs_assets import failpoints
from discogs_assets.errors import BusyError, DiscogsError, DumpMissingError, ServerError
from discogs_assets.stores.lake.atomic_dir import sync
from discogs_assets.stores.lake.local_cache import VERSION_DIGITS
from discogs_assets.stores.lake.s3 import ABSENT, LOST, Prefix, code

MANIFEST = "manifest.json"

NOTHING_BYTES = 64
"""Largest size in bytes of a manifest that names nothing."""

TRANSFER = TransferConfig(multipart_chunksize=32 << 20, max_concurrency=8)
FILES_AT_ONCE = 3

FOOTER_BYTES = 64 << 10
"""Bytes read first from the end of a Parquet file; more are read if its footer is longer."""


class Stored(BaseModel, frozen=True):
    """A file of a folder: its object, size in bytes and sha256."""

    object: str
    size: int
    sha256: str


class Manifest(BaseModel, frozen=True):
    """The files of a folder, by name. `etag` is the server's, empty if there is no manifest yet."""

    version: str = ""
    files: Mapping[str, Stored] = {}
    etag: str = Field("", exclude=True)

    @property
    def size(self) -> int:
        """Size of the files in bytes."""
        return sum(each.size for each in self.files.values())


@dataclass(frozen=True, slots=True)
class ObjectFolder:
    """A folder of objects below a prefix.

    A writer reads the manifest, uploads objects under unique names, and lists all other objects. Then it replaces the
    manifest if that is unchanged, and deletes the listed objects. So one of two writers wins. It deletes only objects
    of writers that began before the manifest was replaced and can no longer win. For the same reason a manifest is
    never deleted: the manifest of an empty folder names nothing.
    """

    prefix: Prefix

    def manifest(self) -> Manifest:
        """Return the current manifest, an empty one if there is none."""
        client = self.prefix.client
        with self.prefix.translate_errors(MANIFEST):
            try:
                found = client.get_object(**self.prefix.place(MANIFEST))
                return Manifest.model_validate({**json.load(found["Body"]), "etag": found["ETag"]})
            except ClientError as error:
                if code(error) in ABSENT:
                    return Manifest()
                raise

    def replace(self, draft: Path, held: Manifest) -> str:
        """Replace the files of the manifest by the draft's, and return the new version.

        Raises BusyError if the manifest has changed meanwhile. Objects and uploads left by killed writers are deleted.
        """
        version, naming = _draw_version(), False
        try:
            new = Manifest(version=version, files=self._upload(draft, version), etag=held.etag)
            # Listed before the manifest is replaced: objects of writers that begin later must survive.
            others, unfinished = self._list_others(version), self._list_unfinished()
            failpoints.reach("place")
            naming = True
            self._replace_manifest(new)
        except BaseException as error:
            # After a network error, the manifest may already name the new objects.
            if not naming or isinstance(error, BusyError):
                self._delete_uploads(version)
            raise
        failpoints.reach("placed")
        self._delete(others)
        self._abort(unfinished)
        return version

    def empty(self) -> int:
        """Empty the manifest, delete all objects and return their bytes. Raises BusyError if the manifest changes."""
        held, objects = self.manifest(), self._list_others()
        self._replace_manifest(Manifest(version=_draw_version(), etag=held.etag))
        self._delete(objects)
        return sum(objects.values())

    def fetch(self, manifest: Manifest, folder: Path) -> None:
        """Download the files that the manifest names. Raises DumpMissingError if an object no longer exists."""
        with ThreadPoolExecutor(FILES_AT_ONCE, "download") as pool:
            list(pool.map(lambda file: self._download(manifest.files[file], folder / file), manifest.files))

    def fetch_footers(self, manifest: Manifest, folder: Path) -> None:
        """Download the footers of the manifest's Parquet files without their rows, often many times as many bytes."""
        for name, stored in manifest.files.items():
            if fnmatch(name, "*.parquet"):
                end = self._read_end(stored, FOOTER_BYTES)
                length = int.from_bytes(end[-8:-4], "little") + 8
                end = end if len(end) >= length else self._read_end(stored, length)
                (folder / name).write_bytes(b"PAR1" + end[-length:])

    def _read_end(self, stored: Stored, size: int) -> bytes:
        with self.prefix.translate_errors(stored.object):
            found = self.prefix.client.get_object(**self.prefix.place(stored.object), Range=f"bytes=-{size}")
            return bytes(found["Body"].read())

    def put(self, name: str, content: bytes, etag: str = "") -> bool:
        """Write the object if its etag matches, or, without one, if it is absent; return False otherwise."""
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        client = self.prefix.client
        with self.prefix.translate_errors(name):
            try:
                client.put_object(**self.prefix.place(name), Body=content, **condition)
            except ClientError as error:
                if code(error) in LOST:
                    return False
                raise
        return True

    def delete(self, name: str) -> None:
        """Delete the object, if it exists."""
        self.prefix.ask(name, "delete_object")

    def _replace_manifest(self, manifest: Manifest) -> None:
        """Replace the manifest with this etag.

        A request that is repeated because its response was lost may find its own manifest.
        """
        replaced = self.put(MANIFEST, manifest.model_dump_json().encode(), manifest.etag)
        if not replaced and self.manifest().version != manifest.version:
            raise BusyError(
                f"{self.prefix.title} was written or dropped by another process meanwhile; the files of this process "
                "are discarded. Run again to replace the other's."
            )

    def _upload(self, draft: Path, version: str) -> dict[str, Stored]:
        """Upload every file of the draft as an object of this version."""

        def upload(file: Path) -> tuple[str, Stored]:
            stem, dot, rest = file.name.partition(".")
            name = f"{stem}.{version}{dot}{rest}"
            sync(file)
            with file.open("rb") as content, self.prefix.translate_errors(name):
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
                content.seek(0)
                client.upload_fileobj(content, *self.prefix.place(name).values(), Config=TRANSFER)
            failpoints.reach("upload")
            return file.name, Stored(object=name, size=file.stat().st_size, sha256=sha256)

        client = self.prefix.client
        with ThreadPoolExecutor(FILES_AT_ONCE, "upload") as pool:
            return dict(pool.map(upload, sorted(draft.iterdir())))

    def _download(self, stored: Stored, target: Path) -> None:
        client = self.prefix.client
        with self.prefix.translate_errors(stored.object):
            client.download_file(*self.prefix.place(stored.object).values(), str(target), Config=TRANSFER)
        with target.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != stored.sha256:
                raise ServerError(
                    f"{self.prefix.title}{stored.object} differs from the sha256 in {MANIFEST}. Run again."
                )
        sync(target)

    def _list_others(self, version: str = "") -> dict[str, int]:
        """Return name and size in bytes of all objects but the manifest and those of the version."""
        sizes = {each["Key"]: each["Size"] for each in self.prefix.list_objects()}
        return {name: size for name, size in sizes.items() if name != MANIFEST and not (version and version in name)}

    def _list_unfinished(self) -> list[tuple[str, str]]:
        """Return object and id of each unfinished multipart upload; none if the server does not list them."""
        with self.prefix.translate_errors(""):
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

    def _delete_uploads(self, version: str) -> None:
        """Delete the uploads of this version, as far as the server allows; the next writer deletes the rest."""
        with suppress(DiscogsError):
            self._delete(each["Key"] for each in self.prefix.list_objects() if f".{version}" in each["Key"])


def _draw_version() -> str:
    return secrets.token_hex(VERSION_DIGITS // 2)

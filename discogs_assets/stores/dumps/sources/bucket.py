"""Dumps in an S3 bucket: in folders below a prefix, or all in one place."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from botocore.exceptions import ClientError

from discogs_assets.stores.dumps.sources.dump_file import CHUNK_BYTES, Answer, Layout, Published, Source
from discogs_assets.stores.lake.s3 import CHANGED, Prefix, code

EXPECTED = "a bucket that anyone may read and list, or credentials for it"


@dataclass(frozen=True)
class Bucket(Source):
    """A bucket and the prefix of its dumps."""

    layout: Layout
    within: Prefix

    @classmethod
    def at(cls, layout: Layout, address: str, hurried: bool = False) -> "Bucket":
        """Return the bucket at s3://bucket/prefix."""
        return cls(layout, Prefix.at(address, layout.setting, EXPECTED, hurried))

    @property
    def title(self) -> str:
        """The address for messages."""
        return self.within.title

    def list_files(self) -> Iterator[Published]:
        """Yield all usable files."""
        for each in self.within.list_objects():
            if file := self.layout.parse(each["Key"]):
                place, changed = f"{self.within.prefix}{each['Key']}", each.get("LastModified")
                yield replace(file, place=place, size=each["Size"], etag=each.get("ETag"), last_modified=changed)

    @contextmanager
    def open_file(self, file: Published, start: int, version: str) -> Iterator[Answer]:
        """Lend the file's bytes from an offset on, if it still has this version; from offset 0, all of them."""
        condition = {"Range": f"bytes={start}-", "IfMatch": version} if start else {}
        with self.within.translate_errors(file.name):
            try:
                found = self.within.client.get_object(Bucket=self.within.bucket, Key=file.place, **condition)
            except ClientError as error:
                if start and code(error) in CHANGED:
                    yield Answer(0, None, "", (), stale=True)
                    return
                raise
            with closing(found["Body"]) as body:
                at = start if "ContentRange" in found else 0
                yield Answer(at, at + found["ContentLength"], found.get("ETag", ""), body.iter_chunks(CHUNK_BYTES))

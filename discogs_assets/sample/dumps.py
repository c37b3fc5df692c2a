"""The sample as Discogs dump files, named and laid out like the published ones."""

import gzip
import hashlib
from pathlib import Path

from discogs_assets.sample import months, xml
from discogs_assets.schema.discogs import ENTITIES
from discogs_assets.schema.model import Entity


def write(folder: Path, partition: str) -> list[Path]:
    """Write a month's four files and then its CHECKSUM file under `folder/data/YYYY/`; the bytes are reproducible."""
    target = folder / "data" / partition[:4]
    target.mkdir(parents=True, exist_ok=True)
    stamp = f"discogs_{partition.replace('-', '')}"
    files = [_write(entity, partition, target / f"{stamp}_{entity.name}.xml.gz") for entity in ENTITIES]
    lines = (f"{hashlib.sha256(file.read_bytes()).hexdigest()} {file.name}\n" for file in files)
    sums = target / f"{stamp}_CHECKSUM.txt"
    sums.write_text("".join(lines))
    return [*files, sums]


def _write(entity: Entity, partition: str, path: Path) -> Path:
    document = xml.document(entity, months.records(entity, partition))
    path.write_bytes(gzip.compress(document, mtime=0))
    return path

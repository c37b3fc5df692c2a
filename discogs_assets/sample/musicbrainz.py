"""The sample's MusicBrainz records as an export, named and laid out like the published ones."""

import hashlib
import io
import lzma
import tarfile
from pathlib import Path

from discogs_assets.sample import mbdump, months

RUNS = {months.OCTOBER: "20261003-001001", months.NOVEMBER: "20261104-001001"}
"""Export of each month."""

FOLDER = "musicbrainz"
"""Folder of the exports below the folder passed to `write`: the source of the MusicBrainz dumps."""

COPYING = "Core data of MusicBrainz, released into the public domain: CC0.\n"
README = "A hand-written sample in the form of MusicBrainz' JSON dumps: a JSON object a line in mbdump.\n"


def write(folder: Path, partition: str) -> list[Path]:
    """Write a month's export under `folder/musicbrainz/` and then its name to LATEST; the bytes are reproducible."""
    run = RUNS[partition]
    target = folder / FOLDER / run
    target.mkdir(parents=True, exist_ok=True)
    dumps = [_write(entity, partition, target / f"{entity}.tar.xz") for entity in mbdump.ENTITIES]
    sums = target / "SHA256SUMS"
    sums.write_text("".join(f"{hashlib.sha256(each.read_bytes()).hexdigest()} *{each.name}\n" for each in dumps))
    latest = folder / FOLDER / "LATEST"
    latest.write_text(f"{run}\n")
    return [*dumps, sums, latest]


def _write(entity: str, partition: str, path: Path) -> Path:
    day, clock = RUNS[partition].split("-")
    stamp = f"{day[:4]}-{day[4:6]}-{day[6:]} {clock[:2]}:{clock[2:4]}:{clock[4:]}.000000+00\n"
    members = {
        "TIMESTAMP": stamp,
        "COPYING": COPYING,
        "README": README,
        "SCHEMA_SEQUENCE": "30\n",
        "JSON_DUMPS_SCHEMA_NUMBER": "1\n",
        f"mbdump/{entity}": "".join(f"{line}\n" for line in mbdump.lines(entity, partition)),
    }
    path.write_bytes(lzma.compress(_tar(members)))
    return path


def _tar(members: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in members.items():
            content = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()

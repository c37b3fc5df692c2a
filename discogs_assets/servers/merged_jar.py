"""Merging of jars: for each service that Java looks up, it searches every jar of the class path."""

import re
import struct
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from zipfile import ZipFile, ZipInfo

_MANIFEST = "META-INF/MANIFEST.MF"
_SERVICES = "META-INF/services/"
_VERSIONS = "META-INF/versions/"
_PLUGINS = "META-INF/org/apache/logging/log4j/core/config/plugins/Log4j2Plugins.dat"
_LEFT_OUT = re.compile(r"META-INF/(MANIFEST\.MF|INDEX\.LIST|[^/]+\.(SF|RSA|DSA|EC))|.*/|(.*/)?module-info\.class")

_LOCAL_HEADER = 30
_LENGTHS = struct.Struct("<HH")
_SIZES_FOLLOW = 0x08


def merge_jars(folder: Path, name: str, version: str) -> None:
    """Replace the jars of a folder with one jar, `name`, that contains their files and states `version`.

    If several jars contain a path, the first jar by name wins, as on a class path; service declarations are joined.
    Jars with a log4j plugin list are not merged, since log4j reads one list per jar. Signatures are omitted.
    """
    with ExitStack() as opened:
        found = [opened.enter_context(ZipFile(path)) for path in sorted(folder.glob("*.jar"))]
        merged = [jar for jar in found if _PLUGINS not in jar.NameToInfo]
        target = opened.enter_context(ZipFile(folder / f"{name}.part", "w"))
        attributes = f"Implementation-Version: {version}\nMulti-Release: true\n"
        target.writestr(_MANIFEST, f"Manifest-Version: 1.0\n{attributes}\n")
        services = defaultdict[str, list[bytes]](list)
        for jar, entry in _list_entries(merged):
            if entry.filename.startswith(_SERVICES):
                services[entry.filename].append(jar.read(entry))
            elif entry.filename not in target.NameToInfo:
                _copy(jar, entry, target)
        for path, declared in services.items():
            target.writestr(path, b"\n".join(declared))
    for jar in merged:
        Path(str(jar.filename)).unlink()
    (folder / f"{name}.part").rename(folder / name)


def _list_entries(jars: list[ZipFile]) -> Iterator[tuple[ZipFile, ZipInfo]]:
    """Yield each jar with each of its files to merge; `META-INF/versions` counts only in multi-release jars."""
    for jar in jars:
        versioned = _MANIFEST in jar.NameToInfo and b"multi-release: true" in jar.read(_MANIFEST).lower()
        for entry in jar.infolist():
            if not _LEFT_OUT.fullmatch(entry.filename) and (versioned or not entry.filename.startswith(_VERSIONS)):
                yield jar, entry


def _copy(jar: ZipFile, entry: ZipInfo, target: ZipFile) -> None:
    """Copy a file without recompressing it; `zipfile` has no function for that."""
    assert jar.fp
    assert target.fp
    jar.fp.seek(entry.header_offset + _LOCAL_HEADER - _LENGTHS.size)
    jar.fp.seek(sum(_LENGTHS.unpack(jar.fp.read(_LENGTHS.size))), 1)
    content = jar.fp.read(entry.compress_size)
    entry.header_offset = target.start_dir
    entry.flag_bits &= ~_SIZES_FOLLOW
    entry.extra = b""
    target.fp.seek(target.start_dir)
    target.fp.write(entry.FileHeader() + content)
    target.start_dir = target.fp.tell()
    target.filelist.append(entry)
    target.NameToInfo[entry.filename] = entry

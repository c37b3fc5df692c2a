"""Tests of `servers.merged_jar`."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from discogs_assets.servers.merged_jar import merge_jars

PLUGINS = "META-INF/org/apache/logging/log4j/core/config/plugins/Log4j2Plugins.dat"
SERVICE = "META-INF/services/a.Service"

JARS = {
    "a": {"same": b"of a", "A.class": b"a" * 1000, SERVICE: b"a.A", "META-INF/versions/9/A.class": b"never loaded"},
    "b": {
        "META-INF/MANIFEST.MF": b"Multi-Release: true\nImplementation-Version: 3\n",
        "META-INF/B.SF": b"a signature",
        "META-INF/versions/9/B.class": b"b" * 1000,
        "META-INF/versions/9/module-info.class": b"a module",
        SERVICE: b"b.B # the other\n",
        "same": b"of b",
        "folder/": b"",
    },
    "log": {PLUGINS: b"plugins", "Log.class": b"log"},
}


class Stream(BytesIO):
    """A file in which the sizes of an entry have to follow it."""

    def seek(self, *_: int) -> int:
        """Refuse."""
        raise OSError


@pytest.fixture(params=[BytesIO, Stream])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with the jars, merged."""
    for name, files in JARS.items():
        written = request.param()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED if files is JARS["a"] else zipfile.ZIP_STORED) as jar:
            for path, content in files.items():
                jar.writestr(path, content)
        (tmp_path / f"{name}.jar").write_bytes(written.getvalue())
    merge_jars(tmp_path, "all.jar", "1.2")
    return tmp_path


def test_a_merged_jar_has_each_file_once_and_every_declared_service(folder: Path) -> None:
    with zipfile.ZipFile(folder / "all.jar") as jar:
        assert jar.testzip() is None
        found = {name: jar.read(name) for name in jar.namelist()}
        assert len(found) == len(jar.namelist())
    manifest = found.pop("META-INF/MANIFEST.MF").decode().splitlines()
    assert manifest == ["Manifest-Version: 1.0", "Implementation-Version: 1.2", "Multi-Release: true", ""]
    assert found.pop(SERVICE).split(b"\n") == [b"a.A", b"b.B # the other", b""]
    assert found == {"same": b"of a", "A.class": b"a" * 1000, "META-INF/versions/9/B.class": b"b" * 1000}


def test_only_a_jar_with_a_list_that_is_read_from_each_jar_stays_apart(folder: Path) -> None:
    assert sorted(file.name for file in folder.iterdir()) == ["all.jar", "log.jar"]
    with zipfile.ZipFile(folder / "log.jar") as jar:
        assert {name: jar.read(name) for name in jar.namelist()} == JARS["log"]

"""Tests of `bench.rivals`, with a rival that is a package made here."""

import hashlib
import zipfile
from base64 import urlsafe_b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from discogs_assets.bench import rivals
from discogs_assets.bench.rivals import RIVALS, Rival
from discogs_assets.errors import InstallError

CODE = """
import os, pathlib, sys
def main():
    output, *dumps = sys.argv[1:]
    if os.environ["WHERE"] == "fail":
        sys.exit(f"could not reach {os.environ['WHERE']} with {dumps}")
    text = "".join(pathlib.Path(each).read_text() for each in dumps)
    pathlib.Path(output, "copied").write_text(text + os.environ["WHERE"])
"""


def wheel(folder: Path) -> Path:
    """A package with a program, as pip installs it without asking an index."""
    path = folder / "tiny_rival-1.0-py3-none-any.whl"
    about = "tiny_rival-1.0.dist-info"
    files = {
        "tiny_rival.py": CODE,
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: tiny-rival\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: here\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": "[console_scripts]\ntiny = tiny_rival:main\n",
    }
    digests = {
        name: urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
        for name, text in files.items()
    }
    record = [f"{name},sha256={digests[name]},{len(text)}" for name, text in files.items()]
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in {**files, f"{about}/RECORD": "\n".join([*record, f"{about}/RECORD,,", ""])}.items():
            packed.writestr(name, text)
    return path


@pytest.fixture(scope="module")
def rival(tmp_path_factory: pytest.TempPathFactory) -> Rival:
    return Rival(
        name="tiny",
        requirement=str(wheel(tmp_path_factory.mktemp("wheel"))),
        converts={"copy": ("{output}", "{dumps}")},
        variables={"WHERE": "{url}"},
    )


@pytest.fixture(scope="module")
def program(rival: Rival, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rivals.install(rival, tmp_path_factory.mktemp("cache"))


def test_a_rival_is_installed_into_a_separate_environment(program: Path) -> None:
    assert program.exists()
    with pytest.raises(ImportError):
        __import__("tiny_rival")


def test_an_incomplete_installation_is_repaired(program: Path, rival: Rival) -> None:
    program.resolve().unlink()
    assert not program.exists()
    assert rivals.install(rival, program.parents[2]).exists()


def test_a_rival_that_cannot_be_installed_is_an_error_that_says_so(rival: Rival, tmp_path: Path) -> None:
    missing = replace(rival, requirement=str(tmp_path / "missing-1.0-py3-none-any.whl"))
    with pytest.raises(InstallError, match=r"(?s)missing.* could not be installed .*leave out --against"):
        rivals.install(missing, tmp_path)


def test_a_rival_gets_the_dumps_and_its_places(program: Path, rival: Rival, tmp_path: Path) -> None:
    dumps, folder = [tmp_path / "a.gz", tmp_path / "b.gz"], tmp_path / "work"
    for each in dumps:
        each.write_text(each.name)
    folder.mkdir()
    usage, failure = rivals.run(rival, program, rival.converts["copy"], dumps, folder, "somewhere")
    assert failure is None
    assert (usage.seconds or 0) > 0
    assert (folder / "output" / "copied").read_text() == "a.gzb.gzsomewhere"


def test_a_failed_rival_has_a_reason_without_the_url(program: Path, rival: Rival, tmp_path: Path) -> None:
    usage, failure = rivals.run(rival, program, rival.converts["copy"], [], tmp_path, "fail")
    assert usage.seconds is None
    assert failure == "could not reach the database with []"


@pytest.mark.parametrize("name", RIVALS)
def test_a_declaration_pins_a_version_and_uses_known_places(name: str) -> None:
    declared = RIVALS[name]
    assert declared.requirement.startswith(f"{name}==")
    known = {"output": "o", "url": "u", "schema": "s", "dumps": "d"}
    for words in [*declared.converts.values(), *declared.loads.values()]:
        assert "{dumps}" in words
        assert not any("{" in word.format(**known) for word in words)

"""Tests of `bench.rivals`, with a rival that is a package made here."""

import hashlib
import zipfile
from base64 import urlsafe_b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from discogs_assets.bench import rivals
from discogs_assets.bench.rivals import RIVALS, Place, Rival
from discogs_assets.errors import InstallError, SettingError

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
        name="tiny-rival",
        version="1.0",
        program="tiny",
        converts={"copy": ("{output}", "{dumps}")},
        variables={"WHERE": "{url}"},
        requirement=str(wheel(tmp_path_factory.mktemp("wheel"))),
    )


@pytest.fixture(scope="module")
def program(rival: Rival, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rivals.installed(rival, tmp_path_factory.mktemp("cache"))


def test_a_rival_is_installed_into_an_environment_of_its_own_and_once(program: Path, rival: Rival) -> None:
    assert program.exists()
    before = program.stat().st_ino
    cache = program.parents[3]
    assert rivals.installed(rival, cache) == program
    assert program.stat().st_ino == before
    with pytest.raises(ImportError):
        __import__("tiny_rival")


def test_an_installation_that_was_cut_off_is_made_again(program: Path, rival: Rival) -> None:
    (program.parents[1] / rivals.STAMP).unlink()
    program.unlink()
    assert rivals.installed(rival, program.parents[3]).exists()


def test_a_rival_that_cannot_be_installed_is_an_error_that_says_so(rival: Rival, tmp_path: Path) -> None:
    missing = replace(rival, requirement=str(tmp_path / "missing-1.0-py3-none-any.whl"))
    with pytest.raises(InstallError, match=r"(?s)missing.* could not be installed .*leave out --against"):
        rivals.installed(missing, tmp_path)


def test_a_rival_without_its_program_is_an_error_that_says_so(rival: Rival, tmp_path: Path) -> None:
    with pytest.raises(InstallError, match="has no program other"):
        rivals.installed(replace(rival, program="other"), tmp_path)


def test_a_rival_gets_the_dumps_and_its_places(program: Path, rival: Rival, tmp_path: Path) -> None:
    dumps = [tmp_path / "a.gz", tmp_path / "b.gz"]
    for each in dumps:
        each.write_text(each.name)
    place = Place(tmp_path / "work", "somewhere")
    ran = rivals.run(rival, program, rival.converts["copy"], dumps, place)
    assert ran.failure is None
    assert ran.took.seconds > 0
    assert (place.output / "copied").read_text() == "a.gzb.gzsomewhere"


def test_a_rival_that_fails_says_why_without_the_url(program: Path, rival: Rival, tmp_path: Path) -> None:
    ran = rivals.run(rival, program, rival.converts["copy"], [], Place(tmp_path / "work", "fail"))
    assert ran.failure == "could not reach the database with []"


def test_a_rival_that_is_not_declared_is_an_error_that_names_those_that_are() -> None:
    with pytest.raises(SettingError, match="expected one of discogskit"):
        rivals.rival("nobody")


@pytest.mark.parametrize("name", RIVALS)
def test_a_declaration_pins_a_version_and_fills_in(name: str) -> None:
    declared = rivals.rival(name)
    assert declared.wanted == f"{declared.name}=={declared.version}"
    known = {"output": "o", "url": "u", "schema": "s", "dumps": "d"}
    for words in [*declared.converts.values(), *declared.loads.values()]:
        assert "{dumps}" in words
        assert not any("{" in word.format(**known) for word in words)

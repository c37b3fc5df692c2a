"""Tests of `cli.doctor`."""

import json
import shutil
import socket
from pathlib import Path

import pytest

from discogs_assets.cli.doctor import examine
from discogs_assets.servers.credentials import credentials
from discogs_assets.stores.dumps.sources import retry
from discogs_assets_tests.fix_runs import FolderOfRuns


def findings(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, str]]]:
    code = examine(json=True)
    return code, {each["question"]: each for each in json.loads(capsys.readouterr().out)}


def test_a_bare_folder_says_what_to_do_next(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOGS_DUMPS", ".")
    code, found = findings(capsys)
    assert code == 0
    for question in ("PostgreSQL", "Neo4j", "dagster"):
        assert (found[question]["state"], found[question]["advice"]) == ("warn", "discogs up")
    assert found["dumps"]["advice"] == "set DISCOGS_DUMPS to a folder with dumps"
    assert "a whole month takes dumps 12" in found["disk"]["found"]


def test_programs_that_are_not_there_yet_are_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DISCOGS_DUMPS", ".")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    _, found = findings(capsys)
    assert (found["programs"]["state"], found["programs"]["advice"]) == ("warn", "`discogs up` downloads them")
    assert found["programs"]["found"] == "not installed yet: PostgreSQL, Neo4j"
    monkeypatch.setenv("DISCOGS_NEO4J_URL", "bolt://localhost:1")
    monkeypatch.setenv("DISCOGS_POSTGRES_URL", "postgresql://localhost:1/none")
    assert findings(capsys)[1]["programs"]["state"] == "ok"


def test_a_source_of_dumps_that_is_not_there_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOGS_DUMPS", "/nowhere")
    code, found = findings(capsys)
    assert code == 1
    assert "DISCOGS_DUMPS is '/nowhere'" in found["dumps"]["found"]


def test_what_is_named_like_a_dump_and_is_none_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DISCOGS_DUMPS", str(tmp_path))
    (tmp_path / "discogs_20250101_releases.xml.gz").symlink_to("nowhere")
    (tmp_path / "discogs_20261101_releases.xml.gz").write_text("x")
    code, found = findings(capsys)
    assert (code, found["dumps"]["state"], found["dumps"]["advice"]) == (0, "warn", "put the published files there")
    lacking = "newest month is 2026-11, which lacks artists, labels, masters, CHECKSUM"
    assert f"{lacking}; discogs_20250101_releases.xml.gz is a link to nothing" in found["dumps"]["found"]


def test_a_home_that_cannot_be_written_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("DISCOGS_DUMPS", ".")
    code, found = findings(capsys)
    assert (code, found["home"]["state"], found["home"]["advice"]) == (1, "fail", "set DISCOGS_HOME elsewhere")


def test_passwords_that_others_may_read_fail(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DISCOGS_DUMPS", ".")
    monkeypatch.setenv("DISCOGS_HOME", str(tmp_path))
    file = credentials(tmp_path).file
    assert findings(capsys)[1]["permissions"]["state"] == "ok"
    file.chmod(0o644)
    code, found = findings(capsys)
    assert (code, found["permissions"]["state"], found["permissions"]["advice"]) == (
        1,
        "fail",
        "`discogs up` closes them",
    )
    assert f"{file} (mode 644, user" in found["permissions"]["found"]


@pytest.mark.parametrize(("free", "code", "state"), [(0, 1, "fail"), (999_999_999, 1, "fail"), (10**9, 0, "warn")])
def test_less_than_a_gigabyte_of_free_space_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, free: int, code: int, state: str
) -> None:
    monkeypatch.setenv("DISCOGS_DUMPS", ".")
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", "off")
    usage = shutil.disk_usage(".")._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    found_code, found = findings(capsys)
    assert (found_code, found["disk"]["state"]) == (code, state)
    assert "DISCOGS_HOME" in found["disk"]["advice"]


@pytest.mark.parametrize(("setting", "question"), [("DUMPS", "dumps"), ("MUSICBRAINZ", "MusicBrainz")])
def test_a_site_that_cannot_be_reached_fails_with_a_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, setting: str, question: str
) -> None:
    monkeypatch.setattr(retry, "PAUSES", ())
    for name, value in {"DUMPS": ".", "MUSICBRAINZ": "off", setting: closed_site()}.items():
        monkeypatch.setenv(f"DISCOGS_{name}", value)
    code, found = findings(capsys)
    assert (code, found[question]["state"]) == (1, "fail")
    assert "check network, proxy and firewall" in found[question]["advice"]
    assert f"set DISCOGS_{setting} to" in found[question]["advice"]


def closed_site() -> str:
    """Return the address of a port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


def test_it_prints_a_table_for_people(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOGS_DUMPS", ".")
    examine(json=False)
    assert "what to do" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "state", "said"), [("{}", "ok", "is writable, empty"), ("{}-none", "fail", "there is no bucket")]
)
def test_a_lake_in_s3_is_tried(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, bucket: str, name: str, state: str, said: str
) -> None:
    monkeypatch.setenv("DISCOGS_DUMPS", ".")
    monkeypatch.setenv("DISCOGS_LAKE", f"s3://{name.format(bucket)}/lake")
    lake = findings(capsys)[1]["lake"]
    assert lake["state"] == state
    assert said in lake["found"]


@pytest.mark.parametrize(
    ("source", "state", "said"),
    [
        ("off", "ok", "left out"),
        ("/nowhere", "warn", "DISCOGS_MUSICBRAINZ is '/nowhere'"),
        (".", "warn", "no complete export in"),
        ("runs", "ok", "runs, its newest export is 20261121-001001"),
    ],
)
def test_musicbrainz_is_told_of_and_fails_nothing(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    source: str,
    state: str,
    said: str,
) -> None:
    FolderOfRuns(tmp_path / "runs").publish("20261121-001001")
    monkeypatch.setenv("DISCOGS_DUMPS", ".")
    monkeypatch.setenv("DISCOGS_MUSICBRAINZ", source)
    code, found = findings(capsys)
    assert (code, found["MusicBrainz"]["state"]) == (0, state)
    assert said in found["MusicBrainz"]["found"]

"""Tests of `queries.search.exports`: files of the releases of the sample months."""

import asyncio
import csv
import io
import json
from typing import Any

import pytest

from discogs_assets.cli import app
from discogs_assets.connections.readers import Readers, Reading
from discogs_assets.errors import QuestionError
from discogs_assets.queries.question import File
from discogs_assets.queries.registry import QUESTIONS
from discogs_assets.queries.search import exports
from discogs_assets.settings import Settings
from discogs_assets.stores.postgres import reader
from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.fix_project import Project
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)

FILTER = {"filter": "genre:Jazz OR genre:Rock OR has:video", "sort": "year"}


@pytest.fixture(params=[1, 7, 500])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Releases of a part of the file."""
    monkeypatch.setattr(exports, "BATCH", request.param)
    size: int = request.param
    return size


async def export_question(at: Reading, asked: dict[str, Any]) -> File:
    """The file that the question answers with."""
    found = await QUESTIONS["export"].ask(at, **{name: value for name, value in asked.items() if name != "month"})
    assert isinstance(found, File)
    return found


def export(api: Api, media: str, **parameters: Any) -> str:
    found = api.get("/api/facets/export", params={"media": media, **FILTER, **parameters})
    assert found.status_code == 200, found.text
    assert found.headers["content-type"].partition(";")[0] == exports.TYPES[media]
    assert found.headers["content-disposition"] == f'attachment; filename="releases.{media}"'
    assert found.headers["x-discogs-month"] == "2026-11"
    return found.text


def find_all(api: Api) -> list[dict[str, Any]]:
    total = api.answer("facets", limit=1, **FILTER)["total"]
    pages = [api.answer("facets", limit=100, offset=start, **FILTER)["results"] for start in range(0, total, 100)]
    return [each for page in pages for each in page]


@pytest.mark.usefixtures("batch")
def test_a_table_and_records_have_all_releases_in_order(api: Api) -> None:
    releases = find_all(api)
    rows = [*csv.DictReader(io.StringIO(export(api, "csv")))]
    assert tuple(rows[0]) == exports.COLUMNS
    assert [int(row["id"]) for row in rows] == [each["id"] for each in releases]
    assert [row["genres"] for row in rows] == ["; ".join(each["genres"]) for each in releases]
    records = json.loads(export(api, "json"))
    assert records == {"filter": FILTER["filter"], "total": len(releases), "releases": releases}


@pytest.mark.usefixtures("batch")
def test_playlists_have_the_videos_of_the_releases_in_order(api: Api) -> None:
    expected = [
        (each["id"], video["src"])
        for each in find_all(api)
        for video in sample.releases[each["id"]].get("videos") or ()
    ]
    tracks = json.loads(export(api, "jspf"))["playlist"]["track"]
    assert [(int(track["info"].rpartition("/")[2]), track["location"][0]) for track in tracks] == expected
    lines = export(api, "m3u").splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[2::2] == [src for _, src in expected]
    assert all(line.startswith("#EXTINF:") for line in lines[1::2])


@pytest.mark.parametrize("media", exports.TYPES)
def test_a_file_without_releases_is_complete(api: Api, media: str) -> None:
    text = export(api, media, filter="genre:None")
    assert text
    if media in ("json", "jspf"):
        assert json.loads(text)


def test_a_file_has_at_most_the_releases_asked_for(api: Api) -> None:
    rows = [*csv.DictReader(io.StringIO(export(api, "csv", limit=3)))]
    assert [int(row["id"]) for row in rows] == [each["id"] for each in find_all(api)[:3]]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert exports.disarm(cell) == f"'{cell}"
    assert exports.disarm(f"a{cell}") == f"a{cell}"


def test_the_command_writes_the_same_file(
    api: Api, project: Project, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("DISCOGS_HOME", str(project.home))
    words = ["ask", "export", "--media", "csv", "--filter", FILTER["filter"], "--sort", "year"]
    app(words, result_action="return_value")
    assert capfdbinary.readouterr().out.decode() == export(api, "csv")


@pytest.mark.parametrize("media", ["m3u", "jspf"])
def test_a_file_fails_before_it_begins_if_postgresql_is_busy(
    project: Project, monkeypatch: pytest.MonkeyPatch, media: str
) -> None:
    monkeypatch.setattr(reader, "POOL_SIZE", 1)
    monkeypatch.setattr(reader, "POOL_SECONDS", 0.2)
    asked = QUESTIONS["export"].parse({"media": media, **FILTER})

    async def ask() -> None:
        async with Readers(Settings(home=project.home)) as readers:
            shown = Reading(readers, await readers.find())
            async with readers.tables.pool.connection():
                await export_question(shown, asked)

    with pytest.raises(QuestionError, match="away or busy") as caught:
        asyncio.run(ask())
    assert caught.value.status == 503


@pytest.mark.parametrize("patience", [0.0, 30.0])
def test_a_file_that_has_begun_waits_for_postgresql_and_is_cut_otherwise(
    api: Api, project: Project, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    for name, value in {"POOL_SIZE": 1, "POOL_SECONDS": 0.2}.items():
        monkeypatch.setattr(reader, name, value)
    monkeypatch.setattr(exports, "BUSY_SECONDS", patience)
    monkeypatch.setattr(exports, "BATCH", 5)
    asked = QUESTIONS["export"].parse({"media": "m3u", **FILTER})

    async def ask() -> str:
        async with Readers(Settings(home=project.home)) as readers:
            file = await export_question(Reading(readers, await readers.find()), asked)
            found = [await anext(file.parts)]
            held = await readers.tables.pool.getconn()
            asyncio.get_running_loop().call_later(
                1, lambda: given.append(asyncio.ensure_future(readers.tables.pool.putconn(held)))
            )
            return b"".join([*found, *[part async for part in file.parts]]).decode()

    given: list[Any] = []
    if patience:
        assert asyncio.run(ask()) == export(api, "m3u")
    else:
        with pytest.raises(QuestionError, match="away or busy"):
            asyncio.run(ask())


def test_a_file_of_two_kinds_is_refused(api: Api) -> None:
    refused = api.get("/api/facets/export", params={"media": ["csv", "json"]})
    assert refused.status_code == 422
    assert "media is given several times" in refused.json()["detail"]

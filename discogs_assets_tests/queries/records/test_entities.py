"""Tests of `queries.entities`: nodes and whole records, and the names that entities are found by."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.fix_project import Project
from discogs_assets_tests.queries import sample
from discogs_assets_tests.queries.conftest import Served
from discogs_assets_tests.queries.sample import PLACEHOLDERS

pytestmark = pytest.mark.timeout(600)

RECORDS = {"artists": sample.artists, "labels": sample.labels, "masters": sample.masters, "releases": sample.releases}


def node(api: Api, kind: str, key: Any) -> dict[str, Any]:
    return api.answer(f"node/{quote(str(key), safe='')}", type=kind)


@pytest.mark.parametrize("entity", RECORDS)
def test_a_whole_record_is_the_one_in_the_stores_table(api: Api, project: Project, entity: str) -> None:
    stored = {row["id"]: row["data"] for row in project.postgres.ask(f"SELECT id, data FROM {entity}")}
    assert set(stored) == set(RECORDS[entity])
    for key in [*stored][:20:2]:
        found = api.get(f"/api/{entity}/{key}").json()
        assert (found["type"], found["id"], found["data"]) == (entity[:-1], key, stored[key])


def test_artists_come_with_their_releases_genres_and_groups(served: Served) -> None:
    for key, record in [*served.month.artists.items()][:40:3]:
        found, releases = node(served.api, "artist", key), served.month.releases_of("artist", key)
        assert found["name"] == record["name"]
        if key not in PLACEHOLDERS:
            assert found["release_count"] == len(releases)
            assert set(found["genres"]) == {name for each in releases for name in each.get("genres") or ()}
        groups = {each["id"] for each in record.get("groups") or () if each["id"] in served.month.artists}
        assert groups - {key} <= {each["id"] for each in found["groups"]}, "a group is no member of itself"


def test_labels_come_with_their_statistics(served: Served) -> None:
    for key in [*served.month.labels][:40:3]:
        found, releases = node(served.api, "label", key), served.month.releases_of("label", key)
        assert found["release_count"] == len(releases)
        assert found["first_year"] == min(filter(None, map(sample.year, releases)), default=None)


def test_releases_and_masters_name_their_artists_placeholders_included(api: Api) -> None:
    various = next(each for each in sample.releases.values() if each["artists"][0]["id"] == 194)
    for kind, key, record in (("release", various["id"], various), ("master", *next(iter(sample.masters.items())))):
        found = node(api, kind, key)
        assert [each["id"] for each in found["artists"]] == [each["id"] for each in record["artists"]]
        assert found["genres"] == record["genres"]
        assert found["year"] == sample.year(record)


@pytest.mark.parametrize("kind", ["genre", "style"])
def test_genres_and_styles_are_addressed_by_name_slashes_included(api: Api, kind: str) -> None:
    names = {name for each in sample.releases.values() for name in each.get(f"{kind}s") or ()}
    assert kind == "style" or "Funk / Soul" in names
    for name in names:
        assert node(api, kind, name)["release_count"] == len(sample.releases_of(kind, name))
    assert api.get("/api/node/Funk / Soul", params={"type": "genre"}).json()["id"] == "Funk / Soul"


def test_entities_of_one_name_are_distinguished_by_id(api: Api) -> None:
    twins = sample.find_twins()
    assert twins
    for name, ids in twins.items():
        refused = api.get("/api/trends", params={"type": "release", "name": name})
        assert refused.status_code == 409
        candidates = refused.json()["candidates"]
        assert [each["id"] for each in candidates] == sorted(ids)
        for each in candidates:
            record = sample.releases[each["id"]]
            assert (each["name"], each["type"], each["year"]) == (name, "release", sample.year(record))
            assert each["country"] == record.get("country")
            assert all((of.get("anv") or of["name"].partition(" (")[0]) in each["artist"] for of in record["artists"])
        for key in ids:
            found = api.get("/api/explore", params={"type": "release", "id": key}).json()
            assert (found["center"]["id"], found["center"]["name"]) == (key, name)


HOSTILE = [
    "' OR 1=1 --",
    '"}) DETACH DELETE n //',
    "\\",
    "%s %(id)s {releases}",
    "$value",
    "🎸",
    "a" * 300,
    "../../etc",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_read_as_part_of_a_statement(api: Api, name: str) -> None:
    for path, parameters in (
        ("/api/explore", {"type": "artist", "name": name}),
        ("/api/trends", {"type": "style", "name": name}),
        (f"/api/node/{quote(name, safe='')}", {"type": "genre"}),
        (f"/api/node/{quote(name, safe='')}", {"type": "artist"}),
    ):
        found = api.get(path, params=parameters)
        assert found.status_code == 404, (path, found.text)
        assert found.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("key", [0, -1, 2**31, 10**30, "x", "1.5", "%00", "1.0e1"])
def test_an_id_that_is_none_is_refused(api: Api, key: object) -> None:
    for path in (f"/api/artists/{key}", f"/api/trends?type=label&id={key}"):
        refused = api.get(path)
        assert refused.status_code in (400, 404, 422), path
        assert json.loads(refused.text)["status"] == refused.status_code

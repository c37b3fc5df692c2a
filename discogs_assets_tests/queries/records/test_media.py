"""Tests of `queries.records.media`, against the tracks and videos of the sample's records."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from discogs_assets_tests.fix_api import Api
from discogs_assets_tests.queries import sample

pytestmark = pytest.mark.timeout(600)


def walk_tracks(release: dict[str, Any]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    for n, track in enumerate(release.get("tracklist") or (), 1):
        yield n, 0, track
        yield from ((n, m, sub) for m, sub in enumerate(track.get("sub_tracks") or (), 1))


def read_all(api: Api, path: str, rows: str, limit: int) -> list[dict[str, Any]]:
    found, page = [], api.answer(path, limit=limit)
    found += page[rows]
    while page["has_more"]:
        page = api.answer(path, limit=limit, offset=len(found))
        found += page[rows]
    return found


def test_the_tracks_of_a_release_are_those_of_its_record(api: Api) -> None:
    artists, subs, kinds = 0, 0, set[str]()
    for key, release in sample.releases.items():
        expected = [*walk_tracks(release)]
        found = read_all(api, f"releases/{key}/tracks", "tracks", 5)
        assert [(each["track"], each["sub_track"]) for each in found] == [place[:2] for place in expected]
        for each, (_, sub, track) in zip(found, expected, strict=True):
            assert [each[name] for name in ("position", "title", "duration")] == [
                track.get(name) or None for name in ("position", "title", "duration")
            ]
            kind = "sub-track" if sub else "index" if track.get("sub_tracks") else "track"
            bare = not (track.get("position") or track.get("duration"))
            assert each["kind"] == ("heading" if kind == "track" and bare else kind)
            kinds.add(each["kind"])
            assert [artist["name"] for artist in each["artists"]] == [a["name"] for a in track.get("artists") or ()]
            artists, subs = artists + len(each["artists"]), subs + bool(sub)
            if re.fullmatch(r"\d+:\d\d", each["duration"] or ""):
                minutes, seconds = each["duration"].split(":")
                assert each["duration_seconds"] == 60 * int(minutes) + int(seconds)
    assert artists
    assert subs
    assert kinds == {"track", "heading", "index", "sub-track"}


def test_the_tracks_of_a_master_are_those_of_its_main_release(api: Api) -> None:
    known = 0
    for key, master in sample.masters.items():
        found = api.get(f"/api/masters/{key}/tracks")
        if master["main_release"] in sample.releases:
            assert found.json() == api.answer(f"releases/{master['main_release']}/tracks")
            known += 1
        else:
            assert found.status_code == 404
            assert str(master["main_release"]) in found.json()["detail"]
    assert known


def test_the_videos_of_a_release_are_those_of_its_record(api: Api) -> None:
    for key, release in sample.releases.items():
        found = read_all(api, f"releases/{key}/videos", "videos", 1)
        assert [each["src"] for each in found] == [each["src"] for each in release.get("videos") or ()]
        assert all(each["release_id"] == key for each in found)


def test_a_master_has_its_videos_and_those_of_its_releases_each_once(api: Api) -> None:
    several = 0
    for key, master in sample.masters.items():
        works = sorted(sample.releases_of("master", key), key=lambda each: each["id"])
        stated = [each["src"] for record in (master, *works) for each in record.get("videos") or ()]
        once = {re.split(r"v=|youtu\.be/", src)[-1][:11]: src for src in reversed(stated)}
        found = read_all(api, f"masters/{key}/videos", "videos", 2)
        assert [each["src"] for each in found] == list(reversed(once.values()))
        several += len(once) < len(stated)
    assert several


@pytest.mark.parametrize("path", ["releases/{}/tracks", "releases/{}/videos", "masters/{}/tracks", "masters/{}/videos"])
def test_media_of_a_record_that_is_not_there_are_not_found(api: Api, path: str) -> None:
    assert api.get(f"/api/{path.format(999999999)}").status_code == 404

"""Rows of the index of the sample, of odd records and of a generated month, against plain Python."""

from collections import Counter
from typing import Any

import polars as pl
import pytest

from discogs_assets.schema import roles
from discogs_assets.schema.discogs import PLACEHOLDERS
from discogs_assets.schema.search_index import ENTITIES, Part, Row, digest_name
from discogs_assets.streams.search.rows import SOURCES, build_rows
from discogs_assets_tests.fix_insights import Asked


def rows(asked: Asked, entity: str) -> list[Row]:
    return list(build_rows(entity, {name: asked.files[name] for name in SOURCES[entity].reads}))


def distinct(items: Any) -> list[Any]:
    return [*dict.fromkeys(item for item in items if item)]


def read_title(record: dict[str, Any]) -> dict[str, Any]:
    """The values of a release or master that are shown."""
    return {
        "id": record["id"],
        "name": record["title"],
        "subtitle": record["artist"],
        "year": record["year"],
        "genres": record["genres"],
        "styles": record["styles"],
        "artists": [Part(id=each["id"], name=each["name"]) for each in record["artists"]],
    }


def told(found: list[Row], *names: str) -> list[dict[str, Any]]:
    return [{name: value if (value := getattr(row, name)) != () else [] for name in names} for row in found]


def test_every_entity_has_a_source() -> None:
    assert tuple(SOURCES) == ENTITIES


def test_an_artist_counts_the_releases_it_is_a_main_artist_of(asked: Asked) -> None:
    named = Counter(
        artist for release in asked.records("releases") for artist in {each["id"] for each in release["artists"]}
    )
    expected = [
        {
            "id": each["id"],
            "name": each["name"],
            "subtitle": each["realname"],
            "variations": each["namevariations"],
            "popularity": 0 if each["id"] in PLACEHOLDERS else named[each["id"]],
        }
        for each in asked.records("artists")
    ]
    assert told(rows(asked, "artists"), *expected[0]) == expected


def test_a_label_counts_its_releases_and_names_its_parent(asked: Asked) -> None:
    named = Counter(
        label for release in asked.records("releases") for label in {each["id"] for each in release["labels"]}
    )
    expected = [
        {
            "id": each["id"],
            "name": each["name"],
            "subtitle": (each["parentLabel"] or {}).get("name"),
            "popularity": named[each["id"]],
        }
        for each in asked.records("labels")
    ]
    assert told(rows(asked, "labels"), *expected[0]) == expected


def test_a_master_and_its_releases_count_the_same_releases(asked: Asked) -> None:
    pressings = Counter(each["master_id"] for each in asked.records("releases") if each["master_id"])
    masters = [{**read_title(each), "popularity": pressings[each["id"]]} for each in asked.records("masters")]
    releases = [
        {
            **read_title(each),
            "popularity": pressings.get(each["master_id"], 1),
            "labels": [Part(id=part["id"], name=part["name"], catno=part["catno"]) for part in each["labels"]],
            "master_id": each["master_id"] or None,
            "formats": distinct(part["name"] for part in each["formats"]),
            "descriptions": distinct(text for part in each["formats"] for text in part["descriptions"] or ()),
            "country": each["country"],
            "video": bool(each["videos"]),
        }
        for each in asked.records("releases")
    ]
    assert told(rows(asked, "masters"), *masters[0]) == masters
    assert told(rows(asked, "releases"), *releases[0]) == releases


def test_a_release_has_the_terms_of_the_credits_of_its_tracks_and_sub_tracks(asked: Asked) -> None:
    expected, found = {}, {}
    for each in asked.records("releases"):
        tracks = [*each["tracklist"], *(inner for track in each["tracklist"] for inner in track["sub_tracks"])]
        terms = set()
        for credit in (credit for part in [each, *tracks] for credit in part["extraartists"]):
            person = credit["id"] or (digest_name(credit["name"]) if credit["name"] is not None else "")
            for role in roles.split(credit["role"] or ""):
                key = "_".join(roles.name(role).lower().split())
                terms |= {f"/{key}", *([f"{person}/{key}"] if person else [])} if key else set()
            terms |= {f"{person}/"} if person else set()
        expected[each["id"]] = terms
    for row in rows(asked, "releases"):
        found[row.id] = {*(row.credits or "").split()}
    assert found == expected


@pytest.mark.parametrize(("entity", "part"), [("genres", "genres"), ("styles", "styles")])
def test_genres_and_styles_count_their_releases(asked: Asked, entity: str, part: str) -> None:
    counted = Counter(name for release in asked.records("releases") for name in set(release[part]))
    found = rows(asked, entity)
    assert {row.name: row.popularity for row in found if row.popularity} == counted
    assert len(found) == pl.scan_parquet(asked.files[SOURCES[entity].of]).select(pl.len()).collect().item()
    assert {row.id for row in found} == {None}

"""Tests of `serving.nlq.actions` and of the entities that they are about."""

import re
from typing import Any

import pytest

from discogs_assets.serving import explorer
from discogs_assets.serving.nlq.actions import list_actions
from discogs_assets.serving.nlq.entities import Entities

FLOYD = {"id": 45467, "name": "Pink Floyd", "type": "artist"}
ROCK = {"id": "Rock", "name": "Rock", "type": "genre"}

CALLS: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    ("find_path", {"via": ["labels"], "max_depth": 4}, {"path": [FLOYD, {"id": 1, "name": "X", "type": "label"}, ROCK]},
     ["/?pane=path&from=artist%3A45467&to=genre%3ARock&via=labels&depth=4"]),
    ("find_path", {}, {"found": False, "path": []}, []),
    ("search", {"query": "blue & co", "genres": ["Jazz"], "year_min": 1960, "year_max": 1969}, {},
     ["/?pane=search&q=blue+%26+co&genres=Jazz&decade=1960s"]),
    ("search", {"query": "blue", "formats": ["Vinyl"], "countries": ["UK"]}, {},
     ["/?pane=search&q=blue&formats=Vinyl&countries=UK"]),
    ("search", {"query": "blue", "year_min": 1960, "year_max": 1975}, {}, ["/?pane=search&q=blue"]),
    ("search", {"query": "blue", "view": "complete"}, {}, []),
    ("get_trends", {"id": 45467}, {"name": "Pink Floyd", "type": "artist"}, ["/?pane=trends&s=artist%3A45467"]),
    ("get_trends", {"name": "Pink Floyd"}, {"name": "Pink Floyd", "type": "artist"},
     ["/?pane=trends&s=artist%3A45467"]),
    ("get_trends", {"name": "Rock"}, {"name": "Rock", "type": "genre"}, ["/?pane=trends&s=genre%3ARock"]),
    ("get_trends", {"id": 7}, {"name": "Unseen", "type": "label"}, []),
    ("get_trends", {}, {"series": [FLOYD, ROCK]}, ["/?pane=trends&s=artist%3A45467&s=genre%3ARock"]),
    ("get_genre_tree", {}, {"genres": [{"name": "Rock"}]}, ["/?pane=genres"]),
    ("get_changes", {}, {}, ["/?pane=months"]),
    ("get_graph_stats", {"view": "months"}, {}, ["/?pane=months"]),
    ("get_graph_stats", {}, {}, []),
    ("get_artist_details", {"id": 45467}, FLOYD, ["/?type=artist&id=45467"]),
    ("get_genre_details", {"name": "Rock"}, ROCK, ["/?type=genre&name=Rock"]),
    ("get_master_details", {}, {"type": "master", "id": 3, "data": {"title": "T"}}, ["/?type=master&id=3"]),
    ("get_label_details", {}, {"label_id": 2, "label_name": "L", "similar": [{"label_id": 9, "label_name": "M"}]},
     ["/?type=label&id=2"]),
    ("explore", {}, {"center": ROCK, "categories": []}, ["/?type=genre&name=Rock"]),
    ("explore", {"type": "artist", "id": 45467}, {"children": [{"id": 5, "name": "C", "type": "release"}]},
     ["/?type=artist&id=45467"]),
    ("get_credits", {}, {"artist_id": 4, "name": "E", "credits": [{"release_id": 8, "title": "R"}]},
     ["/?pane=credits&p=artist%3A4", "/?type=artist&id=4"]),
    ("get_credits", {}, {"person1": {"artist_id": 4, "name": "E"}, "person2": {"artist_id": 5, "name": "F"}},
     ["/?pane=credits&p=artist%3A4&p=artist%3A5", "/?type=artist&id=4"]),
    ("get_label_details", {"view": "dna", "id": 2}, {"label_id": 2, "label_name": "L"},
     ["/?pane=labels&l=label%3A2", "/?type=label&id=2"]),
    ("get_label_details", {"view": "compare", "ids": [2, 3]}, {"labels": []},
     ["/?pane=labels&l=label%3A2&l=label%3A3"]),
    ("get_rankings", {"view": "rarest"}, {"items": []}, ["/?pane=rarity"]),
    ("get_rankings", {}, {"items": [{"artist_id": 4, "artist_name": "E"}]}, []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "answer", "urls"), CALLS)
def test_a_call_leads_to_a_place_in_the_explorer(
    name: str, given: dict[str, Any], answer: dict[str, Any], urls: list[str]
) -> None:
    entities = Entities()
    entities.add([FLOYD, answer])
    assert [each.url for each in list_actions([(name, given, answer)], entities)] == urls


def test_every_pane_that_an_action_leads_to_is_in_the_explorer() -> None:
    panes = set(re.findall(r'name: "(\w+)"', (explorer.FOLDER / "panes" / "panes.js").read_text()))
    named = {pane for *_, urls in CALLS for url in urls for pane in re.findall(r"pane=(\w+)", url)}
    assert named == {"path", "search", "trends", "credits", "labels", "rarity", "genres", "months"} & panes


def test_actions_are_few_and_each_is_listed_once() -> None:
    calls: list[tuple[str, dict[str, Any], Any]]
    calls = [("get_artist_details", {}, {"id": place // 2, "name": "N", "type": "artist"}) for place in range(30)]
    urls = [each.url for each in list_actions([*calls, ("get_genre_tree", {}, {})], Entities())]
    assert urls == ["/?pane=genres", *(f"/?type=artist&id={place}" for place in (14, 13, 12, 11, 10))]


@pytest.mark.parametrize(
    ("answer", "keys"),
    [
        ({"id": 1, "title": "T", "artists": [{"id": 2, "name": "A"}], "labels": [{"id": 3, "name": "L"}]},
         ["artist:2", "label:3"]),
        ({"results": [{"id": 1, "title": "T"}]}, ["release:1"]),
        ({"person1": {"artist_id": 5, "name": "P"}, "person2": {"name": "Nobody"}}, ["artist:5"]),
        ({"target_type": "artist", "target_id": 6, "target_name": "S"}, ["artist:6"]),
        ({"categories": [{"id": "genre:Rock:styles", "name": "Styles", "type": "style"}]}, []),
        ({"videos": [{"release_id": 9, "title": "Video", "src": "https://…"}]}, []),
        ({"type": "Group", "name": "MusicBrainz", "discogs_id": 4}, []),
        ({"type": "artist", "id": True, "name": "x", "data": [1, None, "y"]}, []),
        ([[{"id": 7, "name": "N", "type": "label"}]], ["label:7"]),
    ],
)  # fmt: skip
def test_entities_are_found_in_each_form_that_answers_have(answer: Any, keys: list[str]) -> None:
    entities = Entities()
    entities.add(answer)
    assert [*entities.found] == keys


def test_entities_that_the_text_names_come_first() -> None:
    entities = Entities()
    entities.add([{"id": place, "name": f"Artist {place:03}", "type": "artist"} for place in range(1, 101)])
    found = entities.list_named("It is ARTIST 077.")
    assert (found[0].id, len(found)) == (77, 50)

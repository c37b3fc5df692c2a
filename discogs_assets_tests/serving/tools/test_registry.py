"""Tests of `serving.tools.registry`: every question is a tool's, and every answer is short."""

import json
from typing import Any

import pytest

from discogs_assets.queries.registry import QUESTIONS
from discogs_assets.serving.tools.answers import ToolAnswer
from discogs_assets.serving.tools.registry import TOOLS, call_tool
from discogs_assets.serving.tools.tool import Tool, ToolError, View
from discogs_assets_tests.fix_api import Api

SEEDS = {
    *("search", "get_artist_details", "get_label_details", "get_release_details", "get_genre_details"),
    *("get_style_details", "find_path", "get_trends", "get_graph_stats", "get_collaborators", "get_genre_tree"),
}

KINDS = {
    "artist": "45467",
    "label": "281",
    "master": "10362",
    "release": "1873013",
    "genre": "Jazz",
    "style": "Hard Bop",
}
"""Entities of the sample months for the views of `node`."""

ANSWER_LIMIT = 8_000
LIST_LIMIT = 12_000


def example_of(view: View) -> dict[str, Any]:
    """The arguments of a call that the sample months answer, without a limit."""
    values = {**view.question.example, **({"id": KINDS[view.fixed["type"]]} if view.fixed else {})}
    values.pop("limit", None)
    return {ours: values[theirs] for ours, theirs in view.parameters.items() if theirs in values}


def call(api: Api, name: str, /, **arguments: Any) -> ToolAnswer:
    return api.run(call_tool(api.state, name, arguments))


VIEWS = [pytest.param(tool, name, id=f"{tool.name}-{name}") for tool in TOOLS.values() for name in tool.views]


def test_the_names_of_the_seeds_are_kept_and_every_question_but_the_export_is_a_tools() -> None:
    assert TOOLS.keys() >= SEEDS
    asked = [view.question.name for tool in TOOLS.values() for view in tool.views.values()]
    assert QUESTIONS.keys() - asked == {"export"}
    assert len(asked) - len(set(asked)) == 5  # the details of six types are one question


@pytest.mark.parametrize(("tool", "view"), VIEWS)
def test_every_view_answers_its_example_in_at_most_8_kilobytes(api: Api, tool: Tool, view: str) -> None:
    given = example_of(tool.views[view]) | ({"view": view} if len(tool.views) > 1 else {})
    found = call(api, tool.name, **given)
    assert found.month == "2026-11"
    assert len(json.dumps(found.structured, ensure_ascii=False).encode()) <= ANSWER_LIMIT
    assert len(found.text.encode()) <= ANSWER_LIMIT
    rows = tool.views[view].question.rows
    assert found.answer[rows] if rows else found.answer
    if found.page.get("next_offset"):
        after = call(api, tool.name, **given, offset=found.page["next_offset"])
        assert after.page["offset"] == found.page["shown"]
        assert after.answer[rows][0] != found.answer[rows][0]


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("find_song", {}, "Try one of: search,"),
        ("get_artist_details", {"id": 45467, "view": "songs"}, "Try one of: overview, record"),
        ("get_artist_details", {"id": 45467, "view": ["record"]}, "Try one of: overview, record"),
        ("get_artist_details", {}, "needs id"),
        ("explore", {"type": "artist", "category": "masters", "color": "red"}, "has no parameter 'color'"),
        ("get_artist_details", {"id": 45467, "color": "red"}, "Try: id, month"),
        ("get_artist_details", {"id": "Pink Floyd"}, "expected a number"),
        ("get_artist_details", {"id": 999_999_999}, "Try: search"),
        ("get_artist_details", {"id": 45467, "month": "1999-01"}, "get_graph_stats view=months"),
        ("explore", {"type": "artist", "name": "Nobody Whatsoever"}, "search view=complete"),
        ("find_releases", {"filter": "genre:"}, "expected a value"),
        ("get_credits", {"view": "top", "category": "cooking"}, "'arrangement'"),
        ("get_collaborators", {"artist_id": 46481, "limit": 10_000}, "less than or equal to 100"),
    ],
)
def test_an_error_says_what_to_try(api: Api, name: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolError) as raised:
        call(api, name, **arguments)
    assert said in str(raised.value)
    assert "/api/" not in str(raised.value)


def test_arguments_are_taken_as_models_send_them(api: Api) -> None:
    assert call(api, "get_artist_details", id=45467).answer["name"] == "Pink Floyd"
    assert call(api, "search", query="kind of blue", types="artist", limit="2").page["shown"] <= 2
    assert call(api, "get_credits", view="profile", name="Rudy Van Gelder", offset=0, name2="", id=None).answer
    assert call(api, "get_label_details", ids=[281, 2294]).answer["labels"]
    assert call(api, "explore", type="artist", id=45467, category="masters").answer["children"]
    assert call(api, "get_artist_details", id=45467, limit=5).answer["genres"]
    assert call(api, "get_credits", name="Rudy Van Gelder", name2="Alfred Lion").answer["shared_releases"]


@pytest.mark.parametrize("kind", ["artist", "label", "master", "release"])
def test_what_an_overview_suggests_can_be_asked(api: Api, kind: str) -> None:
    suggested = call(api, f"get_{kind}_details", id=int(KINDS[kind])).next
    assert suggested
    for each in suggested:
        name, *arguments = each.partition(" for ")[0].split(" ")
        assert call(api, name, **dict(pair.split("=") for pair in arguments)).answer


def test_more_rows_than_by_default_may_take_more_than_8_kilobytes(api: Api) -> None:
    found, default = call(api, "find_releases", limit=80), call(api, "find_releases", limit=10)
    assert found.page["shown"] > 4 * default.page["shown"]
    assert ANSWER_LIMIT < len(found.text.encode()) <= 32_000

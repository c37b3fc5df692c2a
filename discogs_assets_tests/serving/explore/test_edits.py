"""Tests of `panes/edits.js` and `core/dates.js`: edits and dates in words."""

from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.timeout(600)


def call(modules: Page, module: str, function: str, cases: list[Any]) -> list[Any]:
    """The results of a function for lists of arguments."""
    script = (
        "async ([module, name, all]) => { const m = await import(module); return all.map((each) => m[name](...each)); }"
    )
    found: list[Any] = modules.evaluate(script, [f"/explore/{module}", function, cases])
    return found


def test_a_field_is_named_without_its_path(modules: Page) -> None:
    fields = {
        "tracklist[2].title": "track 2: title",
        "extraartists[1]": "credit 1",
        "tracklist[3].sub_tracks[1].extraartists[2].anv": "track 3: part 1: credit 2: name as printed",
        "is_main_release": "is the main release of its master",
        "groups[4]": "group membership 4",
        "namevariations[1]": "other spelling 1",
        "parentLabel.name": "parent label: name",
        "some_new_field[4]": "some new field 4",
    }
    assert call(modules, "panes/edits.js", "nameField", [[path] for path in fields]) == [*fields.values()]


def test_a_value_is_shown_without_json_and_markup(modules: Page) -> None:
    values = {
        ("groups[4]", '{"id": 10560751, "name": "The Smile (5)"}'): "The Smile (5)",
        ("extraartists[1]", '{"id": 1, "name": "Alan Parsons", "role": "Engineer", "tracks": "1"}'): (
            "Alan Parsons, Engineer, 1"
        ),
        ("formats", '[{"name": "CD", "qty": "2", "descriptions": ["Album", "Mono"]}]'): "CD, 2, Album, Mono",
        ("x", '{"id": 7}'): '{"id": 7}',
        ("notes", "{no JSON"): "{no JSON",
        ("profile", "On [l=Warp Records] by [a45], [b]bold[/b], [url=http://x.y]z[/url] [r=8]"): (
            "On Warp Records by artist 45, bold, z release 8"
        ),
        ("master_id", "0"): "none",
        ("master_id", "605597"): "master 605597",
        ("is_main_release", "true"): "yes",
        ("released", "1974-11-00"): "November 1974",
        ("title", "1974-11-00"): "1974-11-00",
        ("tracklist[1].title", "0"): "0",
    }
    assert call(modules, "panes/edits.js", "nameValue", [[*each] for each in values]) == [*values.values()]


def test_a_date_is_as_exact_as_it_is_known(modules: Page) -> None:
    dates = {
        "1974-11-00": "November 1974",
        "1978-00-00": "1978",
        "1978-05-19": "May 19, 1978",
        "1978-05": "May 1978",
        "1978": "1978",
        "1978-13-01": "1978-13-01",
        "?": "?",
    }
    assert call(modules, "core/dates.js", "nameDate", [[each] for each in dates]) == [*dates.values()]
    assert call(modules, "core/dates.js", "nameDate", [[None]]) == [""]


def test_tracks_are_counted_without_headings(modules: Page) -> None:
    index = {"title": "Serenade", "sub_tracks": [{"position": "A1"}, {"position": "A2"}]}
    cases = [[{"title": "Side A"}, index, {"position": "B1"}], [{"title": "one"}, {"title": "other"}], []]
    assert call(modules, "parts/record.js", "countTracks", [[each] for each in cases]) == [3, 2, 0]

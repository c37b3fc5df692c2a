"""Tests of `graph/summary.js` and the filters of a graph: what is hidden is said, with its reason."""

import re

import pytest
from playwright.sync_api import Locator, expect

from discogs_assets_tests.fix_browser import HOSTILE_NAME, Visit, await_node, click_node, nodes

pytestmark = pytest.mark.timeout(600)


def summary(visitor: Visit) -> Locator:
    return visitor.page.locator(".summary")


def test_a_part_of_the_whole_is_named_with_each_reason(visitor: Visit) -> None:
    visitor.open("/?type=genre&name=Rock&open=genre:Rock/releases/1&before=1980")
    said = summary(visitor)
    expect(said).to_contain_text("categories are closed: click to open.")
    expect(said).to_contain_text(re.compile(r"\d+ hidden: later than 1980, or without a year"))
    visitor.open("/?type=genre&name=Rock&open=genre:Rock/releases/1")
    expect(said).to_contain_text(re.compile(r"^40 of [\d,]+ neighbours\. .*not loaded yet: “more” loads 40 at a time"))
    visitor.open("/?type=label&id=2564&open=label:2564/parents/1")
    expect(said).to_contain_text("2 of")


def test_credits_are_filtered_by_role(visitor: Visit) -> None:
    page = visitor.open("/?type=release&id=1873013&open=release:1873013/credits/1&view=table")
    rows = page.get_by_role("row", name=re.compile("neighbours"))
    expect(rows).not_to_have_count(0)
    everyone = rows.count()
    page.get_by_role("combobox", name="Credits").select_option("design")
    expect(page).to_have_url(re.compile("role=design"))
    expect(summary(visitor)).to_contain_text(re.compile(r"\d+ hidden: other credits than design"))
    expect(rows).not_to_have_count(everyone)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(everyone)


def test_a_path_is_drawn_between_two_nodes_that_are_clicked(visitor: Visit) -> None:
    page = visitor.open("/?type=artist&id=45467&open=artist:45467/members/1")
    click_node(page, "artist:110862")
    page.get_by_role("button", name="Path", exact=True).click()
    expect(page.get_by_text("choose the other end in the graph")).to_be_visible()
    others = [
        key for key in nodes(page) if re.fullmatch(r"artist:\d+", key) and key not in ("artist:45467", "artist:110862")
    ]
    click_node(page, others[0])
    expect(page.locator(".path-strip summary")).to_contain_text("→")
    expect(page).to_have_url(re.compile("from=artist%3A110862&to=artist%3A"))
    page.wait_for_function("() => document.querySelector('canvas').graph.path.length")
    page.get_by_role("link", name="Close the path").click()
    page.wait_for_function("() => !document.querySelector('canvas').graph.path.length")
    at = await_node(page, "artist:45467")
    page.keyboard.down("Shift")
    page.mouse.click(at["x"], at["y"])
    page.keyboard.up("Shift")
    expect(page).to_have_url(re.compile("to=artist%3A45467"))


def test_a_hostile_name_is_text_in_a_path_a_month_and_a_history(visitor: Visit) -> None:
    hostile, page = HOSTILE_NAME, visitor.page
    visitor.replace_names(hostile)
    way = "/?type=artist&id=45467&open=artist:45467/releases/1&from=artist:45467&to=artist:157075"
    for url in (way, "/?pane=months&in=2026-11", "/?pane=months&of=artist:45", "/?pane=time&year=1990"):
        visitor.open(url)
        expect(page.locator("main")).to_contain_text(hostile[:20])
        assert page.locator("main :is(img, script, iframe)").count() == 0
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (url, width)

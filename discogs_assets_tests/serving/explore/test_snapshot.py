"""Tests of `graph/snapshot.js` and `graph/share.js`: a link restores a graph with its places."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from discogs_assets.stores.postgres import snapshots as store
from discogs_assets_tests.fix_browser import HOSTILE, Visit, await_count, await_node, nodes, require_access

pytestmark = pytest.mark.timeout(600)

FLOYD = "/?type=artist&id=45467&open=artist:45467/releases/1&open=artist:45467/members/1&with=artist:110862"


def rest(page: Page, key: str) -> dict[str, dict[str, Any]]:
    """Nodes of the graph, once it has one and the layout rests."""
    await_node(page, key)
    page.wait_for_function("() => document.querySelector('canvas').graph.still")
    return nodes(page)


def drag(page: Page, key: str, right: int, down: int) -> None:
    at = await_node(page, key)
    page.mouse.move(at["x"], at["y"])
    page.mouse.down()
    page.mouse.move(at["x"] + right, at["y"] + down, steps=4)
    page.mouse.up()


def create(page: Page) -> str:
    """The link that keeps the layout."""
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name="Create a link that keeps the layout").click()
    return page.get_by_label("Link that keeps the layout", exact=True).input_value()


def test_a_link_restores_nodes_places_pins_and_filters_exactly(visitor: Visit) -> None:
    page = visitor.open(f"{FLOYD}&before=1990&vs=1975&role=production&sel=artist:45467")
    rest(page, "artist:110862/credits")
    drag(page, "artist:45467/members", 70, 40)
    before = rest(page, "artist:110862/credits")
    link = create(page)
    expect(page.get_by_text("The server keeps it until")).to_be_visible()
    assert re.fullmatch(rf"{visitor.origin}/\?snapshot=[\w-]{{22}}", link)
    page.goto(link)
    after = rest(page, "artist:110862/credits")
    assert list(after) == list(before)
    assert {key: each["pinned"] for key, each in after.items()} == {key: each["pinned"] for key, each in before.items()}
    assert after["artist:45467/members"]["pinned"]
    for key, each in after.items():
        assert each["at"] == pytest.approx(before[key]["at"], abs=0.01), key
    for part in ("before=1990", "vs=1975", "role=production", "with=artist%3A110862"):
        assert part in page.url
    page.reload()
    assert rest(page, "artist:110862/credits")["artist:45467"]["at"] == after["artist:45467"]["at"]
    page.get_by_role("link", name="Table", exact=True).click()
    page.get_by_role("link", name="Graph", exact=True).click()
    assert rest(page, "artist:110862/credits")["artist:45467"]["at"] == after["artist:45467"]["at"]


def test_of_more_than_100_entities_all_are_restored_and_pinned_ones_in_their_places(visitor: Visit) -> None:
    page = visitor.open(
        "/?type=genre&name=Rock&open=genre:Rock/releases/4&open=genre:Rock/labels/2&open=genre:Rock/styles/1"
    )
    await_count(page, range(110, 1000))
    count = len(rest(page, "genre:Rock/releases"))
    drag(page, "genre:Rock/releases", 60, -30)
    at = rest(page, "genre:Rock/releases")["genre:Rock/releases"]["at"]
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("It keeps the places of 100 entities")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(create(page))
    await_count(page, range(count, count + 1))
    assert rest(page, "genre:Rock/releases")["genre:Rock/releases"]["at"] == pytest.approx(at, abs=0.01)


@pytest.mark.parametrize(
    ("status", "detail", "said"),
    [
        (503, "there are 10,000 snapshots, as many as there may be", "The link of the page, above, still works"),
        (422, HOSTILE["markup"], "onerror"),
        (0, "", "Is `discogs serve` running"),
    ],
    ids=str,
)
def test_a_refused_link_says_why_and_what_to_do(visitor: Visit, status: int, detail: str, said: str) -> None:
    def refuse(route: Route) -> None:
        if status:
            route.fulfill(status=status, content_type="application/problem+json", body=json.dumps({"detail": detail}))
        else:
            route.abort()

    page = visitor.open("/?type=artist&id=45467")
    page.route("**/api/snapshot", refuse)
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name="Create a link that keeps the layout").click()
    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.get_by_role("alert")).to_contain_text(detail[:40])
    assert page.get_by_role("alert").locator("img").count() == 0
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Share", exact=True)).to_be_focused()
    assert all("Failed to load resource" in each for each in visitor.said)
    visitor.said.clear()


def test_beyond_the_quota_a_link_is_refused_with_the_other_one_as_advice(
    visitor: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CLIENT_SNAPSHOTS", 1)
    page = visitor.open("/?type=artist&id=45467")
    for _ in range(2):
        page.get_by_role("button", name="Share", exact=True).click()
        page.get_by_role("button", name="Create a link that keeps the layout").click()
        expect(page.locator(".share-links > [role=status]:not(:empty), .share-links > [role=alert]")).to_be_visible()
        said = page.locator(".share-links").inner_text()
        page.keyboard.press("Escape")
    assert "1 snapshots of this address are kept. The first expires at" in said
    assert "The link of the page, above, still works." in said
    assert all("Failed to load resource" in each for each in visitor.said)
    visitor.said.clear()


def test_a_link_that_has_expired_says_so_and_with_the_graph_in_it_shows_that(visitor: Visit) -> None:
    page = visitor.open(f"/?snapshot={'A' * 22}")
    expect(page.get_by_role("alert")).to_contain_text("Snapshots expire")
    visitor.open(f"/?snapshot={'A' * 22}&type=artist&id=45467")
    expect(page.get_by_role("alert")).to_contain_text("The nodes have a new layout")
    await_node(page, "artist:45467/releases")
    assert all("Failed to load resource" in each for each in visitor.said)
    visitor.said.clear()


def test_a_link_is_copied(visitor: Visit) -> None:
    page = visitor.open("/?type=artist&id=45467&before=1975")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Share", exact=True).press("Enter")
    page.get_by_role("button", name="Copy: Link to this graph").press("Enter")
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_menus_have_no_violation_of_accessibility(visitor: Visit) -> None:
    page = visitor.open("/?type=artist&id=45467")
    for name in ("Share", "Save"):
        page.get_by_role("button", name=name, exact=True).click()
        require_access(page)
    # The checker reads the canvas for contrasts, of which the browser warns.
    assert all("willReadFrequently" in each for each in visitor.said)
    visitor.said.clear()

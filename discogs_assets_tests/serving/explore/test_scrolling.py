"""Tests of `core/scrolling.js` and `core/focus.js`: back leads to the place that was read."""

import pytest
from playwright.sync_api import expect

from discogs_assets_tests.fix_browser import Visit, press

pytestmark = pytest.mark.timeout(600)


def test_back_and_a_reload_return_to_the_place_that_was_read(visitor: Visit) -> None:
    page = visitor.open("/?pane=search&q=the&types=release")
    page.set_viewport_size({"width": 360, "height": 700})
    last = page.locator(".hits li").last.get_by_role("link").first
    last.scroll_into_view_if_needed()
    page.wait_for_function("() => scrollY > 1000")
    at = page.evaluate("scrollY")
    press(last)
    expect(page.get_by_role("application")).to_be_visible()
    page.wait_for_function("() => scrollY === 0")
    page.go_back()
    page.wait_for_function("at => Math.abs(scrollY - at) < 3", arg=at)
    page.reload()
    page.wait_for_function("at => Math.abs(scrollY - at) < 3", arg=at)
    page.go_forward()
    expect(page.get_by_role("application")).to_be_visible()
    page.wait_for_function("() => scrollY === 0")


def test_a_ring_is_for_the_keyboard_and_the_search_box_is_left_after_a_choice(visitor: Visit) -> None:
    page = visitor.open("/?pane=months")
    box = page.get_by_role("combobox", name="Search everything")
    outline = "(each) => getComputedStyle(each).outlineStyle"
    box.click()
    assert box.evaluate(outline) == "none"
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    assert box.evaluate(outline) == "solid"
    box.fill("the")
    box.press("Enter")
    expect(page.get_by_role("heading", name="hits for")).to_be_visible()
    expect(box).not_to_be_focused()

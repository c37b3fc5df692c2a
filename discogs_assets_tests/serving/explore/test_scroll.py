"""Tests of `parts/scroll.js`, `parts/size.js` and the styles of narrow screens: nothing is cut, broken or too small."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from discogs_assets_tests.fix_browser import visit
from discogs_assets_tests.serving.explore.test_panes import LINKS
from discogs_assets_tests.serving.test_explorer import PANES

pytestmark = pytest.mark.timeout(600)

URLS = {url for url, _ in PANES.values()} | set(LINKS.values()) | {"/?pane=discover&from=label:281"}

BROKEN = r"""() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [], range = new Range();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        if (!parent.checkVisibility({ visibilityProperty: true })) continue;
        if (parent.closest(".unseen, .stacked thead, code, svg")) continue;
        for (const word of node.data.matchAll(/[\p{Script=Latin}\p{Script=Cyrillic}]{2,24}/gu)) {
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            const rects = [...range.getClientRects()].filter((each) => each.width > 1 && each.height > 1);
            if (rects.some((each) => Math.abs(each.top - rects[0].top) > 4)) found.push(node.data);
        }
    }
    return found;
}"""
"""Texts with a word that stands on two lines."""

CUT = """() => [...document.querySelectorAll("main .scroll")].filter((each) => each.scrollWidth > each.clientWidth + 1)
    .map((each) => [each.ariaLabel, each.scrollWidth, each.clientWidth])"""
"""Tables that are wider than their frames."""

SMALL = """() => [
    ...[...document.querySelectorAll("main :is(td, tbody th, li, dd) a")].filter((each) => each.checkVisibility())
        .filter((each) => each.getBoundingClientRect().height < 24).map((each) => each.outerHTML),
    ...[...document.querySelectorAll("main svg text")].filter((each) => each.checkVisibility()).filter((each) =>
        parseFloat(getComputedStyle(each).fontSize) * each.getCTM().a < 11).map((each) => each.outerHTML)]"""
"""Links in lists that a finger misses, and texts of drawings that are too small."""

HIDDEN = """() => {
    const canvas = document.querySelector("canvas");
    if (!canvas) return [];
    const { bottom, width, height } = canvas.getBoundingClientRect(), { k, x, y } = canvas.graph.camera;
    const beyond = canvas.graph.nodes.filter((each) => each.x * k + x < 6 || each.x * k + x > width - 6
        || each.y * k + y < 6 || each.y * k + y > height - 6);
    const covered = document.querySelector(".zoom").getBoundingClientRect().top < bottom - 1;
    return [...beyond.map((each) => each.text), ...(covered ? ["buttons stand over the nodes"] : [])];
}"""
"""Nodes outside the canvas, or below the buttons."""


def test_no_word_is_broken_and_nothing_is_small_or_cut(browser: Browser, origin: str) -> None:
    with visit(browser, origin) as visitor:
        page = visitor.page
        found = []
        for url in sorted(URLS):
            visitor.open(url)
            expect(page.locator("main > *")).not_to_have_count(0)
            page.wait_for_load_state("networkidle")
            page.wait_for_function("() => document.querySelector('canvas')?.graph.still ?? true")
            page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
            for width in (360, 768):
                page.set_viewport_size({"width": width, "height": 800})
                page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
                faults: list[Any] = [
                    *page.evaluate(BROKEN),
                    *page.evaluate(HIDDEN),
                    *page.evaluate(SMALL),
                    *(page.evaluate(CUT) if width < 640 else []),
                ]
                found += [(url, width, each) for each in faults]
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (url, width)
        assert found == []


def test_a_table_is_stacked_with_the_titles_of_its_columns_as_soon_as_it_is_too_wide(
    browser: Browser, origin: str
) -> None:
    with visit(browser, origin, width=360) as visitor:
        page = visitor.open("/?pane=credits&role=engineering")
        row = page.locator("main tbody tr").first
        shown = "(cell) => getComputedStyle(cell, '::before').content.includes('Credits') || cell.dataset.title"
        expect(page.locator("main table.stacked")).to_have_count(1)
        assert row.locator("td").nth(1).evaluate(shown)
        assert row.locator("td").evaluate_all("(all) => all.map((each) => each.dataset.title)") == [
            "Rank", "Credits", "Releases", "First year", "Last year",
        ]  # fmt: skip
        page.set_viewport_size({"width": 1440, "height": 800})
        expect(page.locator("main table.stacked")).to_have_count(0)
        changes = visitor.open("/?pane=months&in=2026-11")
        changes.set_viewport_size({"width": 360, "height": 800})
        edit = changes.locator(".edits tbody tr:not(.heading)").first.locator("td")
        expect(changes.locator(".edits.stacked")).to_have_count(1)
        before, after = (edit.nth(at).bounding_box() for at in (-2, -1))
        assert before
        assert after
        assert before["y"] + before["height"] <= after["y"] + 1

"""Tests of `panes/months.js`: what changed in a month, and the history of a record."""

import re

import pytest
from playwright.sync_api import expect

from discogs_assets_tests.fix_browser import Visit

pytestmark = pytest.mark.timeout(600)


def test_changes_of_a_month_are_counted_narrowed_and_lead_to_histories(visitor: Visit) -> None:
    page = visitor.open("/?pane=months")
    page.get_by_role("link", name="What changed in November 2026").click()
    expect(page.get_by_text("Compared with October 2026")).to_be_visible()
    page.get_by_role("link", name="1 record of labels changed").click()
    expect(page).to_have_url(re.compile("entity=labels&change=changed"))
    rows, headings = page.locator(".edits tbody tr"), page.locator(".edits th[scope=rowgroup]")
    expect(headings).to_have_count(1)
    expect(headings).to_contain_text(re.compile("changed.*history"))
    assert rows.count() > 1
    assert not re.search(r"label \d|\[|\{", page.locator(".edits").inner_text())
    page.get_by_role("link", name=re.compile("History of label")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("History of")
    expect(headings).to_have_text(["November 2026 changed"])
    page.go_back()
    page.get_by_role("link", name="Show all kinds of changes").click()
    removed = page.locator(".edits tr").filter(has_text=re.compile("removed.*history$"))
    expect(removed.last.locator("th a")).to_have_text(["history"])


def test_the_first_month_has_nothing_to_be_compared_with_and_a_record_may_have_no_edits(visitor: Visit) -> None:
    page = visitor.open("/?pane=months&in=2026-10")
    expect(page.get_by_text("Nothing to compare with")).to_be_visible()
    visitor.open("/?type=artist&id=45467")
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.get_by_text("The record was never edited")).to_be_visible()

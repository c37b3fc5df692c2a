"""Tests of `parts/timeline.js` and its panes: years are stepped through, played and compared, each with a link."""

import re

import pytest
from playwright.sync_api import expect

from discogs_assets_tests.fix_browser import Visit, await_node, nodes
from discogs_assets_tests.watching import await_truth

pytestmark = pytest.mark.timeout(600)

FLOYD = "/?type=artist&id=45467&open=artist:45467/releases/1"


def test_years_are_stepped_through_and_compared_by_keyboard(visitor: Visit) -> None:
    page = visitor.open(f"{FLOYD}&before=1973&view=table")
    until = page.get_by_label("Until")
    until.press("ArrowRight")
    expect(page).to_have_url(re.compile("before=1974"))
    page.get_by_role("button", name="A year on").press("Enter")
    expect(page).to_have_url(re.compile("before=1975"))
    expect(until).to_have_attribute("aria-valuetext", "1975")
    page.get_by_label("Compare", exact=True).press(" ")
    expect(page).to_have_url(re.compile("before=1975.*vs=1969"))
    page.get_by_label("compared with").press("ArrowRight")
    expect(page).to_have_url(re.compile("vs=1970"))
    cells, summary = page.locator("tbody td"), page.locator(".summary")

    def read() -> list[str]:
        return [each for each in cells.all_text_contents() if re.match("until|after", each)]

    # The table may still be of the year before.
    await_truth(lambda: f" {read().count('after 1970')} more from 1971 to 1975" in f" {summary.inner_text()}")
    came, years = read(), [int(each) for each in page.locator("td.figure").all_text_contents()]
    assert came == ["after 1970" if year > 1970 else "until 1970" for year in years]
    assert {*came} == {"after 1970", "until 1970"}
    page.get_by_label("Compare", exact=True).press(" ")
    expect(page).not_to_have_url(re.compile("vs="))


def test_playing_goes_on_from_year_to_year_until_it_is_paused_or_ends(visitor: Visit) -> None:
    page = visitor.open(f"{FLOYD}&before=1970")
    page.get_by_label("Speed").select_option("10")
    page.get_by_role("button", name="Play the years").press("Enter")
    expect(page).to_have_url(re.compile(r"before=(19[89]|20)\d"))
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_role("button", name="Play the years")).to_be_focused()
    visitor.open(f"{FLOYD}&before=2015")
    page.get_by_role("button", name="Play the years").press("Enter")
    expect(page.get_by_role("button", name="Play the years")).to_be_visible()
    expect(page).not_to_have_url(re.compile("before"))


def test_without_motion_nothing_moves_from_year_to_year_but_to_its_place(visitor: Visit) -> None:
    page = visitor.open(f"{FLOYD}&before=1975")
    await_node(page, "artist:45467/releases")
    moved = page.evaluate("""() => new Promise((done) => {
        const { graph } = document.querySelector("canvas"), paint = graph.layout.onMove;
        let times = 0;
        graph.layout.onMove = (still) => { times++; paint(still); if (still) done(times); };
        document.querySelector("[aria-label='A year on']").click();
    })""")
    assert moved == 1
    transitions = "[...document.querySelectorAll('main *')].map((each) => getComputedStyle(each).transitionDuration)"
    assert {*page.evaluate(transitions)} == {"0s"}


def test_a_comparison_rings_what_came_between_its_years(visitor: Visit) -> None:
    page = visitor.open(f"{FLOYD}&open=artist:45467/labels/1&before=1985&vs=1972")
    await_node(page, "artist:45467/labels")
    late = page.evaluate(
        "document.querySelector('canvas').graph.nodes.filter((node) => node.late).map((node) => node.text)"
    )
    assert any("The Wall" in each for each in late)
    assert not any(int(each[-4:]) <= 1972 for each in late if each[-4:].isdigit())
    assert len(late) < len(nodes(page)) - 8


def test_genres_and_styles_begin_with_the_years(visitor: Visit) -> None:
    page = visitor.open("/?pane=time&year=1977")
    expect(page.get_by_role("heading", name="New in 1977")).to_be_visible()
    fresh = page.locator(".fresh li")
    assert fresh.count() > 0
    assert {each[-4:] for each in fresh.all_text_contents()} == {"1977"}
    page.get_by_label("Compare", exact=True).check()
    expect(page.get_by_role("heading", name="New from 1968 to 1977")).to_be_visible()
    years = [int(each[-4:]) for each in page.locator("section .chips li").all_text_contents()]
    assert max(years) == 1977
    fresh.first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"type=(genre|style)&name=.*before=1977"))

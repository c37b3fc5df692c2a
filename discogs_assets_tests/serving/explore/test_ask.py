"""Tests of the explorer's box for questions in natural language, with a server that plays the model."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from discogs_assets.serving import explorer
from discogs_assets.serving.app import create_app
from discogs_assets.settings import Settings
from discogs_assets_tests.fix_browser import Visit, require_access, serve, visit
from discogs_assets_tests.fix_model import ModelServer, Scene, use
from discogs_assets_tests.fix_project import Project

pytestmark = pytest.mark.timeout(600)

TEXT = 'Alan Parsons engineered Pink Floyd. <img src=x onerror=alert(1)> [x](javascript:alert(2)) & "more"'

STEPS = (
    use("search", query="dark side", types=["release"], genres=["Rock"]),
    use("get_artist_details", id=45467),
    use("get_artist_details", id=999999999),
    use("find_path", from_id=45467, to_id=157075),
    use("get_trends", entity_type="genre", name="Rock"),
    use("get_genre_tree"),
    Scene(TEXT),
)

ACTIONS = {
    "Show the path from Pink Floyd to Alan Parsons": (
        "pane=path&from=artist%3A45467&to=artist%3A157075",
        "links apart",
    ),
    "Show all genres": ("pane=genres", "Electronic"),
    "Show trends of Rock": ("pane=trends&s=genre%3ARock", "Rock"),
    "Open Pink Floyd": ("type=artist&id=45467", "Pink Floyd"),
    "Search for “dark side” (release, Rock)": ("pane=search&q=dark+side&types=release&genres=Rock", "hits for"),
}
"""Actions of the steps: parameters of the page that they lead to, and a text that it shows."""


@pytest.fixture(scope="module")
def origin(project: Project, model_server: ModelServer) -> Iterator[str]:
    """The origin of the explorer of a server with a model."""
    explorer.fetch_libraries(print)
    with serve(create_app(model_server.settings(home=project.home))) as origin:
        yield origin


@pytest.fixture
def visitor(browser: Browser, origin: str) -> Iterator[Visit]:
    """A visit on a wide screen."""
    with visit(browser, origin) as visit_:
        yield visit_


def ask(page: Page, text: str) -> None:
    """Open the box and ask by the keyboard alone."""
    page.get_by_role("button", name="Ask", exact=True).press("Enter")
    field = page.get_by_role("textbox", name="Question")
    expect(field).to_be_focused()
    field.fill(text)
    field.press("Enter")


def test_the_pill_is_there_only_with_a_model(browser: Browser, project: Project) -> None:
    with serve(create_app(Settings(home=project.home))) as origin, visit(browser, origin) as visitor:
        with visitor.page.expect_response("**/api/nlq/status") as asked:
            page = visitor.open("/?pane=genres")
        assert asked.value.json() == {"enabled": False}
        expect(page.locator("main")).to_contain_text("Rock")
        expect(page.get_by_role("button", name="Ask", exact=True)).to_have_count(0)


def test_the_pill_moves_nothing_when_it_comes(visitor: Visit) -> None:
    held: list[Route] = []
    page = visitor.page
    page.route("**/api/nlq/status", lambda route: held.append(route))
    visitor.open("/?pane=genres")
    expect(page.locator("main")).to_contain_text("Rock")
    page.wait_for_function("document.fonts.status === 'loaded'")
    places = (
        "[...document.querySelectorAll('header *, nav a, main, main *')]"
        ".map((element) => JSON.stringify(element.getBoundingClientRect()))"
    )
    before = page.evaluate(places)
    held[0].continue_()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    assert page.evaluate(places) == before


def test_an_answer_is_text_with_its_tools_and_actions_that_lead_into_the_page(
    visitor: Visit, model_server: ModelServer
) -> None:
    model_server.play(*STEPS)
    page = visitor.open("/?type=master&id=10362")
    ask(page, "Who engineered it?")
    box = page.get_by_role("dialog", name="Ask in your own words")
    expect(box).to_contain_text(TEXT)
    assert box.locator("img").count() == 0
    expect(box.get_by_role("status")).to_contain_text("with 6 questions to this database. It can be wrong.")
    assert '\\"type\\":\\"master\\",\\"id\\":10362' in str(model_server.asked[0][1]).replace('"', '\\"')
    box.get_by_text("6 tool calls").click()
    calls = box.locator(".ask-tools li")
    expect(calls).to_have_count(6)
    expect(calls.nth(2)).to_contain_text('get_artist_details {"id":999999999}')
    expect(calls.nth(2)).to_contain_text("there is no artist")
    mentioned = box.get_by_role("list", name="Entities in the answer").get_by_role("link")
    assert set(mentioned.all_inner_texts()) == {"Pink Floyd", "Alan Parsons"}
    links = box.get_by_role("list", name="Actions").get_by_role("link")
    assert links.all_inner_texts() == [*ACTIONS]
    for name, (parameters, text) in ACTIONS.items():
        box.get_by_role("link", name=name, exact=True).press("Enter")
        expect(box).to_be_hidden()
        expect(page).to_have_url(f"{visitor.origin}/?{parameters}")
        expect(page.locator("main")).to_contain_text(text)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(box).to_contain_text("Alan Parsons engineered")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_focused()


def test_a_suggestion_is_about_what_is_shown_and_asks_itself(visitor: Visit, model_server: ModelServer) -> None:
    model_server.play(Scene("Nobody knows."))
    page = visitor.open("/?type=artist&id=45467")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("button", name="Which artists are similar to Pink Floyd?").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nobody knows.")
    expect(page.get_by_role("textbox", name="Question")).to_have_value("Which artists are similar to Pink Floyd?")


def test_progress_is_shown_an_answer_is_stopped_and_a_failure_says_why(
    visitor: Visit, model_server: ModelServer
) -> None:
    model_server.play(use("get_genre_tree"), Scene("slow " * 1_000, pause=0.05))
    page = visitor.open("/?pane=genres")
    ask(page, "Slowly?")
    box = page.get_by_role("dialog")
    expect(box.get_by_role("status")).to_contain_text("Answering…")
    expect(box).to_contain_text("slow slow")
    expect(box).to_contain_text("1 tool call")
    expect(box).not_to_contain_text("Let me look")
    box.get_by_role("button", name="Stop").click()
    expect(box.get_by_role("alert")).to_contain_text("You stopped the answer.")
    assert model_server.left.wait(30)
    for scene, said in (
        (Scene(status=429, headers={"Retry-After": "600"}, body=b""), "busy (429). Ask again later."),
        (Scene("A piece " * 20, after=900), "ended early"),
    ):
        model_server.play(scene)
        box.get_by_role("button", name="Ask", exact=True).click()
        expect(box.get_by_role("alert")).to_contain_text(said)
        expect(box).not_to_contain_text("A piece")
    page.route("**/api/nlq/query", lambda route: route.abort())
    box.get_by_role("button", name="Ask", exact=True).click()
    expect(box.get_by_role("alert")).to_contain_text("Is `discogs serve` running")
    assert all("Failed to load resource" in each for each in visitor.said)
    visitor.said.clear()


@pytest.mark.slow
def test_the_box_is_accessible_and_fits(visitor: Visit, model_server: ModelServer) -> None:
    model_server.play(*STEPS)
    page = visitor.open("/?pane=genres")
    expect(page.locator("main")).to_contain_text("Rock")
    check_access(page)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("Compare|Which styles"))).not_to_have_count(0)
    check_access(page)
    page.keyboard.press("Escape")
    ask(page, "Who?")
    expect(page.get_by_role("status").filter(has_text="It can be wrong")).to_be_visible()
    page.get_by_text("6 tool calls").click()
    check_access(page)
    # The checker reads a canvas for contrasts, of which the browser warns.
    assert all("willReadFrequently" in each for each in visitor.said)
    visitor.said.clear()


def check_access(page: Page) -> None:
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        box = "(e => e && e.scrollWidth <= e.clientWidth)(document.querySelector('.ask-box[open]') ?? document.body)"
        assert page.evaluate(box), width
    require_access(page)

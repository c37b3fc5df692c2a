"""Tests of `serving.explorer`: the page in a real Chromium, over the sample months."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from discogs_assets.servers import artifacts
from discogs_assets.serving import explorer
from discogs_assets.serving.app import create_app
from discogs_assets_tests.fix_browser import (
    HOSTILE_NAME,
    NODE,
    Visit,
    await_count,
    await_node,
    click_node,
    nodes,
    press,
    require_access,
    serve,
    visit,
)

pytestmark = pytest.mark.timeout(600)

FLOYD = "type=artist&id=45467"
OPEN = "open=artist:45467/releases/1&open=artist:45467/labels/1"

PANES = {
    "welcome": ("/", "Every record knows another one"),
    "graph": (f"/?{FLOYD}&{OPEN}", "Pink Floyd"),
    "table": (f"/?{FLOYD}&{OPEN}&view=table", "Wish You Were Here"),
    "release": ("/?type=release&id=1873013", "Alan Parsons"),
    "search": ("/?pane=search&q=the&types=release&genres=Rock&offset=20", "hits for"),
    "path": ("/?pane=path&from=artist:45467&to=artist:157075", "2 links apart"),
    "trends": ("/?pane=trends&s=artist:45467&s=genre:Funk / Soul&as=shares", "Share of each one's"),
    "credits": ("/?pane=credits&p=artist:252966&p=credit:Alfred Lion&depth=2", "2 releases credit both"),
    "leaders": ("/?pane=credits&role=production", "George Martin"),
    "labels": ("/?pane=labels&l=label:281", "Similar labels"),
    "compared labels": ("/?pane=labels&l=label:281&l=label:2294", "Alternative Rock"),
    "rarity": ("/?pane=rarity&tier=rare&r=1873013", "Rarity 44.9 of 100"),
    "discover": ("/?pane=discover&from=artist:45467", "EMI Electrola"),
    "insights": ("/?pane=insights&i=genre-trends&g=Rock", "Its peak: the 1970s"),
    "genres": ("/?pane=genres&g=Rock", "Prog Rock"),
    "months": ("/?pane=months", "November 2026"),
    "status": ("/status", "Stores of the published month"),
    "comparison": (f"/?{FLOYD}&{OPEN}&before=1985&vs=1972", "11 more from 1973 to 1985"),
    "way": (f"/?{FLOYD}&{OPEN}&from=artist:45467&to=artist:157075", "2 links: Pink Floyd →"),
    "time": ("/?pane=time&year=1990&vs=1970", "2 genres and 17 styles began from 1971 to 1990"),
    "changes": ("/?pane=months&in=2026-11&entity=artists", "Michael Jackson"),
    "history": ("/?pane=months&of=label:34231", "History of"),
}
"""A link into each pane, and a text that it shows."""


def show(visitor: Visit, pane: str) -> Page:
    """The page at the link of a pane, once it shows its text."""
    url, text = PANES[pane]
    page = visitor.open(url)
    expect(page.locator("main")).to_contain_text(text)
    return page


@pytest.mark.slow
@pytest.mark.parametrize("pane", PANES)
def test_a_link_restores_each_pane_which_is_accessible_and_back_leads_to_it(visitor: Visit, pane: str) -> None:
    page = show(visitor, pane)
    require_access(page)
    # The checker reads the canvas for contrasts, of which the browser warns.
    assert all("willReadFrequently" in each for each in visitor.said)
    visitor.said.clear()
    page.get_by_role("link", name="Months" if pane != "months" else "Genres", exact=True).click()
    expect(page.locator("main")).not_to_contain_text(PANES[pane][1])
    page.go_back()
    expect(page.locator("main")).to_contain_text(PANES[pane][1])
    page.go_forward()
    expect(page.locator("main")).not_to_contain_text(PANES[pane][1])


def test_the_graph_opens_by_mouse_loads_more_pins_and_undoes(visitor: Visit) -> None:
    page = visitor.open("/")
    page.get_by_role("link", name="Rock", exact=True).click()
    click_node(page, "genre:Rock/releases")
    expect(page.locator(".tooltip")).to_contain_text("click to close")
    more = await_node(page, "genre:Rock/releases/more")
    assert more["text"] == "40 more"
    page.mouse.move(more["x"], more["y"])
    expect(page.locator(".tooltip")).to_contain_text("click to load")
    page.mouse.down()
    page.mouse.move(more["x"] + 60, more["y"] + 40, steps=4)
    page.mouse.up()
    pinned = nodes(page)["genre:Rock/releases/more"]
    assert pinned["pinned"]
    page.get_by_role("button", name="Undo").click()
    assert not nodes(page)["genre:Rock/releases/more"]["pinned"]
    click_node(page, "genre:Rock/releases/more")
    expect(page).to_have_url(re.compile("releases%2F2"))
    await_count(page, range(81, 1000))
    page.get_by_role("button", name="Undo").click()
    await_count(page, range(60))
    click_node(page, "genre:Rock/releases")
    await_count(page, range(10))


def test_a_category_of_one_neighbour_is_open_until_it_is_closed(visitor: Visit) -> None:
    page = visitor.open("/?type=release&id=1873013")
    await_node(page, "artist:45467")
    click_node(page, "release:1873013/artists")
    expect(page).to_have_url(re.compile("open=release%3A1873013%2Fartists%2F0"))
    page.wait_for_function(
        "() => !document.querySelector('canvas').graph.nodes.some((node) => node.key === 'artist:45467')"
    )
    click_node(page, "release:1873013/artists")
    await_node(page, "artist:45467")
    expect(page).not_to_have_url(re.compile("open="))


def test_a_double_click_shows_what_a_neighbour_has_and_opens_a_category_once(visitor: Visit) -> None:
    page = visitor.open(f"/?{FLOYD}&open=artist:45467/members/1")
    member = await_node(page, "artist:110862")
    page.mouse.dblclick(member["x"], member["y"])
    credits_ = await_node(page, "artist:110862/credits")
    assert len(nodes(page)) > 13
    page.mouse.dblclick(credits_["x"], credits_["y"])
    expect(page).to_have_url(re.compile("open=artist%3A110862%2Fcredits%2F1"))
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(page).not_to_have_url(re.compile("with="))


def test_a_pinned_node_stays_when_others_come(visitor: Visit) -> None:
    page = visitor.open("/?type=genre&name=Rock&open=genre:Rock/styles/1")
    held = await_node(page, "genre:Rock/styles")
    page.mouse.move(held["x"], held["y"])
    page.mouse.down()
    page.mouse.move(held["x"] + 90, held["y"] - 50, steps=5)
    page.mouse.up()
    before = nodes(page)
    page.evaluate("""() => {
        const { graph } = document.querySelector("canvas"), count = graph.nodes.length;
        const fresh = Array.from({ length: 100 }, (_, n) => ({ ...graph.nodes[0], key: `artist:${n}`, root: false,
            x: NaN, y: NaN, pinned: false, width: 15, height: 15 }));
        const links = graph.links.map(([a, b]) => ({ source: a.key, target: b.key }));
        graph.show({ nodes: [...graph.nodes.map((node) => ({ ...node })), ...fresh],
            links: [...links, ...fresh.map(({ key }) => ({ source: "genre:Rock/styles", target: key }))] });
    }""")
    await_node(page, "artist:99")
    after = nodes(page)
    assert len(after) == len(before) + 100
    assert after["genre:Rock/styles"]["at"] == before["genre:Rock/styles"]["at"]
    assert after["genre:Rock"]["at"] != before["genre:Rock"]["at"]
    assert len({tuple(each["at"]) for each in after.values()}) == len(after)


def test_the_keyboard_finds_an_entity_and_walks_through_its_graph(visitor: Visit) -> None:
    page = visitor.open("/")
    expect(page.get_by_role("heading", name="Every record")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("pink fl")
    expect(page.locator("[role=option]").first).to_contain_text("Pink Floyd")
    page.keyboard.press("Escape")
    expect(page.locator("[role=option]")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option]").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Pink Floyd")).to_be_visible()
    await_node(page, "artist:45467/releases")
    canvas = page.get_by_role("application")
    canvas.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("open="))
    await_count(page, range(9, 1000))
    page.keyboard.press("p")
    assert [each for each in nodes(page).values() if each["pinned"]]
    page.keyboard.press("+")
    page.keyboard.press("0")
    press(page.get_by_role("button", name="Undo"))
    press(page.get_by_role("button", name="Undo"))
    await_count(page, range(8, 9))
    press(page.get_by_role("link", name="Table"))
    press(page.get_by_role("button", name=re.compile("Labels")))
    press(page.locator(".graph-table").get_by_role("link", name="Harvest"))
    expect(page.get_by_role("heading", name="Harvest")).to_be_visible()
    press(page.get_by_role("button", name="Show its neighbours"))
    expect(page.get_by_role("button", name=re.compile("Artists"))).to_be_visible()
    press(page.get_by_role("link", name="Start here"))
    expect(page).to_have_url(re.compile(r"/\?type=label&id=2564$"))


def test_a_year_hides_later_neighbours(visitor: Visit) -> None:
    page = visitor.open(f"/?{FLOYD}&{OPEN}&view=table")
    rows = page.get_by_role("row", name=re.compile("neighbours"))
    expect(rows).to_have_count(29 + 5)
    page.get_by_label("Until").fill("1975")
    expect(page.get_by_text("of 29 with these years")).to_be_visible()
    years = [int(each) for each in page.locator("td.figure").all_text_contents() if len(each) == 4]
    assert years
    assert max(years) <= 1975
    expect(page).to_have_url(re.compile("before=1975"))


def test_facets_count_and_narrow_and_pages_turn(visitor: Visit) -> None:
    page = visitor.open("/")
    box = page.get_by_role("combobox", name="Search everything")
    box.fill("grundman")
    page.get_by_role("group", name="Credits of").get_by_role("option", name=re.compile("Bernie Grundman")).click()
    expect(page).to_have_url(re.compile("p=artist%3A307942"))
    box.fill("the")
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("96 hits for “the”")
    page.get_by_role("link", name="releases 59").click()
    expect(heading).to_have_text("59 hits for “the”")
    press(page.get_by_role("link", name=re.compile(r"^1970s \d+")))
    expect(page.get_by_role("link", name="1970s ✕")).to_be_visible()
    press(page.get_by_role("link", name="1970s ✕"))
    page.get_by_role("link", name="Next →").click()
    expect(page.get_by_text(re.compile("^21.40 of 59"))).to_be_visible()
    press(page.get_by_role("link", name="← Previous"))
    expect(page.get_by_text(re.compile("^1.20 of 59"))).to_be_visible()
    page.locator(".hit a").first.click()
    expect(page.get_by_role("application")).to_be_visible()


def test_a_path_is_found_between_two_that_are_picked(visitor: Visit) -> None:
    page = visitor.open("/?pane=path")
    page.get_by_role("combobox", name="From").fill("pink floyd")
    page.locator("[role=option]").first.click()
    end = page.get_by_role("combobox", name="To")
    end.fill("alan parsons")
    expect(page.locator("[role=option]").first).to_contain_text("Alan Parsons")
    end.press("Enter")
    expect(page.get_by_role("heading", name="2 links apart")).to_be_visible()
    expect(page.locator(".step")).to_have_count(3)
    expect(page.locator(".relation").last).to_have_text("credited: Engineer")
    page.get_by_label("Main artists of releases").uncheck()
    page.get_by_label("Credits").press(" ")
    expect(page.get_by_text("No path")).to_be_visible()
    page.get_by_label("at most").select_option("8")
    expect(page).to_have_url(re.compile("depth=8"))
    press(page.get_by_role("link", name="Allow 12 links"))
    expect(page).to_have_url(re.compile("depth=12"))
    expect(page.get_by_label("at most")).to_have_value("12")
    expect(page.get_by_role("link", name="Allow 12 links")).to_have_count(0)
    press(page.get_by_role("link", name="Count credits, too"))
    expect(page.get_by_role("heading", name="2 links apart")).to_be_visible()


def test_explore_leads_back_to_the_graph_that_was_left_and_from_there_to_the_start(visitor: Visit) -> None:
    page = visitor.open(f"/?{FLOYD}")
    panes = page.get_by_role("navigation", name="Panes")
    press(panes.get_by_role("link", name="Status"))
    expect(page).to_have_url(re.compile("/status$"))
    press(panes.get_by_role("link", name="Explore"))
    expect(page).to_have_url(f"{visitor.origin}/?{FLOYD}")
    expect(page.get_by_role("application")).to_be_visible()
    press(panes.get_by_role("link", name="Explore"))
    expect(page.get_by_role("heading", name="Every record knows another one")).to_be_visible()


def test_trends_are_compared_as_counts_and_shares(visitor: Visit) -> None:
    page = visitor.open("/?pane=trends")
    add = page.get_by_role("combobox", name="Add to the chart")
    add.fill("blue note")
    page.locator("[role=option]").first.click()
    expect(page.locator(".series polyline")).to_have_count(1)
    add.fill("kraftwerk")
    expect(page.locator("[role=option]").first).to_contain_text("Kraftwerk")
    add.press("Enter")
    expect(page.locator(".series polyline")).to_have_count(2)
    page.locator(".chart svg").hover()
    expect(page.locator(".legend-year")).to_have_text(re.compile(r"\d{4}"))
    press(page.get_by_role("link", name="Shares"))
    page.get_by_text("The same as a table").click()
    shares = [float(each.split()[0]) for each in page.locator("tbody td:nth-child(2)").all_text_contents()]
    assert sum(shares) == pytest.approx(100, abs=2)
    press(page.get_by_role("link", name="Remove Blue Note"))
    expect(page.locator(".series polyline")).to_have_count(1)


def test_the_tree_of_genres_opens_and_is_searched(visitor: Visit) -> None:
    page = visitor.open("/?pane=genres")
    page.get_by_role("button", name=re.compile("^Jazz")).click()
    expect(page.get_by_role("link", name="Modal")).to_be_visible()
    press(page.get_by_role("button", name=re.compile("^Jazz")))
    expect(page.get_by_role("link", name="Modal")).to_have_count(0)
    page.get_by_label("Find a genre or style").fill("prog r")
    press(page.get_by_role("link", name="Prog Rock"))
    expect(page.get_by_role("heading", name="Prog Rock")).to_be_visible()


def test_the_theme_is_chosen_and_kept(visitor: Visit) -> None:
    page = visitor.open("/?pane=months")
    page.get_by_role("button", name="Switch to dark").click()
    page.reload()
    expect(page.get_by_role("button", name="Switch to light")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 22, 27)"


def test_a_hostile_name_is_shown_as_text_everywhere(visitor: Visit) -> None:
    hostile, page = HOSTILE_NAME, visitor.page
    visitor.replace_names(hostile)
    for pane in ("welcome", "graph", "table", "release", "search", "path", "trends", "genres"):
        page.goto(visitor.origin + PANES[pane][0])
        expect(page.locator("main")).to_contain_text(hostile[:20])
        assert page.locator("main :is(img, script, iframe)").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert not page.locator("a[href^='javascript:']").count()
    page.get_by_role("combobox", name="Search everything").fill("x")
    expect(page.locator("[role=option]").first).to_contain_text(hostile[:20])


def test_a_failure_says_what_to_do_and_ends_with_its_cause(browser: Browser, origin: str) -> None:
    with visit(browser, origin) as visitor:
        page = visitor.page
        page.route("**/api/explore**", lambda route: route.abort())
        visitor.open(f"/?{FLOYD}")
        expect(page.get_by_role("alert")).to_contain_text("Is `discogs serve` running")
        page.unroute("**/api/explore**")
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("application")).to_be_visible()
        visitor.open("/?type=artist&id=999999999")
        expect(page.get_by_role("alert")).to_contain_text("no record of the artist 999999999")
        expect(page.get_by_role("button", name="Try again")).to_have_count(0)
        visitor.open("/?pane=search&q=qqqqzzzz")
        expect(page.locator("main")).to_contain_text("Try fewer words")
        visitor.open("/?pane=search&q=beatels")
        page.get_by_role("link", name="The Beatles").click()
        expect(page.locator(".hit").filter(has_text="UK · Vinyl").first).to_be_visible()
        assert all("Failed to load resource" in each for each in visitor.said)
        visitor.said.clear()


def test_without_its_libraries_the_page_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with serve(create_app()) as origin:
        found = httpx.get(origin)
        assert found.status_code == 503
        assert "start <code>discogs serve</code> again" in found.text
        assert httpx.get(f"{origin}/explore/styles/base.css").status_code == 200
        assert httpx.get(f"{origin}/lib/preact/dist/preact.min.umd.js").status_code == 404


def test_a_failed_download_of_the_libraries_leaves_the_api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    wanted = artifacts.explorer()
    absent = replace(wanted, artifacts=(replace(wanted.artifacts[0], version="0.0.0"),))
    monkeypatch.setattr(artifacts, "explorer", lambda: absent)
    said: list[str] = []
    explorer.fetch_libraries(said.append)
    assert "cannot be shown: org.webjars.npm:d3-dispatch:0.0.0 could not be downloaded" in said[-1]
    assert "The API does not need it" in said[-1]


def test_the_policy_of_the_page_allows_nothing_inline_and_no_foreign_origin(origin: str, visitor: Visit) -> None:
    edition = explorer.name_edition(explorer.FOLDER)
    for path in ("/", "/explore/main.js", f"/explore/{edition}/scripts/layout_worker.js"):
        policy = visitor.page.request.get(origin + path).headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "//" not in policy
        assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    "script", ["new Image().src = 'http://example.org/'", "fetch('http://127.0.0.1:1/')", "alert(1)"]
)
def test_a_visit_fails_by_what_comes_from_elsewhere_and_by_a_dialog(browser: Browser, origin: str, script: str) -> None:
    def go() -> None:
        with visit(browser, origin) as visitor:
            with visitor.page.expect_event("dialog" if "alert" in script else "console"):
                visitor.open("/?pane=genres").evaluate(f"() => {{ {script}; }}")
            visitor.said[:] = [each for each in visitor.said if "dialog" in each]

    with pytest.raises(AssertionError, match=r"dialog: 1|Content Security Policy"):
        go()


def test_a_browser_asks_for_a_module_once(visitor: Visit) -> None:
    for _ in range(2):
        page = visitor.open("/?pane=genres")
        expect(page.locator("main")).to_contain_text("Rock")
    asked = page.evaluate(
        "performance.getEntriesByType('resource').filter((each) => each.transferSize).map((each) => each.name)"
    )
    assert [each for each in asked if "/explore/" in each] == []
    edition = f"/explore/{explorer.name_edition(explorer.FOLDER)}"
    assert set(re.findall(r'"(/explore/[^/]+)/', page.request.get(visitor.origin).text())) == {edition}
    assert "immutable" in page.request.get(f"{visitor.origin}{edition}/main.js").headers["cache-control"]
    assert page.request.get(f"{visitor.origin}/explore/main.js").headers["cache-control"] == "no-cache"


def test_another_edition_follows_from_any_change(tmp_path: Path) -> None:
    texts = ({"a.js": "1", "b.css": "2"}, {"a.js": "1", "b.css": "3"}, {"a.js": "12", "b.css": ""}, {"c.js": "1"})
    editions = set()
    for number, files in enumerate(texts):
        for name, text in files.items():
            path = tmp_path / str(number) / "core" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        editions.add(explorer.name_edition(tmp_path / str(number)))
    assert len(editions) == len(texts)


@pytest.mark.slow
def test_the_types_of_the_modules_hold(tmp_path: Path) -> None:
    libraries, checks = artifacts.install(artifacts.explorer()), artifacts.install(artifacts.page_checks())
    sources = {"preact": "preact/src/index.d.ts", "preact/hooks": "preact/hooks/src/index.d.ts"}
    options = {
        "checkJs": True, "noEmit": True, "strict": True, "noUnusedLocals": True, "noUnusedParameters": True,
        "allowUmdGlobalAccess": True, "target": "ES2023", "module": "ESNext", "moduleResolution": "bundler",
        "lib": ["ES2023", "DOM", "DOM.Iterable"], "types": [],
        "paths": {name: [str(libraries / path)] for name, path in sources.items()},
    }  # fmt: skip
    config = tmp_path / "tsconfig.json"
    files = {"include": [f"{explorer.FOLDER}/**/*"], "exclude": [f"{explorer.FOLDER}/scripts"]}
    config.write_text(json.dumps({"compilerOptions": options, **files}))
    command: list[str | Path] = [NODE, checks / "typescript" / "lib" / "_tsc.js", "-p", config, "--pretty", "false"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_module_is_short_and_opens_by_saying_what_it_is() -> None:
    for path in explorer.FOLDER.rglob("*.js"):
        lines = path.read_text().splitlines()
        assert lines[0].startswith(("/** ", "// ")), path
        assert len(lines) <= 300, path
        assert not re.search(r"innerHTML|dangerouslySet|\beval\(|document\.write", path.read_text()), path

"""Tests of the explorer's panes of figures: credits, labels, rarity, discoveries, insights, and their files."""

import csv
import io
import json
import re
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser, Download, Locator, Page, expect

from discogs_assets.schema import rarity
from discogs_assets_tests.fix_browser import HOSTILE_NAME, Visit, list_violations, press, visit

pytestmark = pytest.mark.timeout(600)

INSIGHTS = ("top-artists", "genre-trends", "label-longevity", "this-month", "data-completeness", "status")

LINKS = {
    "credits": "/?pane=credits&p=artist:252966&p=credit:Alfred Lion",
    "leaders": "/?pane=credits&role=engineering",
    "labels": "/?pane=labels&l=label:281",
    "compared labels": "/?pane=labels&l=label:281&l=label:2294",
    "rarity": "/?pane=rarity&r=1873013",
    "gems": "/?pane=rarity&list=gems",
    "rarity of a label": "/?pane=rarity&of=label:281",
    "discover": "/?pane=discover&from=artist:45467",
    **{f"insight {name}": f"/?pane=insights&i={name}&g=Rock" for name in INSIGHTS},
    "trends": "/?pane=trends&s=label:281&s=artist:45467&as=market",
}
"""A link into each state of these panes."""


def ask(visitor: Visit, path: str) -> Any:
    """The answer of the API."""
    return visitor.page.request.get(f"{visitor.origin}/api/{path}").json()


def pick(page: Page, label: str, text: str, name: str) -> None:
    """Choose a name from what a picker suggests for a text."""
    page.get_by_role("combobox", name=label, exact=True).fill(text)
    page.get_by_role("option", name=re.compile(name)).first.click()


def table(page: Page, title: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("region", name=title)


def test_credits_lead_from_a_person_to_roles_to_a_second_one_and_to_connections(visitor: Visit) -> None:
    page = visitor.open("/?pane=credits")
    pick(page, "Person", "rudy van", "Rudy Van Gelder")
    expect(page).to_have_url(re.compile("p=artist%3A252966"))
    profile = ask(visitor, "credits/person/252966/profile?id=252966")
    expect(page.get_by_text(f"{profile['total_credits']} credits, from 1957 to 1986")).to_be_visible()
    rows = table(page, "Credits of Rudy Van Gelder").locator("tbody tr")
    expect(rows).to_have_count(profile["total_credits"])
    page.get_by_label("Credits for").select_option("engineering")
    expect(page).to_have_url(re.compile("role=engineering"))
    expect(table(page, "Credits of Rudy Van Gelder: engineering").locator("tbody tr")).to_have_count(5)
    people = table(page, "Connections of Rudy Van Gelder")
    near = people.locator("tbody tr").count()
    page.get_by_label("People credited").select_option("2")
    expect(people.get_by_role("cell", name="2", exact=True).first).to_be_visible()
    assert people.locator("tbody tr").count() > near
    press(people.get_by_role("row", name=re.compile("^Alfred Lion")).get_by_role("link", name="Credits of both"))
    expect(page.get_by_text("2 releases credit both")).to_be_visible()
    expect(table(page, "Releases of Rudy Van Gelder and Alfred Lion")).to_contain_text("Takin' Off")
    press(page.get_by_role("status").get_by_role("link", name="Alfred Lion"))
    expect(page.get_by_text("Credits link this name to no artist")).to_be_visible()


def test_a_name_is_credited_as_it_is_typed_or_not_at_all(visitor: Visit) -> None:
    page = visitor.open("/?pane=credits")
    expect(table(page, "Most credits for production")).to_contain_text("George Martin")
    person = page.get_by_role("combobox", name="Person", exact=True)
    person.fill("Alfred Lion")
    person.press("Enter")
    expect(page.get_by_text("Credits link this name to no artist")).to_be_visible()
    person.fill("Alfred Lyon")
    person.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nobody is credited exactly as “Alfred Lyon”")
    expect(person).to_be_visible()
    person.fill("grundman")
    expect(page.get_by_role("option", name=re.compile("Bernie Grundman"))).to_be_visible()
    person.press("Enter")
    press(page.get_by_role("alert").get_by_role("link", name="Bernie Grundman"))
    expect(page.get_by_text("This month has no record of this artist")).to_be_visible()
    require_links_that_lead_on(visitor)
    assert "/api/" not in page.locator("body").inner_text()
    visitor.said.clear()


def require_links_that_lead_on(visitor: Visit) -> None:
    """Require that each link to an entity is to one that the API knows."""
    links = visitor.page.locator("main a").evaluate_all("(all) => all.map((a) => a.href)")
    found = [dict(parse_qsl(urlsplit(each).query)) for each in {*links}]
    keys = {(each["type"], each.get("id") or each["name"]) for each in found if {"id", "name"} & {*each}}
    keys |= {tuple(each["sel"].split(":", 1)) for each in found if "sel" in each}
    keys |= {tuple(each["p"].split(":", 1)) for each in found if each.get("p", "").startswith("artist:")}
    assert keys
    for kind, key in keys:
        path = f"node/{quote(key, safe='')}?type={kind}"
        if visitor.page.request.get(f"{visitor.origin}/api/{path}").status == 404:
            assert kind == "artist"
            assert ask(visitor, f"credits/person/x/profile?id={key}")["total_credits"] > 0


@pytest.mark.parametrize("link", ["type=release&id=9359985", "type=artist&id=4654", "type=artist&id=1"])
def test_no_link_of_a_record_leads_nowhere(visitor: Visit, link: str) -> None:
    page = visitor.open(f"/?{link}")
    expect(page.get_by_label("Facts").get_by_text("without a link have no record")).to_be_visible()
    require_links_that_lead_on(visitor)


def test_labels_are_compared_and_lead_to_similar_ones(visitor: Visit) -> None:
    page = visitor.open("/?pane=labels")
    pick(page, "Label", "blue note", "Blue Note")
    similar = ask(visitor, "label/281/similar")["similar"]
    rows = table(page, "Labels similar to Blue Note").locator("tbody tr")
    expect(rows).to_have_count(len(similar))
    expect(rows.first).to_contain_text(f"{100 * similar[0]['similarity']:.1f} %")
    press(rows.first.get_by_role("link", name="Compare with"))
    expect(page).to_have_url(re.compile(f"l=label%3A281&l=label%3A{similar[0]['label_id']}$"))
    expect(table(page, "In numbers").locator("tbody tr")).to_have_count(2)
    expect(page.get_by_role("img", name="Genres of Blue Note, Columbia")).to_be_visible()
    press(page.get_by_role("link", name="Remove Blue Note"))
    expect(page.get_by_role("img", name="Genres of Columbia")).to_be_visible()
    visitor.open("/?pane=labels&l=label:281&l=label:38404")
    expect(page.get_by_role("alert")).to_contain_text("fewer than five releases")
    press(page.get_by_role("link", name="Remove label 38404"))
    expect(page.get_by_role("img", name="Genres of Blue Note")).to_be_visible()
    visitor.said.clear()


def test_a_score_of_rarity_is_explained_and_adds_up(visitor: Visit) -> None:
    page = visitor.open("/?pane=rarity")
    page.get_by_text("What the scores mean").click()
    meaning = page.locator(".meaning").inner_text()
    for tier, least in rarity.TIERS.items():
        assert f"{tier} from {least}" in meaning
    assert f"{rarity.YEARLY} points a year, up to 100; {rarity.REISSUE} fewer" in meaning
    assert f"a release without a master has {rarity.UNIQUE}" in meaning
    press(page.get_by_role("row", name=re.compile("^Karma")).get_by_role("link", name=re.compile("why Karma is rare")))
    expect(page).to_have_url(re.compile("r=873261"))
    points = table(page, "Rarity of Karma").locator("tbody td:last-child")
    expect(points).to_have_count(len(rarity.WEIGHTS))
    assert sum(map(float, points.all_inner_texts())) == pytest.approx(79.5, abs=0.3)
    weights = table(page, "Rarity of Karma").locator("tbody td:nth-child(3)").all_inner_texts()
    assert [float(each.split()[0]) for each in weights] == sorted(
        (round(100 * each + 1e-9, 1) for each in rarity.WEIGHTS.values()), reverse=True
    )
    press(page.get_by_role("link", name="Close"))
    expect(points).to_have_count(0)


def test_rarity_is_listed_by_tier_as_gems_and_of_an_artist(visitor: Visit) -> None:
    page = visitor.open("/?pane=rarity")
    page.get_by_label("Tier").select_option("scarce")
    tiers = table(page, "Rarest releases: scarce").locator(".tier")
    expect(tiers).to_have_text(["scarce"] * 20)
    press(page.get_by_role("link", name="Next →"))
    expect(page).to_have_url(re.compile("tier=scarce&offset=20"))
    press(page.get_by_role("link", name="Hidden gems"))
    expect(table(page, "Hidden gems").locator("tbody tr").first).to_contain_text("Obscured By Clouds")
    page.get_by_label("Rarity at least").select_option("80")
    expect(table(page, "Hidden gems").locator("tbody tr").first).not_to_contain_text("Obscured By Clouds")
    pick(page, "Releases of", "pink fl", "Pink Floyd")
    expect(table(page, "Hidden gems of Pink Floyd")).to_be_visible()
    press(page.get_by_role("link", name="Rarest", exact=True))
    expect(table(page, "Rarest releases of Pink Floyd")).to_be_visible()
    press(page.get_by_role("link", name="Hidden gems"))
    press(page.get_by_role("link", name="All artists and labels"))
    expect(table(page, "Hidden gems")).to_be_visible()


def test_hits_are_narrowed_by_format_and_country_and_all_countries_are_listed_on_demand(visitor: Visit) -> None:
    page = visitor.open("/?pane=search&q=the&types=release")
    facets = ask(visitor, "search?q=the&types=release")["facets"]
    filters = page.get_by_role("navigation", name="Filters")
    more = filters.get_by_role("button", name=f"All {len(facets['country'])} countries")
    last = facets["country"][-1]
    expect(filters).not_to_contain_text(last["name"])
    press(more)
    press(filters.get_by_role("link", name=f"{last['name']} {last['count']}"))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(f"^{last['count']} hit"))
    press(filters.get_by_role("link", name=re.compile(f"^{last['name']}")))
    press(filters.get_by_role("link", name=re.compile("^Vinyl")))
    vinyl = next(each["count"] for each in facets["format"] if each["name"] == "Vinyl")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(f"^{vinyl:,} hits"))
    expect(page).to_have_url(re.compile("formats=Vinyl"))


def test_each_insight_has_a_definition_and_all_rows_of_the_api(visitor: Visit) -> None:
    page = visitor.open("/?pane=insights")
    insights = page.get_by_role("group", name="Insight").get_by_role("link")
    expect(insights).to_have_count(6)
    said = set()
    for place in range(6):
        press(insights.nth(place))
        expect(insights.nth(place)).to_have_attribute("aria-current", "true")
        said.add(page.locator(".definition").inner_text())
        expect(page.locator("main table").first).to_be_attached()
    assert len(said) == 6
    visitor.open("/?pane=insights&i=genre-trends&g=Rock")
    decades = ask(visitor, "insights/genre-trends?genre=Rock")["trends"]
    expect(table(page, "Releases by decade: Rock").locator("tbody tr")).to_have_count(len(decades))
    page.get_by_label("Genre").select_option("Jazz")
    expect(table(page, "Releases by decade: Jazz")).to_be_visible()
    visitor.open("/?pane=insights&i=label-longevity")
    labels = table(page, "Labels by years of activity").locator("tbody tr")
    expect(labels.first).to_contain_text("Blue Note")
    press(page.get_by_role("link", name="Next →"))
    expect(labels.first).not_to_contain_text("Blue Note")


def test_the_panel_of_an_artist_leads_to_similar_ones_and_the_other_panes(visitor: Visit) -> None:
    page = visitor.open("/?type=artist&id=45467")
    panel = page.get_by_label("Facts")
    press(panel.get_by_role("link", name="The Beatles"))
    expect(panel.get_by_role("heading", name="The Beatles")).to_be_visible()
    press(panel.get_by_role("link", name="Discover from here"))
    expect(table(page, "Discoveries from The Beatles")).to_contain_text("Pink Floyd")
    expect(table(page, "Artists similar to The Beatles")).to_be_visible()
    page.get_by_label("At most").select_option("1")
    expect(page).to_have_url(re.compile("hops=1"))
    press(page.get_by_role("link", name="Go on from Pink Floyd"))
    expect(table(page, "Discoveries from Pink Floyd")).to_be_visible()
    for pane, title in (("Credits", "Pink Floyd"), ("Rarest releases", "Rarest releases of Pink Floyd")):
        visitor.open("/?type=artist&id=45467")
        press(panel.get_by_role("link", name=pane))
        expect(page.locator("main")).to_contain_text(title)


def save(page: Page, group: Locator, kind: str) -> bytes:
    """Return the file that a button saves."""
    with page.expect_download() as saved:
        group.get_by_role("button", name=kind, exact=True).click()
    found: Download = saved.value
    assert re.fullmatch(rf"discogs_[\w]+_2026-11\.{kind.lower()}", found.suggested_filename)
    return found.path().read_bytes()


@pytest.mark.parametrize("name", LINKS)
def test_every_plot_and_table_is_saved_as_it_is_shown(visitor: Visit, name: str) -> None:
    page = visitor.open(LINKS[name])
    groups = page.get_by_role("group", name=re.compile("^Download: "))
    expect(groups.first).to_be_visible()
    expect(page.locator("main .loading")).to_have_count(0)
    pictures, regions = groups.get_by_role("button", name="SVG"), page.locator("main .scroll[role=region]")
    assert pictures.count() == page.locator("main svg[role=img]").count()
    assert groups.count() == regions.count()
    objects = json.loads(save(page, groups.last, "JSON"))
    (head, *cells) = csv.reader(io.StringIO(save(page, groups.last, "CSV").decode(), newline=""), strict=True)
    assert len(objects) == len(cells) == regions.last.locator("tbody tr").count()
    assert all(list(each) == head for each in objects)
    if pictures.count():
        drawn = groups.filter(has=page.get_by_role("button", name="SVG")).first
        assert ET.fromstring(save(page, drawn, "SVG")).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314
    if name == "trends":
        assert save(page, groups.first, "PNG").startswith(b"\x89PNG")


def test_a_hostile_name_is_text_in_every_pane(visitor: Visit) -> None:
    hostile, page = HOSTILE_NAME, visitor.page
    names = {"artist_name", "label_name", "reason", "field", "insight_type", "person1_roles", "shared_genres"}
    visitor.replace_names(hostile, names)
    page.set_viewport_size({"width": 360, "height": 800})
    for link in LINKS.values():
        page.goto(visitor.origin + link)
        expect(page.locator("main table").first).to_be_attached()
        expect(page.locator("main .loading")).to_have_count(0)
        expect(page.locator("main")).to_contain_text(hostile[:20])
        assert page.locator("main :is(img, script, iframe)").count() == 0
        assert not page.locator("a[href^='javascript:']").count()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), link


def test_a_menu_has_all_panes_on_a_narrow_screen_and_names_the_one_that_is_shown(browser: Browser, origin: str) -> None:
    with visit(browser, origin, width=360, height=700) as visitor:
        page = visitor.open("/?pane=insights&i=status")
        navigation = page.get_by_role("navigation", name="Panes")
        button = navigation.get_by_role("button", name="Menu, now Insights")
        press(button)
        links = navigation.get_by_role("link")
        expect(links).to_have_count(13)
        expect(navigation.locator("[aria-current]")).to_have_text("Insights")
        for place in range(links.count()):
            page.keyboard.press("Tab")
            expect(links.nth(place)).to_be_focused()
            expect(links.nth(place)).to_be_in_viewport(ratio=1)
        page.keyboard.press("Escape")
        expect(links).to_have_count(0)
        press(button)
        press(links.filter(has_text="Months"))
        expect(navigation.get_by_role("button", name="Menu, now Months")).to_be_visible()
        expect(links).to_have_count(0)


PLACES = "(all) => all.map((each) => [each.offsetTop, each.offsetLeft])"


def test_a_store_that_is_away_leaves_the_choices_of_a_pane_in_their_place(browser: Browser, origin: str) -> None:
    with visit(browser, origin) as visitor:
        page = visitor.page
        for link, path in (
            (LINKS["compared labels"], "label/dna"),
            (LINKS["rarity of a label"], "rarity/label"),
            (LINKS["leaders"], "credits/role"),
            (LINKS["discover"], "recommend"),
            (LINKS["insight label-longevity"], "insights"),
        ):
            page.route(f"**/api/{path}**", lambda route: route.abort())
            visitor.open(link)
            expect(page.get_by_role("alert").first).to_contain_text("Is `discogs serve` running")
            choices = page.locator("main").locator("h1, .picker, .segments, .chosen")
            before = choices.evaluate_all(PLACES)
            page.unroute(f"**/api/{path}**")
            for again in page.get_by_role("button", name="Try again").all()[::-1]:
                again.click()
            expect(page.locator("main table").first).to_be_attached()
            assert choices.evaluate_all(PLACES)[: len(before)] == before
        visitor.said.clear()


def test_every_pane_has_one_title_when_all_that_it_shows_is_a_failure(browser: Browser, origin: str) -> None:
    with visit(browser, origin) as visitor:
        page = visitor.page
        page.route("**/api/**", lambda route: route.abort())
        queries = ("type=artist&id=45467", "pane=search&q=floyd", "pane=time", "pane=genres", "pane=months")
        for query in (*queries, "pane=months&in=2026-11", "pane=months&of=artist:45467"):
            page.goto(f"{origin}/?{query}")
            expect(page.get_by_role("alert").first).to_contain_text("Is `discogs serve` running")
            expect(page.get_by_role("heading", level=1), query).to_have_count(1)
        assert list_violations(page) == []
        visitor.said.clear()


HOLD = """() => {
    const whole = window.fetch, asked = new Set();
    window.held = 0;
    window.fetch = async (url, options) => {
        if (asked.has(url)) return whole(url, options);
        asked.add(url);
        window.held += 1;
        return new Response(new ReadableStream({
            start(control) { options.signal.addEventListener("abort", () => control.error(options.signal.reason)); },
        }));
    };
}"""
"""Have the body of the first answer to each question never arrive."""


@pytest.mark.parametrize("name", ["trends", "insight top-artists"])
def test_a_pane_that_is_left_while_its_answer_arrives_is_whole_when_it_is_shown_again(
    visitor: Visit, name: str
) -> None:
    page = visitor.open(LINKS[name])
    expect(page.locator("main table").first).to_be_attached()
    page.evaluate(HOLD)
    page.get_by_role("navigation").get_by_role("link", name="Months").click()
    page.wait_for_function("() => window.held")
    page.go_back()
    expect(page.locator("main table").first).to_be_attached()
    page.go_forward()
    expect(page.locator("main h1")).to_contain_text("November 2026")

"""Tests of `parts/chart.js` and `parts/bars.js`: what a drawing shows is true, and all of it is inside."""

from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.timeout(600)

DRAW = """async ([name, properties, width]) => {
    const { h, render } = await import("/explore/core/dom.js");
    const { edition } = await import("/explore/core/api.js");
    const parts = { ...await import("/explore/parts/chart.js"), ...await import("/explore/parts/bars.js") };
    edition.month = "2026-11";
    await Promise.all(["base", "parts", "plots"].map((sheet) => new Promise((done) => {
        const href = `/explore/styles/${sheet}.css`;
        document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: done }));
    })));
    const place = document.body.appendChild(document.createElement("div"));
    place.style.width = `${width}px`;
    render(h(parts[name], { label: "x", format: String, ...properties }), place);
    await new Promise((done) => setTimeout(done, 50));
    const svg = place.querySelector("svg"), all = [...svg.querySelectorAll("text, rect, polyline")];
    const found = all.map((each) => {
        const { x, y, width, height } = each.getBBox();
        return { tag: each.tagName, text: each.textContent, points: each.getAttribute("points"), x, y, width, height };
    });
    const { width: across } = svg.viewBox.baseVal;
    render(null, place);
    place.remove();
    edition.month = "";
    return [across, found];
}"""

SERIES = [
    {"id": "production", "name": "production", "points": [{"year": 1983, "value": 2}, {"year": 2011, "value": 1}]},
    {"id": "engineering", "name": "engineering", "points": [{"year": 1983, "value": 1}]},
]


def draw(page: Page, name: str, width: int, **properties: Any) -> tuple[int, list[dict[str, Any]]]:
    """The width of a drawing, and its shapes and texts."""
    across, found = page.evaluate(DRAW, [name, properties, width])
    return across, found


@pytest.mark.parametrize("width", [332, 720, 1112])
def test_a_line_is_at_zero_in_gaps_and_after_its_end(modules: Page, width: int) -> None:
    across, found = draw(modules, "Chart", width, series=SERIES)
    assert across == width
    lines = [each for each in found if each["tag"] == "polyline"]
    for line, values in zip(lines, ({1983: 2, 2011: 1}, {1983: 1}), strict=True):
        heights = [float(point.split(",")[1]) for point in line["points"].split()]
        zero = max(heights)
        assert len(heights) == 2026 - 1983 + 1
        assert [year for year, y in enumerate(heights, 1983) if y < zero] == [*values]
    years = [each["text"] for each in found if each["tag"] == "text" and len(each["text"]) == 4]
    assert years[0] == "1983"
    assert len(years) >= 4
    assert all(each["x"] >= 0 and each["x"] + each["width"] <= across for each in found)


def test_bars_of_a_year_stand_on_top_of_each_other(modules: Page) -> None:
    across, found = draw(modules, "Stack", 332, series=SERIES)
    below, above, later = (each for each in found if each["tag"] == "rect")
    assert above["y"] + above["height"] == pytest.approx(below["y"])
    assert below["height"] == pytest.approx(2 * above["height"])
    assert later["height"] == pytest.approx(above["height"])
    assert all(each["x"] >= 0 and each["x"] + each["width"] <= across for each in found)


@pytest.mark.parametrize("width", [332, 1000])
def test_bars_have_the_width_and_their_names_and_figures_are_inside(modules: Page, width: int) -> None:
    bars = [{"name": "W" * 80, "values": [1, 12_345_678]}, {"name": "b", "values": [0, 5]}]
    across, found = draw(modules, "Bars", width, bars=bars, series=["one", "two"])
    assert across == width
    assert all(each["x"] >= -1 and each["x"] + each["width"] <= across + 1 for each in found)
    assert max(each["width"] for each in found if each["tag"] == "rect") > across / 2.5

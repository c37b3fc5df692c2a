"""Tests of `graph/view.js`: a crowd of nodes, and the figures of the README, which `--rewrite` measures again."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Request

from discogs_assets.serving import explorer
from discogs_assets_tests.fix_browser import Visit, await_node, nodes

pytestmark = pytest.mark.timeout(600)

FLOYD = "/?type=artist&id=45467"
HEAVIEST = 1_000_000
"""Bytes that the page may load, compressed."""

CROWD = """() => {
    const { graph } = document.querySelector("canvas"), kinds = ["artist", "label", "release", "master"];
    const nodes = Array.from({ length: 2000 }, (_, n) => ({ ...graph.nodes[0], key: `artist:${n}`, text: `No. ${n}`,
        kind: kinds[n % 4], root: false, x: NaN, y: NaN, width: 15, height: 15 }));
    const link = (_, n) => ({ source: `artist:${(n * 7919) % (n < 2000 ? 40 : 2000)}`, target: `artist:${n % 2000}` });
    graph.show({ nodes, links: Array.from({ length: 5000 }, link) });
}"""

DRAG = """async (steps) => {
    const { graph } = document.querySelector("canvas"), node = graph.nodes[5], times = [];
    for (let step = 0; step < steps; step++) {
        graph.drag(node, { x: 100 + step * 5, y: 200 });
        times.push(await new Promise(requestAnimationFrame));
    }
    graph.drop(node);
    return times.slice(1).map((time, n) => time - times[n]).sort((a, b) => a - b);
}"""


@pytest.mark.slow
def test_a_node_is_dragged_over_2000_others_and_stays(visitor: Visit) -> None:
    page = visitor.open(FLOYD)
    await_node(page, "artist:45467")
    page.evaluate(CROWD)
    page.evaluate(DRAG, 10)
    assert nodes(page)["artist:5"]["pinned"]


def load(visitor: Visit) -> tuple[int, int]:
    """Bytes and files that the page loads until its first graph is there."""
    sizes: list[int] = []

    def add(request: Request) -> None:
        if "/api/" not in request.url:
            sizes.append(request.sizes()["responseBodySize"])

    browser = visitor.page.context.browser
    assert browser
    page = browser.new_page()  # nothing in its cache
    page.on("requestfinished", add)
    page.goto(visitor.origin + FLOYD)
    await_node(page, "artist:45467/releases")
    page.close()
    return sum(sizes), len(sizes)


def test_the_page_is_light(visitor: Visit) -> None:
    weight, files = load(visitor)
    assert files > 20
    assert weight <= HEAVIEST


FIRST = """() => new Promise((done) => {
    const look = () => {
        if (document.querySelector("canvas")?.graph?.still) done(performance.now());
        else requestAnimationFrame(look);
    };
    look();
})"""


def measure(visitor: Visit) -> str:
    """The figures, as the README has them."""
    weight, files = load(visitor)
    page = visitor.page
    first = sorted(visitor.open(FLOYD).evaluate(FIRST) for _ in range(5))[2]
    page.evaluate(CROWD)
    page.wait_for_function("() => document.querySelector('canvas').graph.still")
    rates = []
    for _ in range(3):
        times: list[Any] = page.evaluate(DRAG, 90)
        page.wait_for_function("() => document.querySelector('canvas').graph.still")
        rates.append((1000 / times[len(times) // 2], 1000 / times[len(times) * 19 // 20]))
    median, slow = sorted(rates)[1]
    return (
        f"{round(weight / 1000)} kB compressed in {files} files, its first graph after {round(first)} ms, "
        f"{round(median)} frames/s while a node is dragged ({round(slow)} in the slowest twentieth)"
    )


README = Path(explorer.FOLDER) / "README.md"
FIGURES = re.compile(r"\d+ kB compressed in \d+ files, its first graph after \d+ ms, .*? twentieth\)")


def test_the_figures_of_the_page_are_in_its_readme(request: pytest.FixtureRequest) -> None:
    text = README.read_text()
    if request.config.getoption("--rewrite"):
        text = FIGURES.sub(measure(request.getfixturevalue("visitor")), text)
        README.write_text(text)
    (found,) = FIGURES.findall(text)
    weight, _files, first, median, _slow = (int(each) for each in re.findall(r"\d+", found))
    assert weight * 1000 <= HEAVIEST
    assert first <= 1000
    assert median >= 30

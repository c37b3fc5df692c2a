"""Tests of `graph/save.js` and `graph/svg.js`: pictures and data of a graph."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image, ImageChops
from playwright.sync_api import Page

from discogs_assets_tests.fix_browser import HOSTILE_NAME, Visit, await_node

pytestmark = pytest.mark.timeout(600)

FLOYD = "/?type=artist&id=45467&open=artist:45467/releases/1&open=artist:45467/labels/1&before=1990"


def save(page: Page, kind: str, folder: Path) -> Path:
    """The file of a kind."""
    if not page.get_by_role("button", name=kind, exact=True).is_visible():
        page.get_by_role("button", name="Save", exact=True).click()
    with page.expect_download() as found:
        page.get_by_role("button", name=kind, exact=True).click()
    path = folder / found.value.suggested_filename
    found.value.save_as(path)
    return path


@pytest.mark.parametrize("hostile", ["", HOSTILE_NAME], ids=["plain", "hostile"])
def test_a_graph_is_saved_as_it_is_shown(visitor: Visit, tmp_path: Path, hostile: str) -> None:
    page = visitor.page
    if hostile:
        visitor.replace_names(hostile)
    visitor.open(FLOYD)
    await_node(page, "artist:45467/releases")
    name = hostile or "Pink Floyd"
    shown: dict[str, Any] = page.evaluate("""() => {
        const { nodes, links } = document.querySelector("canvas").graph;
        return { entities: nodes.filter((node) => node.entity).length, links: links.length, nodes: nodes.length };
    }""")
    data = json.loads(save(page, "JSON", tmp_path).read_text())
    assert data["center"] == {"type": "artist", "id": 45467, "name": name}
    assert len(data["nodes"]) == shown["entities"]
    assert data["notes"][0].endswith("of 77 neighbours.")
    file = save(page, "CSV", tmp_path)
    rows = list(csv.DictReader(io.StringIO(file.read_text(), newline="")))
    assert len(rows) == len(data["links"]) == shown["entities"] - 1
    assert {row["from_name"] for row in rows} == {name}
    assert max(int(row["year"]) for row in rows if row["category"] == "releases") <= 1990
    assert all(row["country"] and row["formats"] and row["label"] for row in rows if row["category"] == "releases")
    picture = save(page, "SVG", tmp_path)
    texts = [each.text or "" for each in etree.parse(picture).iter("{http://www.w3.org/2000/svg}text")]
    # A long title has several lines.
    assert name.replace(" ", "") in "".join(texts).replace(" ", "")
    assert any("hidden: later than 1990" in each for each in texts)
    tags = {each.tag.rpartition("}")[2] for each in etree.parse(picture).iter()}
    assert tags == {"svg", "title", "path", "text"}
    assert not any("click" in each for each in texts)
    with Image.open(save(page, "PNG", tmp_path)) as image:
        colours = image.getcolors(1 << 24)
        assert colours
        assert len(colours) > 50
        paper = image.getpixel((0, 0))
        assert max(colours)[1] == paper
        plain = Image.new("RGBA", image.size, paper)
        drawn = ImageChops.difference(image.convert("RGB"), plain.convert("RGB")).getbbox()
    assert drawn
    margins = [drawn[0], drawn[1], image.width - drawn[2], image.height - drawn[3]]
    assert min(margins) >= 8
    # The width is that of the graph, with room for names, or the least one.
    assert max(margins) < 260 or image.width == 1280


def test_each_node_of_a_saved_picture_has_its_name(visitor: Visit, tmp_path: Path) -> None:
    page = visitor.open("/?type=label&id=281&open=label:281/releases/1&open=label:281/artists/1")
    await_node(page, "label:281/releases")
    page.wait_for_function("() => document.querySelector('canvas').graph.still")
    names = page.evaluate("document.querySelector('canvas').graph.nodes.map((node) => node.text)")
    texts = [each.text for each in etree.parse(save(page, "SVG", tmp_path)).iter("{http://www.w3.org/2000/svg}text")]
    menu, panel = (page.locator(each).bounding_box() for each in (".menu-panel:visible", ".panel"))
    assert menu
    assert panel
    assert menu["x"] + menu["width"] <= panel["x"]
    for name in names:
        assert any((text or "").rstrip("…") in name for text in texts if len(text or "") > 5), name
    assert sum((text or "").rstrip("…") in names for text in texts) >= len(names)


def test_a_table_has_data_and_no_picture(visitor: Visit) -> None:
    page = visitor.open(f"{FLOYD}&view=table")
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.locator(".menu-panel:visible button").all_text_contents() == ["CSV", "JSON"]

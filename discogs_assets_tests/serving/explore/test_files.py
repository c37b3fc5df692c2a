"""Tests of the explorer's `parts/files.js` and `parts/picture.js`: files that nothing in a name can break."""

import base64
import csv
import io
import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from discogs_assets_tests.fix_browser import HOSTILE

COLUMNS = '["name", "count", "list"].map((name, at) => ({ name, title: name, value: (row) => row[at] }))'

WRITE = f"""async (rows) => {{
    const {{ writeCsv, writeJson }} = await import("/explore/parts/files.js");
    return [writeCsv({COLUMNS}, rows), writeJson({COLUMNS}, rows)];
}}"""

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@settings(max_examples=40)
@given(rows=st.lists(st.tuples(TEXTS, st.none() | st.integers(-9, 9), st.lists(TEXTS, max_size=3)), max_size=5))
def test_rows_are_read_back_from_csv_and_json(modules: Page, rows: list[tuple[str, int | None, list[str]]]) -> None:
    table, objects = modules.evaluate(WRITE, [list(row) for row in rows])
    assert json.loads(objects) == [dict(zip(("name", "count", "list"), row, strict=True)) for row in rows]
    read = list(csv.reader(io.StringIO(table, newline=""), strict=True))
    assert read[0] == ["name", "count", "list"]
    for cells, (name, count, values) in zip(read[1:], rows, strict=True):
        assert cells[0].removeprefix("'") == name.removeprefix("'")
        assert cells[1] == ("" if count is None else str(count))
        assert cells[2].removeprefix("'") == "; ".join(values).removeprefix("'")


@pytest.mark.parametrize("before", ["", " ", "\t", "\r", "\n", "\u00a0", "\u200b", "\u202e", "\ufeff", "\x01"])
@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20")
def test_no_text_is_a_formula_in_a_spreadsheet(modules: Page, before: str, sign: str) -> None:
    text = f'{before}{sign}HYPERLINK("http://example.org";1)'
    table, _ = modules.evaluate(WRITE, [[text, -3, [text]]])
    (_, cells) = csv.reader(io.StringIO(table, newline=""), strict=True)
    assert cells == [f"'{text}", "-3", f"'{text}"]


def test_a_file_is_named_by_letters_and_digits_alone(modules: Page) -> None:
    titles = [*HOSTILE.values(), "../../etc/passwd", "a\u202egpj.exe", "", "CON", "Sigur Rós: Ágætis", "x\0\n\u2066y"]
    names = modules.evaluate(
        """async (titles) => {
            const { nameFile } = await import("/explore/parts/files.js");
            return titles.map((title) => nameFile(title, "csv"));
        }""",
        titles,
    )
    assert [name for name in names if not re.fullmatch(r"discogs[\w\u0300-\u036f]{0,80}\.csv", name)] == []
    assert "discogs_Sigur_Rós_Ágætis.csv" in names


DRAW = """async (title) => {
    const { h, render } = await import("/explore/core/dom.js");
    const { Bars } = await import("/explore/parts/bars.js");
    const { drawPicture, writePng, writeSvg } = await import("/explore/parts/picture.js");
    const place = document.body.appendChild(document.createElement("div"));
    const bars = [{ name: title, values: [1, 2] }];
    render(h(Bars, { label: title, series: [title, "b"], format: String, bars }), place);
    const picture = drawPicture(place, title), svg = await writeSvg(picture).text();
    const bytes = new Uint8Array(await (await writePng(picture)).arrayBuffer());
    render(null, place);
    return [svg, btoa(String.fromCharCode(...bytes))];
}"""


@pytest.mark.parametrize(
    "title", [*HOSTILE.values(), "a\x01\x0b\x1f\ufffe\uffffb", "]]><script>alert(1)</script>", "فيروز & שלום"]
)
def test_a_picture_is_well_formed_and_stands_alone_whatever_is_written_in_it(modules: Page, title: str) -> None:
    svg, png = modules.evaluate(DRAW, title)
    found = ET.fromstring(svg)  # noqa: S314
    forbidden = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
    texts = [each.text or "" for each in found.iter("{http://www.w3.org/2000/svg}text")]
    # A long title has several lines.
    assert "".join(texts).replace(" ", "").startswith(forbidden.sub("\ufffd", title).replace(" ", ""))
    assert {each.tag.split("}")[1] for each in found.iter()} <= {"svg", "g", "rect", "text", "title"}
    assert not re.search(r"(class|style|href|on\w+)=", re.sub(r">[^<]*<", "><", svg))
    data: Any = base64.b64decode(png)
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    assert data.startswith(b"\x89PNG")
    assert [width, height] == [2 * int(found.attrib["width"]), 2 * int(found.attrib["height"])]

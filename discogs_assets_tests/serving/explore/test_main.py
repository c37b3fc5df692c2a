"""Tests of the pictures of panes in README.md, which `--rewrite` takes again from the sample months."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from discogs_assets_tests.fix_browser import Visit

pytestmark = pytest.mark.timeout(600)

FOLDER = Path(__file__).parent
README = FOLDER.parents[2] / "README.md"

PICTURES = {
    "graph": "/?type=artist&id=45467&open=artist:45467/releases/1&open=artist:45467/members/1"
    "&open=artist:45467/labels/1&from=artist:110862&to=artist:157075",
    "comparison": "/?type=label&id=281&open=label:281/artists/1&open=label:281/styles/1&before=1970&vs=1957",
    "time": "/?pane=time&year=1977&vs=1967",
}
"""A link for each picture."""

LARGEST = 150_000
"""Bytes of a picture."""


def take(visitor: Visit, url: str) -> bytes:
    """A picture as WebP."""
    page = visitor.open(url)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.querySelector('canvas') || document.querySelector('canvas').graph.still")
    with Image.open(io.BytesIO(page.screenshot())) as image:
        written = io.BytesIO()
        image.save(written, "WEBP", quality=82, method=6)
    return written.getvalue()


def test_the_readme_shows_panes_of_the_sample_months(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--rewrite"):
        visitor: Visit = request.getfixturevalue("visitor")
        visitor.page.set_viewport_size({"width": 1280, "height": 800})
        for name, url in PICTURES.items():
            (FOLDER / f"{name}.webp").write_bytes(take(visitor, url))
    shown = re.findall(r"!\[.+?\]\(discogs_assets_tests/serving/explore/(\w+)\.webp\)", README.read_text())
    assert shown == [*PICTURES]
    for name in shown:
        path = FOLDER / f"{name}.webp"
        assert path.stat().st_size <= LARGEST
        with Image.open(path) as image:
            assert image.size == (1280, 800)

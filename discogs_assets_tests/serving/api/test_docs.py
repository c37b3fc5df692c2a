"""Tests of `serving.api.docs`: the reference as a page that loads nothing from elsewhere."""

import re

import httpx
import pytest

from discogs_assets.queries.registry import QUESTIONS
from discogs_assets.serving.api.docs import render_page
from discogs_assets_tests.fix_api import Api


def test_every_question_has_a_section_a_link_to_it_and_an_example_to_click() -> None:
    page = render_page()
    for name, asked in QUESTIONS.items():
        shown = name.replace("_", "-")
        assert f'href="#{shown}"' in page
        assert f'<h3 id="{shown}">' in page
        assert f'<a href="{asked.path.partition("{")[0]}' in page


def test_the_page_loads_its_style_sheet_and_nothing_else() -> None:
    page = render_page()
    assert "<script" not in page
    assert " src=" not in page
    assert re.findall(r'<link[^>]* href="([^"]*)"', page) == ["/docs.css"]


@pytest.mark.timeout(600)
def test_the_page_and_its_style_sheet_are_served_under_a_policy_that_allows_them_alone(api: Api) -> None:
    page, style = api.get("/docs"), api.get("/docs.css")
    assert page.headers["content-type"].startswith("text/html")
    assert "style-src 'self'" in page.headers["content-security-policy"]
    assert "script" not in page.headers["content-security-policy"]
    assert style.headers["content-type"].startswith("text/css")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
def test_a_document_is_compressed_once_and_sent_to_those_who_lack_it(api: Api, path: str) -> None:
    packed = api.get(path, headers={"Accept-Encoding": "gzip"})
    plain = api.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    assert api.get(path, headers={"If-None-Match": packed.headers["etag"]}).status_code == httpx.codes.NOT_MODIFIED
    assert api.get(path, headers={"If-None-Match": '"another"'}).status_code == httpx.codes.OK

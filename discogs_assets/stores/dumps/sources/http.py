"""HTTP requests for a site's pages and files, under our own user agent and with our own errors."""

import math
import re
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
import urllib3

from discogs_assets.errors import DumpMissingError, ServerError, SettingError
from discogs_assets.stores.dumps.sources import download, retry
from discogs_assets.stores.dumps.sources.dump_file import TEXT_BYTES, Progress, Published
from discogs_assets.stores.dumps.sources.pace import Adapter, Pace
from discogs_assets.stores.dumps.sources.rate_limit import WINDOW, Throttle

AGENT = f"discogs_assets/{version('discogs-assets')} (python-requests)"
"""User agent of each request; the site refuses the default names of libraries."""

PAGE_BYTES = 8 << 20
REDIRECTS = 3
"""Redirects followed in a row, each a request like any other."""

CLOSED_SECONDS = 3600.0
"""Pause after a refusal that states none, in seconds; the site's own limit lasts about as long."""

LONGEST_SECONDS = 86_400.0
"""Upper limit of a Retry-After, in seconds."""

RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class Web:
    """A site with files. `url` ends with a slash and may hold a password; `title` does not.

    Kinds of sites differ in the variable that names the address, an example of one, the time when absent files come,
    the number of requests answered in a window, and the seconds within which a page may be retried.
    """

    url: str = field(repr=False)
    throttle: Throttle

    SETTING: ClassVar[str]
    EXAMPLE: ClassVar[str]
    ABSENT: ClassVar[str]
    REQUESTS: ClassVar[int | None] = None
    PAGE_RETRY_SECONDS: ClassVar[float] = math.inf

    @classmethod
    def at(cls, address: str, root: Path, patience: float = WINDOW) -> Self:
        """Return the site at that address; `root` keeps its request times. Raises SettingError without a host."""
        parts = urlsplit(address)
        if not parts.hostname:
            raise SettingError(
                f"{cls.SETTING} is {parts.scheme}:// without a host, expected an address such as {cls.EXAMPLE}. Set it "
                "to where your dumps are."
            )
        path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
        host = re.sub(r"[^\w.-]", "_", parts.netloc.rpartition("@")[2])
        url = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
        return cls(url, Throttle(root / f".requests-{host}.json", patience, limit=cls.REQUESTS))

    @property
    def title(self) -> str:
        """The address for messages."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

    @abstractmethod
    def query(self, file: Published) -> str:
        """Return the address of the file, relative to the site's."""

    def text(self, file: Published) -> str:
        """Return the text of a checksum file."""
        text = self._text(self.query(file), TEXT_BYTES)
        if text.lstrip().startswith("<"):
            raise self._page_instead(f"{self.title}{self.query(file)}")
        return text

    def fetch(self, file: Published, target: Path, progress: Progress, expected: str = "") -> str:
        """Write the file durably and return its sha256."""

        @contextmanager
        def ask(start: int, held: str) -> Iterator[download.Answer]:
            headers = {"Range": f"bytes={start}-", "If-Range": held} if start else {}
            with self._got(self.query(file), headers, Pace.of_file(), also=(416,)) as response:
                yield self._answer(response, f"{self.title}{self.query(file)}", start, held)

        return download.fetch(file, target, ask, progress, self.throttle.clock, expected)

    def page(self, query: str) -> str:
        """Return the beginning of a page."""
        return self._text(query, PAGE_BYTES)

    def _text(self, query: str, limit: int) -> str:
        """Return the beginning of a text, with retries where they may help."""

        def ask() -> str:
            found = b""
            with self._got(query, {}, Pace.of_page(hurried=not self.throttle.patience)) as response:
                for chunk in response.iter_content(1 << 12):
                    found += chunk
                    if len(found) > limit:
                        break
            return found[:limit].decode(errors="replace")

        return retry.retried(ask, self.throttle.clock, self.throttle.patience, self.PAGE_RETRY_SECONDS)

    @contextmanager
    def _got(
        self, query: str, headers: dict[str, str], pace: Pace, also: tuple[int, ...] = ()
    ) -> Iterator[requests.Response]:
        """Yield the final response, after redirects."""
        url, what = f"{self.url}{query}", f"{self.title}{query}"
        for _ in range(REDIRECTS + 1):
            with self._asked(url, what, headers, pace, also) as response:
                if not response.is_redirect:
                    yield response
                    return
                if not (url := onward(self.url, response.url, response.headers["Location"])):
                    raise self._shut(f"{what} redirects, but neither to HTTPS nor to what the site itself is asked by")
        raise self._shut(f"{what} redirects more than {REDIRECTS} times, expected the page or the file")

    @contextmanager
    def _asked(
        self, url: str, what: str, headers: dict[str, str], pace: Pace, also: tuple[int, ...]
    ) -> Iterator[requests.Response]:
        """Yield the response to one request. Any failure on the way, its body included, is a ServerError.

        The libraries' own messages are neither shown nor chained: they quote addresses with their secrets.
        """
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
        with self.throttle.turn(), _Session() as session:
            session.mount("https://", Adapter(pace))
            session.mount("http://", Adapter(pace))
            if self.throttle.patience:
                pace.begin()
            try:
                with session.get(
                    url,
                    headers=headers,
                    stream=True,
                    allow_redirects=False,
                    timeout=(retry.CONNECT_SECONDS, pace.silence),
                ) as response:
                    if response.status_code not in (200, 206, *also) and not response.is_redirect:
                        raise self._refusal(response, what)
                    yield response
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                raise ServerError(f"{what}: {_cause(error, pace)}. Run again; what has come is kept.") from None

    def _answer(self, response: requests.Response, what: str, start: int, held: str) -> download.Answer:
        """Return the part of a file that the response brings."""
        found = _version(response)
        size = int(length) if (length := response.headers.get("Content-Length", "")).isdigit() else None
        stale = response.status_code == 416
        if response.status_code == 206:
            told = RANGE.fullmatch(response.headers.get("Content-Range", ""))
            stale = not told or int(told[1]) != start or (bool(found) and found != held)
            size = int(told[2]) if told and told[2].isdigit() else None
        else:
            start = 0
        return download.Answer(start, size, found, self._chunks(response, what, start), stale)

    def _chunks(self, response: requests.Response, what: str, start: int) -> Iterator[bytes]:
        """Yield the bytes as they are sent. Raises ServerError if they are an HTML page."""
        html = "html" in response.headers.get("Content-Type", "")
        for chunk in response.raw.stream(download.CHUNK_BYTES, decode_content=False):
            if start == 0 and (html or chunk.lstrip()[:1] == b"<"):
                raise self._page_instead(what)
            start += len(chunk)
            yield chunk

    def _refusal(self, response: requests.Response, what: str) -> DumpMissingError | ServerError:
        code, now = response.status_code, self.throttle.clock.now()
        asked = _retry_after(response, now)
        if asked is not None or code == 429:
            until = retry.moment(now + (CLOSED_SECONDS if asked is None else min(asked, LONGEST_SECONDS)))
            self.throttle.forbid(until)
            return ServerError(
                f"{what} answers {code} and wants no request before {_shown(until)}. Run again then.", until
            )
        if code == 404:
            return DumpMissingError(f"{what} answers 404: it is not published there. {self.ABSENT}")
        if code >= 500:
            return ServerError(f"{what} answers {code}: the site has a fault. Run again later.")
        return self._shut(
            f"{what} answers {code}: the site refuses requests from here, as it does those of some hosts' addresses"
        )

    def _page_instead(self, what: str) -> ServerError:
        return self._shut(
            f"{what} answers with an HTML page instead of the file: the site wants to see a browser, or has a fault"
        )

    def _shut(self, said: str) -> ServerError:
        return ServerError(
            f"{said}. Run again in an hour, or set {self.SETTING} to an S3 bucket or a folder with the files.",
            retry.moment(self.throttle.clock.now() + CLOSED_SECONDS),
        )


class _Session(requests.Session):
    """Session that follows no redirect, nor reads the body of one."""

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[Any]:
        return iter(())


def onward(site: str, url: str, location: str) -> str:
    """Return the target of a redirect, over HTTPS or the site's own scheme; empty if it leads to anything else.

    Credentials are sent to the site alone.
    """
    own = urlsplit(site)
    try:
        there = urlsplit(urljoin(url, location))
        same = (there.scheme, there.hostname, there.port) == (own.scheme, own.hostname, own.port)
    except ValueError:
        return ""
    if there.scheme not in {"https", own.scheme} or not there.hostname:
        return ""
    return urlunsplit(there._replace(netloc=own.netloc if same else there.netloc.rpartition("@")[2]))


def _version(response: requests.Response) -> str:
    """Return the validator for If-Range: a strong ETag, else the time of the last change."""
    etag = response.headers.get("ETag", "")
    return etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified", "")


def _retry_after(response: requests.Response, now: float) -> float | None:
    """Return the seconds of the Retry-After header, given as a number or as a date."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isdigit():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max((until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now, 0.0)


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _cause(error: Exception, pace: Pace) -> str:
    """Return the cause of an error in our own words."""
    said = f"{type(error).__name__} {error!r}"
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {retry.CONNECT_SECONDS:g} s"
    if "timed out" in said.lower() or "Timeout" in said:
        return pace.cause
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate or its TLS cannot be trusted"
    if "NewConnectionError" in said or "NameResolutionError" in said:
        return "the site cannot be reached"
    return f"the connection was cut ({type(error).__name__})"

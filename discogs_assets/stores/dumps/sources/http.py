"""HTTP requests for a site's pages and files, under our own user agent and with our own errors."""

import math
import re
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from discogs_assets.errors import DumpMissingError, ServerError, SettingError
from discogs_assets.stores.dumps.sources import retry
from discogs_assets.stores.dumps.sources.dump_file import CHUNK_BYTES, Answer, Layout, Published, Source, read_text
from discogs_assets.stores.dumps.sources.pace import CONNECT_SECONDS, Pace, pace_connection
from discogs_assets.stores.dumps.sources.rate_limit import WINDOW, Throttle

AGENT = f"discogs_assets/{version('discogs-assets')} (python-requests)"
"""User agent of each request; the site refuses the default names of libraries."""

REDIRECTS = 3
"""Redirects followed in a row, each a request like any other."""

CLOSED_SECONDS = 3600.0
"""Pause after a refusal that states none, in seconds; the site's own limit lasts about as long."""

LONGEST_SECONDS = 86_400.0
"""Upper limit of a Retry-After, in seconds."""

RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True)
class Web(Source):
    """A site with files. `url` ends with a slash and may hold a password; `title` does not.

    Kinds of sites differ in the layout, the time when absent files are published, the number of requests answered in a
    window, and the seconds within which a page may be retried.
    """

    url: str = field(repr=False)
    throttle: Throttle

    LAYOUT: ClassVar[Layout]
    ABSENT: ClassVar[str]
    REQUESTS: ClassVar[int | None] = None
    PAGE_RETRY_SECONDS: ClassVar[float] = math.inf

    @classmethod
    def at(cls, address: str, root: Path, patience: float = WINDOW) -> Self:
        """Return the site at that address; `root` keeps its request times. Raises SettingError without a host."""
        parts = urlsplit(address)
        if not parts.hostname:
            raise SettingError(
                f"{cls.LAYOUT.setting} is {parts.scheme}:// without a host, expected an address such as "
                f"{cls.LAYOUT.site}. Set it to where your dumps are."
            )
        path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
        host = re.sub(r"[^\w.-]", "_", parts.netloc.rpartition("@")[2])
        return cls(
            parts._replace(path=path, query="", fragment="").geturl(),
            Throttle(root / f".requests-{host}.json", patience, limit=cls.REQUESTS),
        )

    @property
    def clock(self) -> retry.Clock:
        """The clock of retries."""
        return self.throttle.clock

    @property
    def title(self) -> str:
        """The address for messages."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    @abstractmethod
    def query(self, file: Published) -> str:
        """Return the address of the file, relative to the site's."""

    def text(self, file: Published) -> str:
        """Return the text of a checksum file."""
        text = self.page(self.query(file))
        if text.lstrip().startswith("<"):
            raise self._page_instead(f"{self.title}{self.query(file)}")
        return text

    @contextmanager
    def open_file(self, file: Published, start: int, version: str) -> Iterator[Answer]:
        """Lend the file's bytes from an offset on, if it still has this version; from offset 0, all of them."""
        headers = {"Range": f"bytes={start}-", "If-Range": version} if start else {}
        with self._request(self.query(file), headers, Pace.of_file()) as response:
            yield self._read_answer(response, f"{self.title}{self.query(file)}", start, version)

    def page(self, query: str) -> str:
        """Return the beginning of a page or text, with retries where they may help."""

        def ask() -> str:
            with self._request(query, {}, Pace.of_page(hurried=not self.throttle.patience)) as response:
                return read_text(response.iter_content(1 << 12))

        return retry.retry_request(ask, self.clock, self.throttle.patience, self.PAGE_RETRY_SECONDS)

    @contextmanager
    def _request(self, query: str, headers: dict[str, str], pace: Pace) -> Iterator[requests.Response]:
        """Yield the final response, after redirects."""
        url, shown = f"{self.url}{query}", f"{self.title}{query}"
        for _ in range(REDIRECTS + 1):
            with self._send(url, shown, headers, pace) as response:
                if not response.is_redirect:
                    yield response
                    return
                if not (url := onward(self.url, response.url, response.headers["Location"])):
                    raise self._refuse(
                        f"{shown} redirects, but neither to HTTPS nor to the scheme of the site's address"
                    )
        raise self._refuse(f"{shown} redirects more than {REDIRECTS} times, expected the page or the file")

    @contextmanager
    def _send(self, url: str, shown: str, headers: dict[str, str], pace: Pace) -> Iterator[requests.Response]:
        """Yield the response to one request. Any failure on the way, its body included, is a ServerError.

        The libraries' own messages are neither shown nor chained: they quote addresses with their secrets.
        """
        expected = (200, 206, 416) if "Range" in headers else (200, 206)
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
        with self.throttle.turn(), _Session(pace) as session:
            if self.throttle.patience:
                pace.begin()
            try:
                timeout = (CONNECT_SECONDS, pace.silence)
                with session.get(url, headers=headers, stream=True, allow_redirects=False, timeout=timeout) as response:
                    if response.status_code not in expected and not response.is_redirect:
                        raise self._explain_status(response, shown)
                    yield response
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                raise ServerError(f"{shown}: {_find_cause(error, pace)}. Run again; received bytes are kept.") from None

    def _read_answer(self, response: requests.Response, shown: str, start: int, version: str) -> Answer:
        """Return the part of a file that the response brings."""
        found = _find_version(response)
        size = int(length) if (length := response.headers.get("Content-Length", "")).isdigit() else None
        stale = response.status_code == 416
        if response.status_code == 206:
            sent = RANGE.fullmatch(response.headers.get("Content-Range", ""))
            stale = not sent or int(sent[1]) != start or (bool(found) and found != version)
            size = int(sent[2]) if sent and sent[2].isdigit() else None
        else:
            start = 0
        return Answer(start, size, found, self._read_chunks(response, shown, start), stale)

    def _read_chunks(self, response: requests.Response, shown: str, start: int) -> Iterator[bytes]:
        """Yield the bytes as they are sent. Raises ServerError if they are an HTML page."""
        html = "html" in response.headers.get("Content-Type", "")
        for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
            if start == 0 and (html or chunk.lstrip()[:1] == b"<"):
                raise self._page_instead(shown)
            start += len(chunk)
            yield chunk

    def _explain_status(self, response: requests.Response, shown: str) -> DumpMissingError | ServerError:
        code, now = response.status_code, self.clock.now()
        pause = _read_retry_after(response, now)
        if pause is not None or code == 429:
            until = retry.moment(now + (CLOSED_SECONDS if pause is None else min(pause, LONGEST_SECONDS)))
            self.throttle.forbid(until)
            when = f"{until:{retry.UTC_FORMAT}}"
            return ServerError(f"{shown} answers {code} and wants no request before {when}. Run again then.", until)
        if code == 404:
            return DumpMissingError(f"{shown} answers 404: it is not published there. {self.ABSENT}")
        if code >= 500:
            return ServerError(f"{shown} answers {code}: the site has a fault. Run again later.")
        return self._refuse(
            f"{shown} answers {code}: the site refuses requests from here, as it does from some hosting networks"
        )

    def _page_instead(self, shown: str) -> ServerError:
        return self._refuse(
            f"{shown} answers with an HTML page instead of the file: the site expects a browser, or has a fault"
        )

    def _refuse(self, reason: str) -> ServerError:
        """Return the error of a site that gives no usable answer."""
        return ServerError(
            f"{reason}. Run again in an hour, or set {self.LAYOUT.setting} to an S3 bucket or a folder with the files.",
            retry.moment(self.clock.now() + CLOSED_SECONDS),
        )


class _Adapter(HTTPAdapter):
    """Transport adapter that reads responses at a pace."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self.pace = pace

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        pool.ConnectionCls = pace_connection(pool.ConnectionCls, lambda: self.pace)
        return pool


class _Session(requests.Session):
    """Session that follows no redirect, nor reads the body of one, and reads responses at a pace."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter(pace))

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
    return there._replace(netloc=own.netloc if same else there.netloc.rpartition("@")[2]).geturl()


def _find_version(response: requests.Response) -> str:
    """Return the validator for If-Range: a strong ETag, else the time of the last change."""
    etag = response.headers.get("ETag", "")
    return etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified", "")


def _read_retry_after(response: requests.Response, now: float) -> float | None:
    """Return the seconds of the Retry-After header, given as a number or as a date."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max((until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now, 0.0)


def _find_cause(error: Exception, pace: Pace) -> str:
    """Return the cause of an error in our own words."""
    text = f"{type(error).__name__} {error!r}"
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {CONNECT_SECONDS:g} s"
    if "timed out" in text.lower() or "Timeout" in text:
        return pace.cause
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate or its TLS cannot be trusted"
    if "NewConnectionError" in text or "NameResolutionError" in text:
        return "the site cannot be reached"
    return f"the connection was cut ({type(error).__name__})"

"""Files of a site: asked for politely, under our own name, with an error of ours for whatever goes wrong.

What belongs here: requests, and what each answer means. What doesn't: which pages and files a site has (see `site` and
`index`), the keeping of the bytes.
"""

import math
import re
import time
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3

from discogs_assets.errors import DumpMissingError, ServerError, SettingError
from discogs_assets.stores.sources import patience, transfer
from discogs_assets.stores.sources.published import TEXT_BYTES, Progress, Published
from discogs_assets.stores.sources.throttle import WINDOW, Throttle

AGENT = f"discogs_assets/{version('discogs-assets')} (python-requests)"
"""Sent with each request; the site refuses the names that libraries give themselves."""

PAGE_BYTES = 8 << 20
PAGE_SECONDS = 120.0
"""In which a page or a CHECKSUM file has come, however slowly its bytes drip."""

CLOSED_SECONDS = 3600.0
"""How long a site that refuses us, without saying for how long, is left alone: its own limit lasts about as long."""

LONGEST_SECONDS = 86_400.0
"""A Retry-After beyond this is read as this."""

RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class Web:
    """A site with files. `url` ends with a slash and may hold a password; `title` does not.

    What differs from one kind of site to the next: the variable that names the address, an example of one, when what
    is not there comes, how many requests are answered in a window, and in how many seconds an attempt at a page may
    follow another.
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
        """The site of that address, whose requests are noted in `root`."""
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
        """The address as a message may show it."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

    @abstractmethod
    def query(self, file: Published) -> str:
        """What follows the site's address where the file is asked for."""

    def text(self, file: Published) -> str:
        """What a CHECKSUM file says."""
        text = self._text(self.query(file), TEXT_BYTES)
        if text.lstrip().startswith("<"):
            raise self._page_instead(f"{self.title}{self.query(file)}")
        return text

    def fetch(self, file: Published, target: Path, progress: Progress) -> str:
        """Write the file's bytes, durably, and return their sha256."""

        @contextmanager
        def ask(start: int, held: str) -> Iterator[transfer.Answer]:
            headers = {"Range": f"bytes={start}-", "If-Range": held} if start else {}
            with self._got(self.query(file), headers, also=(416,)) as response:
                yield self._answer(response, f"{self.title}{self.query(file)}", start, held)

        return transfer.fetch(file, target, ask, progress, self.throttle.clock)

    def page(self, query: str) -> str:
        """The beginning of a page."""
        return self._text(query, PAGE_BYTES)

    def _text(self, query: str, limit: int) -> str:
        """The beginning of a text, asked for again where that may help."""
        hurry = None if self.throttle.patience else patience.HURRIED_SECONDS
        allowed = hurry or PAGE_SECONDS

        def ask() -> str:
            found, began = b"", time.monotonic()
            with self._got(query, {}, stall=hurry) as response:
                for chunk in response.iter_content(1 << 12):
                    found += chunk
                    if time.monotonic() - began > allowed:
                        raise ServerError(f"{self.title}{query} did not come within {allowed:g} s. Run again.")
                    if len(found) > limit:
                        break
            return found[:limit].decode(errors="replace")

        return patience.retried(ask, self.throttle.clock, self.throttle.patience, self.PAGE_RETRY_SECONDS)

    @contextmanager
    def _got(
        self, query: str, headers: dict[str, str], also: tuple[int, ...] = (), stall: float | None = None
    ) -> Iterator[requests.Response]:
        """The answer to one request. What goes wrong on the way, its body included, is a ServerError.

        The libraries' own sentences are not shown, nor chained: they quote addresses with all that is in them.
        """
        what, silence = f"{self.title}{query}", stall or patience.STALL_SECONDS
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
        with self.throttle.turn():
            try:
                with requests.get(
                    f"{self.url}{query}",
                    headers=headers,
                    stream=True,
                    timeout=(patience.CONNECT_SECONDS, silence),
                ) as response:
                    if response.status_code not in (200, 206, *also):
                        raise self._refusal(response, what)
                    yield response
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                raise ServerError(f"{what}: {_cause(error, silence)}. Run again; what has come is kept.") from None

    def _answer(self, response: requests.Response, what: str, start: int, held: str) -> transfer.Answer:
        """What the response brings of a file."""
        found = _version(response)
        size = int(length) if (length := response.headers.get("Content-Length", "")).isdigit() else None
        stale = response.status_code == 416
        if response.status_code == 206:
            told = RANGE.fullmatch(response.headers.get("Content-Range", ""))
            stale = not told or int(told[1]) != start or (bool(found) and found != held)
            size = int(told[2]) if told and told[2].isdigit() else None
        else:
            start = 0
        return transfer.Answer(start, size, found, self._chunks(response, what, start), stale)

    def _chunks(self, response: requests.Response, what: str, start: int) -> Iterator[bytes]:
        """The bytes as they are sent; an HTML page is none of them."""
        html = "html" in response.headers.get("Content-Type", "")
        for chunk in response.raw.stream(transfer.CHUNK_BYTES, decode_content=False):
            if start == 0 and (html or chunk.lstrip()[:1] == b"<"):
                raise self._page_instead(what)
            start += len(chunk)
            yield chunk

    def _refusal(self, response: requests.Response, what: str) -> DumpMissingError | ServerError:
        code, now = response.status_code, self.throttle.clock.now()
        asked = _retry_after(response, now)
        if asked is not None or code == 429:
            until = patience.moment(now + (CLOSED_SECONDS if asked is None else min(asked, LONGEST_SECONDS)))
            self.throttle.forbid(until)
            return ServerError(
                f"{what} answers {code} and wants no request before {_shown(until)}. Run again then.", until
            )
        if code == 404:
            return DumpMissingError(f"{what} answers 404: it is not published there. {self.ABSENT}")
        if code >= 500:
            return ServerError(f"{what} answers {code}: the site has a fault. Run again later.")
        return ServerError(
            f"{what} answers {code}: the site refuses requests from here, as it does those of some hosts' addresses. "
            f"Run again in an hour, or set {self.SETTING} to an S3 bucket or a folder with the files.",
            patience.moment(now + CLOSED_SECONDS),
        )

    def _page_instead(self, what: str) -> ServerError:
        return ServerError(
            f"{what} answers with an HTML page instead of the file: the site wants to see a browser, or has a fault. "
            f"Run again in an hour, or set {self.SETTING} to an S3 bucket or a folder with the files.",
            patience.moment(self.throttle.clock.now() + CLOSED_SECONDS),
        )


def _version(response: requests.Response) -> str:
    """What If-Range takes: a strong ETag, else the time of the last change."""
    etag = response.headers.get("ETag", "")
    return etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified", "")


def _retry_after(response: requests.Response, now: float) -> float | None:
    """The seconds that the Retry-After header names, as a number or as a date."""
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


def _cause(error: Exception, silence: float) -> str:
    """What went wrong, in words of our own."""
    said = f"{type(error).__name__} {error!r}"
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {patience.CONNECT_SECONDS:g} s"
    if "timed out" in said.lower() or "Timeout" in said:
        return f"no byte came for {silence:g} s"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate or its TLS cannot be trusted"
    if "NewConnectionError" in said or "NameResolutionError" in said:
        return "the site cannot be reached"
    if isinstance(error, requests.TooManyRedirects):
        return "it redirects in circles"
    return f"the connection was cut ({type(error).__name__})"

"""The client of a model's server: requests, and turns from event streams, bounded in bytes and silence."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx

from discogs_assets.serving.api.security import LOOPBACK
from discogs_assets.serving.nlq.anthropic import Anthropic
from discogs_assets.serving.nlq.conversation import Conversation, Dialect, NlqError, Offer, Turn
from discogs_assets.serving.nlq.openai import OpenAI
from discogs_assets.settings import Settings

log = logging.getLogger(__name__)

TURN_BYTES = 1 << 20
"""Most bytes of a turn's event stream."""

CONNECT_SECONDS = 5.0

PAUSES = (1.0, 2.0)
"""Pauses before a refused request is sent again, if the server names none."""

WAIT_SECONDS = 15.0
"""Longest pause that a server may ask for; with a longer one the question fails."""

BUSY = (429, 529)
REFUSALS = {
    401: "The key is refused: check DISCOGS_NLQ_KEY.",
    403: "The key is refused: check DISCOGS_NLQ_KEY.",
    404: "Check DISCOGS_NLQ_URL and DISCOGS_NLQ_MODEL.",
}
OTHER_REFUSAL = "Check DISCOGS_NLQ_URL, and that DISCOGS_NLQ_MODEL can call tools."


class Model:
    """A model's server; use as an asynchronous context."""

    def __init__(self, settings: Settings) -> None:
        address = httpx.URL(settings.nlq_url or "")
        key = settings.nlq_key.get_secret_value() if settings.nlq_key else ""
        model = settings.nlq_model or ""
        kind = settings.nlq_kind or ("anthropic" if address.host.endswith("anthropic.com") else "openai")
        self._dialect: Dialect = Anthropic(model) if kind == "anthropic" else OpenAI(model, address.host)
        self._url = complete_url(address, self._dialect.endpoint)
        headers = {
            "Content-Type": "application/json",
            "Accept": "text/event-stream",
            # A compressed stream could become any number of bytes.
            "Accept-Encoding": "identity",
            **self._dialect.write_headers(key),
        }
        timeout = httpx.Timeout(settings.nlq_seconds, connect=CONNECT_SECONDS)
        # The environment's proxy is not for a server on this machine.
        self._client = httpx.AsyncClient(headers=headers, timeout=timeout, trust_env=address.host not in LOOPBACK)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    def write(self, talk: Conversation, offers: list[Offer], limit: int, *, last: bool) -> bytes:
        """Return the request for a turn of at most `limit` tokens; the last one may call no tools."""
        return json.dumps(self._dialect.write_body(talk, offers, limit, last=last)).encode()

    async def ask(self, body: bytes, tell: Callable[[str], None]) -> Turn:
        """Return the turn that answers the request; `tell` is called with each piece of its text.

        A request that is refused or fails before anything has arrived is repeated. Raises NlqError.
        """
        for pause in (*PAUSES, None):
            try:
                return await self._ask(body, tell)
            except NlqError as error:
                wait = error.wait if error.wait is not None else pause
                if not error.again or pause is None or wait is None or wait > WAIT_SECONDS:
                    raise
                await asyncio.sleep(wait)
        raise AssertionError  # the last pass returns or raises

    async def _ask(self, body: bytes, tell: Callable[[str], None]) -> Turn:
        turn = Turn()
        try:
            async with self._client.stream("POST", self._url, content=body) as response:
                if response.status_code != httpx.codes.OK:
                    raise _refuse(response)
                async for event in read_events(response.aiter_raw()):
                    if text := self._dialect.read(event, turn):
                        tell(text)
        except httpx.HTTPError as error:
            if turn.stop:
                return turn
            log.warning("the model's server failed: %s", type(error).__name__)
            begun = bool(turn.text or turn.calls)
            raise NlqError(
                503, "the model's server does not answer, or broke off. Ask again.", again=not begun
            ) from None
        except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
            log.warning("the model's server sent an event of unknown form: %s", type(error).__name__)
            raise NlqError(503, "the model's server sent what its protocol does not have. Ask again.") from None
        if not turn.stop:
            raise NlqError(503, "the model's answer ended early. Ask again.", again=not turn.begun)
        return turn


def complete_url(address: httpx.URL, endpoint: str) -> httpx.URL:
    """Return the URL of the endpoint: of a server, of its API's version (`…/v1`), or already whole."""
    path, name = address.path.rstrip("/"), endpoint.removeprefix("/v1")
    if path.endswith(name):
        return address
    return address.copy_with(path=path + (name if path else endpoint))


async def read_events(chunks: AsyncIterator[bytes]) -> AsyncIterator[Any]:
    """Yield the JSON of each event until the stream or `[DONE]`. Raises NlqError beyond TURN_BYTES, ValueError."""
    size, line = 0, bytearray()
    async for chunk in chunks:
        size += len(chunk)
        if size > TURN_BYTES:
            raise NlqError(503, f"the model's answer is longer than {TURN_BYTES:,} bytes. Ask for less.")
        line += chunk
        if b"\n" not in chunk:
            continue
        *whole, rest = line.split(b"\n")
        line = bytearray(rest)
        for each in whole:
            data = each.removeprefix(b"data:").strip() if each.startswith(b"data:") else b""
            if data == b"[DONE]":
                return
            if data:
                yield json.loads(data)


def _refuse(response: httpx.Response) -> NlqError:
    """Return the error for a status. Bodies are left alone: some servers repeat the key in them."""
    status = response.status_code
    log.warning("the model's server answered with the status %s", status)
    if status in BUSY:
        wait = _read_wait(response.headers.get("retry-after", ""))
        return NlqError(503, f"the model's server is busy ({status}). Ask again later.", again=True, wait=wait)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        wait = _read_wait(response.headers.get("retry-after", ""))
        return NlqError(503, f"the model's server has a fault ({status}). Ask again later.", again=True, wait=wait)
    return NlqError(503, f"the model's server refuses the request ({status}). {REFUSALS.get(status, OTHER_REFUSAL)}")


def _read_wait(text: str) -> float | None:
    """Return the seconds that Retry-After names, as a number or a date; None without either."""
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None

"""Clients that may ask in natural language, and how much."""

import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import HTTPConnection

from discogs_assets.serving.api.access import is_trusted
from discogs_assets.serving.api.limits import AddressRate
from discogs_assets.serving.nlq.conversation import NlqError
from discogs_assets.settings import Settings

CLIENT_QUESTIONS = 4
QUESTIONS = 16
"""Questions under way at once: of a client, and of all."""

DAY_SECONDS = 86_400.0

OFF = "questions in natural language are off"


class Access:
    """Limits of the questions of an application."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rate = AddressRate(settings.nlq_rate)
        self._asking: Counter[str] = Counter()
        self._spent: deque[tuple[float, int]] = deque()

    def allows(self, client: HTTPConnection) -> bool:
        """Return True if the client may ask: on this machine, or with the token."""
        return self._settings.has_nlq and is_trusted(client, self._settings)

    def require(self, client: HTTPConnection) -> None:
        """Raise NlqError unless the client may ask: 503 if questions are off, 401 without the token."""
        if not self._settings.has_nlq:
            raise NlqError(503, f"{OFF}; DISCOGS_NLQ_URL and DISCOGS_NLQ_MODEL turn them on")
        if self.allows(client):
            return
        if self._settings.api_token is None:
            raise NlqError(503, f"{OFF} for other machines; DISCOGS_API_TOKEN turns them on")
        raise NlqError(401, "send the token of DISCOGS_API_TOKEN as Authorization: Bearer")

    @contextmanager
    def enter(self, client: HTTPConnection) -> Iterator[None]:
        """Count a question while it is under way. Raises NlqError: 429 if there are too many, 503 if all is spent."""
        address = client.client.host if client.client else ""
        if wait := self._rate.count(address):
            raise NlqError(429, f"more than {self._rate.rate}. Ask again in {wait} s.", wait=wait)
        if self._asking[address] >= CLIENT_QUESTIONS or self.count_questions() >= QUESTIONS:
            raise NlqError(429, "too many questions are under way. Ask again after their answers.", wait=5)
        self._require_tokens()
        self._asking[address] += 1
        try:
            yield
        finally:
            self._asking[address] -= 1
            self._asking += Counter()  # addresses without a question are forgotten

    def count_questions(self) -> int:
        """Return the number of questions under way."""
        return self._asking.total()

    def spend(self, tokens: int) -> None:
        """Count tokens that were used."""
        self._spent.append((time.monotonic(), tokens))

    def _require_tokens(self) -> None:
        now = time.monotonic()
        while self._spent and self._spent[0][0] < now - DAY_SECONDS:
            self._spent.popleft()
        if sum(tokens for _, tokens in self._spent) >= self._settings.nlq_day_tokens:
            wait = DAY_SECONDS - (now - self._spent[0][0])
            raise NlqError(503, "the tokens of 24 hours are spent; DISCOGS_NLQ_DAY_TOKENS is their number", wait=wait)

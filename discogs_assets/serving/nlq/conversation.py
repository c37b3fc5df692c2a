"""A conversation with a model, in terms of both protocols."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from discogs_assets.errors import QuestionError

ARGUMENT_CHARACTERS = 4_000


class NlqError(QuestionError):
    """A question in natural language that has no answer.

    `again` is True if the same request to the model may succeed, `wait` the seconds before that, if known.
    """

    def __init__(self, status: int, message: str, *, again: bool = False, wait: float | None = None) -> None:
        super().__init__(status, message, wait=wait)
        self.again = again


@dataclass
class Call:
    """A call of a tool, with its arguments as text."""

    id: str
    name: str = ""
    raw: str = ""

    @property
    def arguments(self) -> dict[str, Any] | None:
        """Arguments; None if the text is no short JSON object in Unicode."""
        if len(self.raw) > ARGUMENT_CHARACTERS:
            return None
        try:
            found = json.loads(self.raw or "{}")
            json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


@dataclass
class Turn:
    """A turn of the model as far as it has arrived; `stop` is the reason of its end, empty before."""

    text: str = ""
    calls: dict[Any, Call] = field(default_factory=dict)
    stop: str = ""
    read: int = 0
    """Tokens of the request, 0 if the server does not say."""
    written: int = 0
    """Tokens of the turn, 0 if the server does not say."""

    @property
    def begun(self) -> bool:
        """True if some of it has arrived: it cannot be asked for again unnoticed."""
        return bool(self.text or self.calls)


@dataclass(frozen=True)
class Reply:
    """Answer of a tool, as text for the model."""

    call: Call
    text: str
    failed: bool = False


@dataclass
class Conversation:
    """Prompt, question, and turns with the replies to their calls."""

    prompt: str
    question: str
    exchanges: list[tuple[Turn, list[Reply]]] = field(default_factory=list)


@dataclass(frozen=True)
class Offer:
    """A tool as it is offered to the model."""

    name: str
    doc: str
    schema: Mapping[str, Any]


class Dialect(Protocol):
    """A protocol of model servers."""

    endpoint: str
    """End of the URL."""

    def write_headers(self, key: str) -> dict[str, str]:
        """Return the headers that carry the key, if there is one."""

    def write_body(self, talk: Conversation, offers: list[Offer], limit: int, *, last: bool) -> dict[str, Any]:
        """Return the request for a turn of at most `limit` tokens; the last one may call no tools."""

    def read(self, event: Any, turn: Turn) -> str:
        """Add an event to the turn, and return its text. Raises NlqError if it is an error."""

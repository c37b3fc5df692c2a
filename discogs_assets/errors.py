"""Exceptions raised by the project, each terminal or transient.

Each message is written at the raise statement: subject, value found, value expected, remedy.
"""

from datetime import datetime
from typing import Any


class DiscogsError(Exception):
    """Base class of the project's errors; `transient` is True if a retry can help."""

    transient = False


class TerminalError(DiscogsError):
    """The same input will fail again; it is not retried."""


class TransientError(DiscogsError):
    """A later attempt may succeed, but none before `retry_not_before`, if that is known."""

    transient = True

    def __init__(self, message: str, retry_not_before: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_not_before = retry_not_before


class SettingError(TerminalError):
    """A setting or an argument is invalid."""


class DumpMissingError(TerminalError):
    """The month's file, or its line in the CHECKSUM file, is missing."""


class DumpDamagedError(TerminalError):
    """The bytes are not a complete dump: wrong checksum, truncated, another root element, not gzip."""


class BudgetExceededError(TerminalError):
    """More records were quarantined than a month may lack."""


class PublishRefusedError(TerminalError):
    """The data to publish is unproven: a check failed, is missing or is older than its data."""


class DiskFullError(TerminalError):
    """A disk, ours or a server's, has no space left; a retry would find it just as full."""


class InstallError(TransientError):
    """A server's program could not be fetched, or its bytes are not the pinned ones."""


class ServerError(TransientError):
    """A server did not start, stop or answer in time."""


class BusyError(TransientError):
    """Another writer holds the lock on the same store."""


class LoadError(TerminalError):
    """A server rejected the data, or holds other data than was sent; `line` is the rejected row's, if known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class SupersededError(TransientError):
    """A store no longer holds the load that a publication names: another one has been published meanwhile."""


class QuestionError(TerminalError):
    """A question that has no answer as it is asked.

    `status` is the HTTP status that says why, `wait` the seconds until it is worth asking again, if that is known, and
    `more` further members of the problem, such as `candidates`.
    """

    def __init__(self, status: int, message: str, *, wait: float | None = None, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.wait = wait
        self.more = more


class LateError(QuestionError):
    """A question that took longer than the time limit."""

    def __init__(self) -> None:
        super().__init__(504, "the question took longer than the time limit. Ask for less.")

"""Every exception the project raises on purpose, each terminal or transient.

Terminal means the same input will fail again: nobody retries it. Transient means the world may be different in a
minute, or at a moment that the error names: a retry is worth its cost then. What belongs here is the class alone; the
sentence (what, which value, what was expected, what to do) is written where it is raised.
"""

from datetime import datetime


class DiscogsError(Exception):
    """The root of all our errors; `transient` tells whether a retry can help."""

    transient = False


class TerminalError(DiscogsError):
    """The same input fails again."""


class TransientError(DiscogsError):
    """A later attempt may succeed; before `retry_not_before`, where it is known, none will."""

    transient = True

    def __init__(self, message: str, retry_not_before: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_not_before = retry_not_before


class SettingError(TerminalError):
    """A setting or an argument is not what it has to be."""


class DumpMissingError(TerminalError):
    """The month's file, or its line in the CHECKSUM file, is not there."""


class DumpDamagedError(TerminalError):
    """The bytes are not a whole dump: wrong checksum, cut short, another root element, not gzip."""


class BudgetExceededError(TerminalError):
    """More records had to be quarantined than a month may lack."""


class PublishRefusedError(TerminalError):
    """What would be shown to readers is unproven: a check failed, is missing or is older than its data."""


class DiskFullError(TerminalError):
    """A disk, ours or a server's, has no room left: a retry would only find it as full."""


class InstallError(TransientError):
    """A server's program could not be fetched, or its bytes are not the pinned ones."""


class ServerError(TransientError):
    """A server did not start, stop or answer in time."""


class BusyError(TransientError):
    """Another writer holds the lock on the same store."""


class LoadError(TerminalError):
    """A server took the data and refused it, or holds something else than was sent."""

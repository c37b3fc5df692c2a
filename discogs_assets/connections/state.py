"""State of a server as `discogs status` shows it."""

from dataclasses import dataclass

from discogs_assets.servers.server_state import ServerStatus


@dataclass(frozen=True, slots=True)
class ServerState:
    """State of a server as `discogs status` shows it; an external one has no version, process or folder."""

    server: str
    running: str
    shows: str
    address: str | None
    version: str | None = None
    pid: int | None = None
    folder: str | None = None


def state_of(status: ServerStatus, month: str | None) -> ServerState:
    """Return the state of an embedded server; `month` is None if it shows none."""
    running, shows = ("yes" if status.running else "no"), month or "nothing"
    return ServerState(status.name, running, shows, status.url, status.version, status.pid, str(status.folder))

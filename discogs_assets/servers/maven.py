"""Downloads from the Maven repositories that jgo is configured with; `artifacts` verifies the bytes."""

from pathlib import Path

import requests
from jgo.config import GlobalSettings
from jgo.maven import MavenContext
from requests.adapters import HTTPAdapter

from discogs_assets.errors import InstallError
from discogs_assets.servers.artifacts import Artifact

_SECONDS_PER_REQUEST = 60


def context(folder: Path | None = None) -> MavenContext:
    """Return the central repository and the ones in jgo's settings, with `folder` for the files that jgo downloads."""
    found = MavenContext(repo_cache=folder)
    found.remote_repos = {**found.remote_repos, **GlobalSettings.load().repositories}
    return found


class Repositories(requests.Session):
    """The repositories behind one connection pool.

    jgo itself opens a connection for each file, with a name lookup each; several hundred at once overrun small
    resolvers.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mount("https://", HTTPAdapter(pool_maxsize=16, max_retries=3))
        self._urls = [*context().remote_repos.values()]

    def fetch(self, artifact: Artifact, into: Path) -> None:
        """Download `artifact` from the first repository that has it. Raises InstallError if none does."""
        failures = []
        for url in self._urls:
            try:
                with self.get(f"{url}/{artifact.path}", stream=True, timeout=_SECONDS_PER_REQUEST) as answer:
                    answer.raise_for_status()
                    with into.open("wb") as stream:
                        stream.writelines(answer.iter_content(1 << 18))
                    return
            except requests.RequestException as error:
                failures.append(str(error))
        raise InstallError(
            f"{artifact} could not be downloaded: {'; '.join(failures)}. Check the network, and the repositories "
            f"in jgo's settings."
        )

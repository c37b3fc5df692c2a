"""Downloads from the Maven repositories that jgo is configured with; `artifacts` verifies the bytes."""

import logging
from pathlib import Path
from typing import Any

import requests
from jgo.config import GlobalSettings
from jgo.maven import MavenContext, PythonResolver
from requests.adapters import HTTPAdapter

from discogs_assets.errors import InstallError
from discogs_assets.servers.artifacts import Artifact

log = logging.getLogger(__name__)


class _KeepAlive(PythonResolver):
    """jgo's resolver on one connection pool.

    jgo opens a connection for each file, with a name lookup each; several hundred at once overrun small resolvers.
    """

    def __init__(self) -> None:
        super().__init__()
        self.session = requests.Session()
        self.session.mount("https://", HTTPAdapter(pool_maxsize=16, max_retries=3))

    def download(self, artifact: Any) -> Path:
        """Stream the artifact from the first repository that has it; return its file in the context's cache."""
        answers = []
        for base in artifact.context.remote_repos.values():
            url = f"{base}/{artifact.component.path_prefix.as_posix()}/{artifact.filename}"
            try:
                with self.session.get(url, stream=True, timeout=artifact.context.timeout) as answer:
                    answer.raise_for_status()
                    return _saved(answer, artifact.cached_path)
            except requests.RequestException as error:
                answers.append(str(error))
        raise InstallError(
            f"{artifact} could not be downloaded: {'; '.join(answers)}. Check the network, and the repositories "
            f"in jgo's settings."
        )


class Repository:
    """The central repository and the ones in jgo's settings, with a folder for the files."""

    def __init__(self, folder: Path, timeout: int) -> None:
        self.folder = folder
        self.context = MavenContext(_KeepAlive(), repo_cache=folder, timeout=timeout)
        self.context.remote_repos.update(GlobalSettings.load().repositories)

    def fetch(self, artifact: Artifact) -> Path:
        """Download `artifact` and return its file. Raises InstallError if no repository provides it."""
        project = self.context.project(artifact.group, artifact.artifact)
        component = project.at_version(artifact.version)
        file: Path = component.artifact(artifact.classifier, artifact.packaging).resolve()
        log.debug("downloaded %s", artifact)
        return file


def _saved(answer: requests.Response, file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        for chunk in answer.iter_content(1 << 18):
            stream.write(chunk)
    return file

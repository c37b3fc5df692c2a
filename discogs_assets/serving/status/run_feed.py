"""Reports of runs and checks from a child process that loads Dagster."""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Callable

from pydantic import ValidationError

from discogs_assets.connections import Connections
from discogs_assets.connections.instance import find_instance
from discogs_assets.connections.run_report import RunReport
from discogs_assets.errors import DiscogsError
from discogs_assets.serving.status.report import DagsterStatus, RecordState

log = logging.getLogger(__name__)

# -P: a file in the working directory must not stand in for a module.
COMMAND = (sys.executable, "-P", "-m", "discogs_assets.defs.run_reporter")

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before the child is started again; they double until it reports."""

LINE_BYTES = 4 << 20
"""Longest report."""

SILENCE_SECONDS = 30.0
"""Time without a report after which the child is ended, the time for its start included."""

END_SECONDS = 0.2
"""Time in which the child ends by itself."""

NOTHING = RunReport()


class RunFeed:
    """The latest report. A child runs between `start` and `stop`; `notify` is called after each change."""

    def __init__(self, connections: Connections, notify: Callable[[], None]) -> None:
        self._connections = connections
        self._notify = notify
        self._task: asyncio.Task[None] | None = None
        self._state: RecordState = "none"
        self._fault = ""
        self.report = NOTHING

    def start(self) -> None:
        """Start the child, unless it runs."""
        if self._task is None:
            self._set("starting")
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End the child."""
        if task := self._task:
            self._task = None
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def describe(self) -> DagsterStatus:
        """Return the state of the records."""
        return DagsterStatus(state=self._state, fault=self._fault, url=self._connections.settings.dagster_url)

    def _set(self, state: RecordState, fault: str = "", report: RunReport = NOTHING) -> None:
        if (state, fault, report) != (self._state, self._fault, self.report):
            self._state, self._fault, self.report = state, fault, report
            self._notify()

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            variables = await self._find_instance()
            if variables is None:
                await asyncio.sleep(FIRST_PAUSE)
                continue
            reported = await self._relay(variables)
            pause = FIRST_PAUSE if reported else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _find_instance(self) -> dict[str, str] | None:
        """Return the variables of the instance, None if there is none or its server does not run."""
        connections = self._connections
        try:
            # An external server is asked for its address.
            found = await asyncio.to_thread(find_instance, connections.settings, connections.tables.storage_url)
        except (DiscogsError, OSError) as error:
            self._set("away", str(error))
            return None
        if found is None:
            self._set("none")
        return found

    async def _relay(self, variables: dict[str, str]) -> bool:
        """Relay the reports of a child until it ends; return True if there was one."""
        child = await _start(variables)
        assert child.stdout
        reported = False
        try:
            while report := await _read_report(child.stdout):
                if report.fault:
                    self._set("away", report.fault)
                    return reported
                reported = True
                self._set("ok", report=report)
        finally:
            ending = asyncio.ensure_future(_end(child))
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError:
                await ending
                raise
        self._set("away", f"the process that reads Dagster's records ended with status {child.returncode}")
        log.warning("the process that reads Dagster's records ended with status %s", child.returncode)
        return reported


async def _start(variables: dict[str, str]) -> asyncio.subprocess.Process:
    """Start a child; if this is cancelled meanwhile, the child is ended."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **variables},
            limit=LINE_BYTES,
            # Ctrl-C in a terminal is meant for the server, which ends the child.
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _end(await starting)
        raise


async def _end(child: asyncio.subprocess.Process) -> None:
    """End the child: it ends by itself when its input does, unless it is only starting, or hangs."""
    assert child.stdin
    assert child.stdout
    child.stdin.close()
    try:
        async with asyncio.timeout(END_SECONDS):
            await child.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    # Its pipe is closed once it has been read to its end.
    await child.stdout.read()


async def _read_report(lines: asyncio.StreamReader) -> RunReport | None:
    """Return the next report, None if there is none: the child has ended, hangs, or writes something else."""
    try:
        async with asyncio.timeout(SILENCE_SECONDS):
            line = await lines.readline()
        return RunReport.model_validate_json(line) if line else None
    except (TimeoutError, ValidationError, ValueError):
        return None

"""Latency and throughput of the API: requests drawn from the loaded month, asked by several clients at once."""

import http.client
import json
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import psutil
import psycopg

from discogs_assets.bench import sandbox
from discogs_assets.bench.dumps import Dumps, Say
from discogs_assets.bench.figures import Figure, make_figure
from discogs_assets.bench.measurement import Usage
from discogs_assets.bench.sandbox import Home
from discogs_assets.servers import process

CLIENTS = (1, 8, 32)
"""Numbers of clients that ask at once."""

SECONDS = 5.0
"""Longest measurement of one question by one number of clients."""

START_SECONDS = 60.0
REQUEST_SECONDS = 60.0

PUBLISHING_RATE = 20
"""Requests per second while a month is published."""

MIXED = ("node", "search")
"""Questions whose requests are also measured together, for the throughput of a process."""


class Requests(NamedTuple):
    """Requests of one question: the template of their path, and the query that yields its values."""

    name: str
    template: str
    values: str

    def draw(self, connection: psycopg.Connection) -> list[str]:
        """Return the paths for the values in the published month, each once."""
        rows = connection.execute(self.values.encode())
        paths = (self.template.format(*(quote(str(value), safe="") for value in row)) for row in rows)
        return list(dict.fromkeys(paths))


_BLOCKS = Path(__file__).with_name("api_requests.sql").read_text().strip().removesuffix(";").split(";\n\n")

REQUESTS = [Requests(*(line.removeprefix("-- ") for line in block.split("\n", 2))) for block in _BLOCKS]
"""Each block of the file: a comment with the name, a comment with the template, and the query for its values."""


@dataclass
class Answers:
    """Seconds of each answered request, and a line for each other one: its path, and its status or error."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    elapsed: float = 0.0

    def describe(self) -> dict[str, object]:
        """Return the columns of the table: latencies in milliseconds, requests per second, number of errors."""
        ordered = sorted(self.seconds) or [0.0]
        points = {"median_ms": 0.5, "p99_ms": 0.99, "slowest_ms": 1.0}
        return {
            **{name: round(1000 * ordered[int(share * (len(ordered) - 1))], 2) for name, share in points.items()},
            "requests_per_second": round(len(self.seconds) / self.elapsed, 1) if self.elapsed else None,
            "errors": len(self.errors),
        }


def measure_api(
    dumps: Dumps, say: Say, clients: Sequence[int] = CLIENTS, during_publish: bool = False
) -> Iterator[Figure]:
    """Yield the figures of every question for each number of clients, with the memory of the API's process.

    Requests are distinct, so that answers are computed and not cached, except for questions with few possible
    parameters. With `during_publish`, all questions are then asked while the month before is published.
    """
    with sandbox.open_home(dumps) as home:
        for month in dumps.partitions if during_publish else dumps.partitions[-1:]:
            usage = home.run(*process.DISCOGS, "load", month[:7])
            say(f"  {dumps.releases:,} releases, {month[:7]} loaded: {usage.seconds:.1f} s")
        with psycopg.connect(home.postgres.address().url) as connection:
            drawn = {each.name: each.draw(connection) for each in REQUESTS}
        drawn[" and ".join(MIXED)] = _interleave(drawn[name] for name in MIXED)
        with _serve(home) as (address, server):
            for name, paths in drawn.items():
                for number in clients:
                    answers = ask_all(address, _apart(paths, number, clients), number)
                    yield _figure(dumps, f"{number} clients", name, answers, server)
            if during_publish:
                paths = _interleave([*paths, *paths] * 10 if len(paths) < 20 else paths for paths in drawn.values())
                answers = _ask_while(
                    address, paths, lambda: home.run(*process.DISCOGS, "publish", dumps.partitions[0][:7])
                )
                yield _figure(dumps, "during a publication", f"{PUBLISHING_RATE} requests/s", answers, server)


def _interleave(several: Iterable[Sequence[str]]) -> list[str]:
    """Return the first of each, then the second of each, until one is exhausted."""
    return [path for each in zip(*several, strict=False) for path in each]


def _apart(paths: Sequence[str], number: int, clients: Sequence[int]) -> Sequence[str]:
    """Return the requests for one number of clients, disjoint from the others' unless there are too few."""
    share = paths[list(clients).index(number) :: len(clients)]
    return share if len(share) >= number else paths


@contextmanager
def _serve(home: Home) -> Iterator[tuple[str, psutil.Process]]:
    """Run `discogs serve` on the home; yield its address and process."""
    port = process.free_port([])
    words = [*process.DISCOGS, "serve", "--port", str(port)]
    variables = home.environment | {"DISCOGS_API_LOG": "off"}
    with home.log.open("ab") as log:
        server = subprocess.Popen(
            words, cwd=home.folder, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    address, running = f"http://{process.HOST}:{port}", psutil.Process(server.pid)
    try:
        process.wait_until(
            lambda: not ask_all(address, ["/health/ready"], 1).errors, running, "The API", home.log, START_SECONDS
        )
        yield address, running
    finally:
        server.terminate()
        server.wait()


def ask_all(address: str, paths: Sequence[str], clients: int, seconds: float = SECONDS) -> Answers:
    """Request each path once until the time is up; each client has its own connection."""
    found, numbers, began = Answers(), count(), time.monotonic()

    def work() -> None:
        connection = _connect(address)
        while (number := next(numbers)) < len(paths) and time.monotonic() - began < seconds:
            _ask(connection, paths[number], found)
        connection.close()

    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(work) for _ in range(clients)]:
            done.result()
    found.elapsed = time.monotonic() - began
    return found


def _ask_while(address: str, paths: Sequence[str], work: Callable[[], object]) -> Answers:
    """Request the paths in turn at a steady rate, until one second after the work ends."""
    found, ended, began = Answers(), threading.Event(), time.monotonic()

    def ask(start: int, clients: int) -> None:
        connection = _connect(address)
        for number in count(start, clients):
            if ended.wait(max(0.0, began + number / PUBLISHING_RATE - time.monotonic())):
                break
            _ask(connection, paths[number % len(paths)], found)
        connection.close()

    with ThreadPoolExecutor(PUBLISHING_RATE) as pool:
        asked = [pool.submit(ask, number, PUBLISHING_RATE) for number in range(PUBLISHING_RATE)]
        try:
            work()
            time.sleep(1)
        finally:
            ended.set()
    for each in asked:
        each.result()
    found.elapsed = time.monotonic() - began
    return found


def _connect(address: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(address).netloc, timeout=REQUEST_SECONDS)


def _ask(connection: http.client.HTTPConnection, path: str, found: Answers) -> None:
    """Send one request and record its seconds, or its failure."""
    began = time.perf_counter()
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        found.errors.append(f"{path}: {error!r}")
        return
    if response.status == 200:
        found.seconds.append(time.perf_counter() - began)
    else:
        found.errors.append(f"{path}: {response.status} {json.loads(body or b'{}').get('detail', '')}")


def _figure(dumps: Dumps, subject: str, name: str, answers: Answers, server: psutil.Process) -> Figure:
    memory = server.memory_info()
    usage = Usage(statistics.median(answers.seconds) if answers.seconds else None, peak=memory.rss - memory.shared)
    about = {**answers.describe(), "first_errors": answers.errors[:3]}
    return make_figure(usage, dumps.releases, subject, name, "question", records=len(answers.seconds), about=about)

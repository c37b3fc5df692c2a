"""Tests of `bench.measuring.processes`."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from discogs_assets.bench.measuring import processes

SLEEPING = "import subprocess, sys; subprocess.run(['sleep', '60'])"


@pytest.fixture
def parent() -> Iterator[psutil.Process]:
    child = subprocess.Popen([sys.executable, "-c", SLEEPING])
    try:
        yield psutil.Process(child.pid)
    finally:
        for each in [*psutil.Process(child.pid).children(), psutil.Process(child.pid)]:
            each.kill()
        child.wait()


def grown(parent: psutil.Process) -> None:
    while not parent.children():
        pass


def test_a_server_is_no_part_of_the_family_that_started_it(parent: psutil.Process) -> None:
    grown(parent)
    ours, apart = processes.families(os.getpid(), [parent.pid])
    assert parent.pid not in {each.pid for each in ours}
    assert [each.pid for each in apart[0]] == [parent.pid, parent.children()[0].pid]


def test_a_process_that_has_ended_counts_for_nothing() -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    gone = psutil.Process(done.pid)
    done.wait()
    assert processes.sample([gone]) == processes.Sample()
    assert processes.families(gone.pid, [gone.pid]) == ([], [[]])


def test_memory_is_counted_once_however_many_share_it() -> None:
    me = psutil.Process()
    once, twice = processes.sample([me]), processes.sample([me, me])
    own = processes.memory(me.pid).own
    assert abs(twice.resident - once.resident - own) < 20_000_000
    assert once.biggest >= own


def test_a_server_that_starts_within_the_block_has_taken_all_it_takes_there() -> None:
    known: list[int] = []
    with processes.Watch(os.getpid(), lambda: known) as watch:
        known.append(os.getpid())
    assert watch.servers_processor > 0

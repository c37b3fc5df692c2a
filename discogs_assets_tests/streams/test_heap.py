"""Tests of `streams.heap`."""

import subprocess
import sys

import pytest

PROGRAM = """
from pathlib import Path
from discogs_assets.streams import heap

def resident():
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) >> 10

bytes(30 << 20)  # once freed, pieces of this size come from where holes are left
held = [bytearray(b"x") * (20 << 20) for _ in range(8)]
before = resident()
last = held.pop()
held.clear()
kept = resident()
heap.give_back()
print(before - kept, before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's pages")
def test_what_is_freed_goes_back_though_something_newer_is_held() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    by_itself, given_back = map(int, done.stdout.split())
    assert given_back >= 7 * 20 > by_itself

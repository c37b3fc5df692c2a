"""Tests of `streams.allocation`."""

import subprocess
import sys

import pytest

PROGRAM = """
from pathlib import Path
from discogs_assets.streams import allocation

def resident():
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) >> 10

if {steady}:
    allocation.give_back_large_pieces()
bytes(30 << 20)  # by itself, freeing this raises the bound
held = [bytearray(b"x") * (20 << 20) for _ in range(8)]
before = resident()
last = held.pop()
held.clear()
print(before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's pages")
def test_what_is_freed_goes_back_though_something_newer_is_held() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(steady=True)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) >= 7 * 20

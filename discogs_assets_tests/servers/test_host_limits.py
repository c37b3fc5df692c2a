"""Sizes taken from the machine, or from the container's limit."""

from pathlib import Path

import psutil
import pytest

from discogs_assets.servers.host_limits import GIB, MIB, cores, memory, share


@pytest.mark.parametrize(("limit", "expected"), [("1073741824\n", GIB), ("max\n", None), ("", None), ("9" * 19, None)])
def test_a_container_has_what_its_limit_leaves(tmp_path: Path, limit: str, expected: int | None) -> None:
    (tmp_path / "memory.max").write_text(limit)
    assert memory((tmp_path / "memory.max", tmp_path / "absent")) == expected or psutil.virtual_memory().total


def test_a_share_keeps_its_bounds_and_is_whole_mebibytes() -> None:
    assert share(0.0, 64 * MIB, GIB) == 64 * MIB
    assert share(1.0, 64 * MIB, 128 * MIB) == 128 * MIB
    assert share(0.3, MIB, 1024 * GIB) % MIB == 0


def test_there_is_a_core() -> None:
    assert cores() >= 1

"""Tests of `streams.musicbrainz.tarball`: whole files give every line, damaged ones an error, and none a loop."""

import lzma
import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discogs_assets.errors import DumpDamagedError
from discogs_assets.schema.musicbrainz import LABELS
from discogs_assets.streams.discogs.framing import Block
from discogs_assets.streams.musicbrainz import tarball
from discogs_assets_tests import mbdump

NAME = "mbdump/label"
LINES = b"".join(b'{"id":%d}\n' % number for number in range(3_000))
TAR = mbdump.tar(NAME, LINES)


def read(folder: Path, data: bytes, name: str = NAME) -> bytes:
    path = folder / "label.tar.xz"
    path.write_bytes(data)
    return b"".join(tarball.unpack_member(path, name))


def blocks(folder: Path, content: bytes) -> list[Block]:
    path = folder / "label.tar.xz"
    path.write_bytes(lzma.compress(mbdump.tar(NAME, content), preset=0))
    return list(tarball.blocks(path, NAME))


def test_the_member_is_found_among_others(tmp_path: Path) -> None:
    assert read(tmp_path, lzma.compress(TAR)) == LINES


def test_a_member_may_be_called_from_the_current_folder(tmp_path: Path) -> None:
    assert read(tmp_path, lzma.compress(mbdump.tar(f"./{NAME}", LINES))) == LINES


def test_a_file_of_several_streams_with_padding_is_read_whole(tmp_path: Path) -> None:
    cuts = [TAR[:700], TAR[700:9_000], TAR[9_000:]]
    assert read(tmp_path, bytes(8).join(map(lzma.compress, cuts)) + bytes(4 << 17)) == LINES


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_xz_that_is_cut_short_is_damaged(tmp_path: Path, share: float) -> None:
    whole = lzma.compress(TAR)
    with pytest.raises(DumpDamagedError, match=r"not a whole tar\.xz file"):
        read(tmp_path, whole[: int(len(whole) * share)])


def test_xz_cut_between_its_streams_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(DumpDamagedError):
        read(tmp_path, lzma.compress(TAR[:9_000]))


@pytest.mark.parametrize("end", [100, 512, 600, 2_048, len(TAR) // 2, len(TAR) - 10_240])
def test_tar_that_is_cut_short_inside_whole_xz_is_damaged(tmp_path: Path, end: int) -> None:
    with pytest.raises(DumpDamagedError):
        read(tmp_path, lzma.compress(TAR[:end]))


def test_what_follows_the_xz_stream_is_damage(tmp_path: Path) -> None:
    for rest in (b"garbage", bytes(8) + b"x", lzma.compress(TAR)[:50]):
        with pytest.raises(DumpDamagedError):
            read(tmp_path, lzma.compress(TAR) + rest)


def test_what_follows_the_archive_is_damage(tmp_path: Path) -> None:
    with pytest.raises(DumpDamagedError, match="does not end where the file does"):
        read(tmp_path, lzma.compress(TAR + b"more"))


def test_a_flipped_bit_is_damage(tmp_path: Path) -> None:
    whole = bytearray(lzma.compress(TAR))
    whole[len(whole) // 2] ^= 1
    with pytest.raises(DumpDamagedError):
        read(tmp_path, bytes(whole))


@pytest.mark.parametrize("data", [b"", b"not xz", b"<html></html>", os.urandom(50_000), lzma.compress(b"no tar" * 500)])
def test_what_is_no_tar_xz_is_damaged(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DumpDamagedError):
        read(tmp_path, data)


def test_an_archive_without_the_member_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(DumpDamagedError, match="no file mbdump/artist"):
        read(tmp_path, lzma.compress(TAR), "mbdump/artist")


def test_an_empty_member_is_damage(tmp_path: Path) -> None:
    for content in (b"", b"\n", b"  "):
        with pytest.raises(DumpDamagedError):
            mbdump.convert_bytes(tmp_path, LABELS, lzma.compress(mbdump.tar(NAME, content)))


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    found = blocks(tmp_path, b'{"id":1}\n{"id":2}')
    assert [block.data for block in found] == [b'{"id":1}\n', b'{"id":2}']
    assert [block.offset for block in found] == [0, 9]
    assert [block.records for block in found] == [1, 1]


@given(st.lists(st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"")), min_size=1, max_size=30), st.data())
def test_blocks_are_whole_lines_however_the_chunks_fall(lines: list[bytes], data: st.DataObject) -> None:
    content = b"\n".join([b"first", *lines])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=8)))
    edges = [0, *cuts, len(content)]
    chunks = [content[start:end] for start, end in pairwise(edges)]
    found = list(tarball.cut(Path("x"), NAME, chunks))
    assert b"".join(block.data for block in found) == content or not content[len(found[-1].data) :].strip()
    assert all(block.data.endswith(b"\n") for block in found[:-1])
    assert sum(block.records for block in found) == sum(1 for each in content.split(b"\n") if each.strip())
    assert [block.offset for block in found] == [sum(len(b.data) for b in found[:n]) for n in range(len(found))]


def test_a_line_of_many_megabytes_is_one_block(tmp_path: Path) -> None:
    long = b'{"id":"' + b"x" * (3 * tarball.CHUNK_BYTES) + b'"}\n'
    found = blocks(tmp_path, b'{"id":1}\n' + long + b'{"id":2}\n')
    assert b"".join(block.data for block in found) == b'{"id":1}\n' + long + b'{"id":2}\n'
    assert sum(block.records for block in found) == 3


def test_a_line_without_an_end_is_damage_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tarball, "LINE_LIMIT", 3 * tarball.CHUNK_BYTES)
    with pytest.raises(DumpDamagedError, match="does not end within"):
        blocks(tmp_path, b"x" * (5 * tarball.CHUNK_BYTES))


def test_packed_bytes_are_told_up_to_the_whole_file(tmp_path: Path) -> None:
    path, told = tmp_path / "label.tar.xz", list[int]()
    path.write_bytes(lzma.compress(TAR))
    assert sum(block.records for block in tarball.blocks(path, NAME, told.append)) == 3_000
    assert told[-1] == path.stat().st_size

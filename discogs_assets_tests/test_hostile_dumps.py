"""What can come instead of a dump, and how each of it ends: refused, loaded without its bad records, or loaded whole.

Every case is a month of one file in a folder. What could eat memory or time is read by a process of its own, which may
have a gigabyte and a minute.
"""

import gzip
import hashlib
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from discogs_assets.errors import DiscogsError
from discogs_assets.schema.discogs import entity
from discogs_assets.stores.dumps.discogs_archive import Archive
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.streams.discogs import convert

SECONDS = 60
MEMORY_KB = 1 << 20

CHILD = """
import json, pathlib, sys
from discogs_assets_tests.test_hostile_dumps import read
said = read(pathlib.Path(sys.argv[1]), sys.argv[2])
said.pop("rows", None)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({**said, "peak_kb": int(peak.split()[1])}))
"""

Said = dict[str, Any]


def read(folder: Path, name: str) -> Said:
    """Take and parse the month; what came of it."""
    lake = Lake(folder / "lake")
    try:
        held = Archive(str(folder), folder / "home").download(name, "2026-10-01")
        with lake.writing(["good"], "x") as good, lake.writing(["bad"], "x") as bad:
            account = convert.write(convert.Source(held.path, entity(name), held.sha256, 2027), good, bad)
    except DiscogsError as error:
        left = [str(path) for path in folder.rglob("*.parquet")]
        return {"error": f"{type(error).__name__}: {error}", "left": left}
    rows = pl.read_parquet(lake.files(["good"], "x"))
    refused = pl.read_parquet(lake.files(["bad"], "x"))["reason"].to_list()
    counted = {"framed": account.framed, "undeclared": dict(account.undeclared)}
    return {"ids": rows["id"].to_list(), "rows": rows, "refused": refused, **counted}


def put(folder: Path, packed: bytes, name: str = "labels", checksum: str | None = None) -> None:
    """Publish the file in the folder."""
    file = folder / f"discogs_20261001_{name}.xml.gz"
    file.write_bytes(packed)
    line = f"{hashlib.sha256(packed).hexdigest()} {file.name}\n"
    (folder / "discogs_20261001_CHECKSUM.txt").write_text(line if checksum is None else checksum)


def read_apart(folder: Path, name: str = "labels") -> Said:
    """The same by a process that is held to its memory and time."""
    command = [sys.executable, "-c", CHILD, str(folder), name]
    child = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert child.returncode == 0, child.stderr
    said: Said = json.loads(child.stdout)
    assert said["peak_kb"] <= MEMORY_KB
    return said


def pack_gzip(head: bytes, piece: bytes, tail: bytes = b"", size: int = 1 << 30) -> bytes:
    """Gzip of the piece over and over up to the size. It is packed once: a full flush refers to nothing before."""
    deflate, times = zlib.compressobj(1, wbits=-zlib.MAX_WBITS), size // len(piece)
    begin, middle = (deflate.compress(part) + deflate.flush(zlib.Z_FULL_FLUSH) for part in (head, piece))
    checksum = zlib.crc32(head)
    for _ in range(times):
        checksum = zlib.crc32(piece, checksum)
    length = len(head) + times * len(piece) + len(tail)
    trailer = struct.pack("<LL", zlib.crc32(tail, checksum), length % (1 << 32))
    return gzip.compress(b"")[:10] + begin + middle * times + deflate.compress(tail) + deflate.flush() + trailer


MEGABYTE = 1 << 20


def labels(*records: bytes) -> bytes:
    return b"<labels>\n%b</labels>\n" % b"".join(each + b"\n" for each in records)


def label(number: object, inner: bytes = b"<name>Label</name>") -> bytes:
    return b"<label><id>%b</id>%b</label>" % (str(number).encode(), inner)


def zip_bytes(data: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("labels.xml", data)
    return buffer.getvalue()


WHOLE = labels(label(1), label(2), label(3))
CUT = gzip.compress(labels(*(label(n, b"<name>%d</name>" % (n * 7919 % 1009)) for n in range(1, 3000))))

REFUSED: dict[str, tuple[bytes, str]] = {
    "gzip cut short": (CUT[: len(CUT) * 6 // 10], "end-of-stream marker"),
    "gzip with a wrong checksum of its own": (CUT[:-8] + bytes(b ^ 1 for b in CUT[-8:-4]) + CUT[-4:], "CRC"),
    "gzip with a wrong length of its own": (CUT[:-4] + bytes(b ^ 1 for b in CUT[-4:]), "not a whole gzip"),
    "gzip followed by something else": (gzip.compress(WHOLE) + b"<html>", "not a whole gzip file"),
    "nothing": (b"", "labels.xml.gz is empty"),
    "gzip of nothing": (gzip.compress(b""), "begins with b''"),
    "an HTML page": (b"<!DOCTYPE html><html><body>403</body></html>", "Not a gzipped file"),
    "an HTML page in gzip": (gzip.compress(b"<!DOCTYPE html><html></html>"), "begins with b'<!DOCTYPE html>"),
    "a zip archive": (zip_bytes(WHOLE), "Not a gzipped file"),
    "bare XML": (WHOLE, "Not a gzipped file"),
    "an entity bomb": (
        gzip.compress(
            b'<!DOCTYPE labels [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>' + labels(label(1, b"<name>&b;</name>"))
        ),
        "begins with b'<!DOCTYPE labels",
    ),
    "an external entity": (
        gzip.compress(b'<!DOCTYPE labels [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + labels(label(1, b"&x;"))),
        "begins with b'<!DOCTYPE labels",
    ),
    "another root": (gzip.compress(WHOLE.replace(b"labels>", b"foo>")), "not with the root element <labels>"),
    "another entity's document": (gzip.compress(b"<artists></artists>"), "not with the root element <labels>"),
    "UTF-16": (gzip.compress(WHOLE.decode().encode("utf-16")), "begins with b'\\xff\\xfe"),
    "no records": (gzip.compress(b"<labels></labels>"), "no record found"),
    "no closing root": (gzip.compress(WHOLE.removesuffix(b"</labels>\n")), "expected </labels>"),
    "cut inside a record": (gzip.compress(WHOLE[:-30]), "expected </labels> after the last whole record, found b'"),
    "cut inside CDATA": (
        gzip.compress(b"<labels>" + label(1) + b"<label><id>2</id><name><![CDATA[</label></labels>"),
        "found",
    ),
    "two documents": (gzip.compress(WHOLE + WHOLE), "found </labels> before the last record"),
    "more bad records than a month may lack": (
        gzip.compress(labels(*(label("x") for _ in range(21)), label(1))),
        "21 of 22 records could not be read",
    ),
    "bad records alone": (gzip.compress(labels(label("x"))), "1 of 1 records could not be read"),
}


def refused_well(said: Said, named: str) -> None:
    """The error names the file, what is wrong and what to do, and nothing is left."""
    assert said["error"].startswith(("DumpDamagedError: ", "DumpMissingError: ", "BudgetExceededError: "))
    assert "discogs_20261001_labels.xml.gz" in said["error"]
    assert named in said["error"]
    assert "etch" in said["error"] or "ompare" in said["error"]
    assert said["left"] == []


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_dump_is_refused_with_the_file_the_place_and_what_to_do(tmp_path: Path, case: str) -> None:
    data, named = REFUSED[case]
    put(tmp_path, data)
    refused_well(read(tmp_path, "labels"), named)


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a gigabyte of zeros": (lambda: pack_gzip(b"", bytes(MEGABYTE)), "begins with b'\\x00"),
    "a gigabyte of space between records": (
        lambda: pack_gzip(b"<labels>" + label(1), b" " * MEGABYTE, label(2) + b"</labels>"),
        "a record does not end within",
    ),
    "a gigabyte of one record": (
        lambda: pack_gzip(b"<labels><label><id>1</id><name>", b"x" * MEGABYTE, b"</name></label></labels>"),
        "a record does not end within",
    ),
    "a gigabyte of records without an id": (
        lambda: pack_gzip(b"<labels>\n", b"<label><name>x</name></label>\n" * 30_000, b"</labels>"),
        "more than 10,000 records of one block could not be read",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_is_refused_in_bounded_memory_and_time(tmp_path: Path, case: str) -> None:
    make, named = BOMBS[case]
    put(tmp_path, make())
    refused_well(read_apart(tmp_path), named)


@pytest.mark.parametrize(
    ("checksum", "named"),
    [
        (f"{'0' * 64} discogs_20261001_labels.xml.gz\n", "DumpDamagedError: "),
        ("<!DOCTYPE html><html></html>", "DumpMissingError: no checksum for discogs_20261001_labels.xml.gz"),
        ("", "DumpMissingError: no checksum"),
        (f"{'0' * 64} discogs_20261001_artists.xml.gz\n", "DumpMissingError: no checksum"),
        (f"{'0' * 63} discogs_20261001_labels.xml.gz\n", "DumpMissingError: no checksum"),
    ],
)
def test_a_file_that_its_month_does_not_vouch_for_is_refused(tmp_path: Path, checksum: str, named: str) -> None:
    put(tmp_path, gzip.compress(WHOLE), checksum=checksum)
    assert named in read(tmp_path, "labels")["error"]


SKIPPED: dict[str, tuple[bytes, str]] = {
    "a byte of another encoding": (label(2, b"<name>\xe4</name>"), "encoding"),
    "a truncated UTF-8 sequence": (label(2, b"<name>\xc3</name>"), "encoding"),
    "a surrogate in UTF-8": (label(2, b"<name>\xed\xa0\x80</name>"), "encoding"),
    "a NUL": (label(2, b"<name>a\x00b</name>"), "0x0"),
    "a written NUL": (label(2, b"<name>&#0;</name>"), "xmlChar value 0"),
    "a control character": (label(2, b"<name>a\x08b</name>"), "Char value 8"),
    "a tag that is not closed": (label(2, b"<name>a"), "mismatch"),
    "tags that cross": (label(2, b"<name><a></name></a>"), "mismatch"),
    "a bare ampersand": (label(2, b"<name>R & B</name>"), "xmlParseEntityRef"),
    "an entity of HTML": (label(2, b"<name>&nbsp;</name>"), "Entity 'nbsp'"),
    "an attribute twice": (label(2, b'<parentLabel id="1" id="2">x</parentLabel>'), "redefined"),
    "an attribute without quotes": (label(2, b"<parentLabel id=1>x</parentLabel>"), "AttValue"),
    "no id": (b"<label><name>x</name></label>", "its id is None"),
    "an empty id": (label("", b""), "its id is None"),
    "an id of 0": (label(0), "its id is '0'"),
    "a negative id": (label(-1), "its id is '-1'"),
    "an id that is no number": (label("2a"), "its id is '2a'"),
    "an id of 30 digits": (label("9" * 30), "its id is '999"),
    "an id in two elements": (label(2, b"<id>3</id>"), "<id> occurs 2 times"),
    "a name twice": (label(2, b"<name>a</name><name>b</name>"), "<name> occurs 2 times"),
    "an id again": (label(1, b"<name>Other</name>"), "duplicate id 1"),
    "ten thousand elements deep": (label(2, b"<a>" * 10_000 + b"</a>" * 10_000), "depth"),
}


@pytest.mark.parametrize("case", SKIPPED)
def test_a_bad_record_is_set_aside_and_the_others_load(tmp_path: Path, case: str) -> None:
    bad, reason = SKIPPED[case]
    put(tmp_path, gzip.compress(labels(label(1), bad, label(4), label(5))))
    said = read(tmp_path, "labels")
    assert said["ids"] == [1, 4, 5]
    assert (said["framed"], len(said["refused"])) == (4, 1)
    assert reason in said["refused"][0]


@dataclass(frozen=True)
class Loaded:
    """A document, the ids of its records, and what else has to hold."""

    data: bytes
    ids: list[int]
    holds: Callable[[dict[str, Any]], bool] = lambda said: True


def first(said: dict[str, Any], name: str = "name") -> Any:
    return said["rows"][name][0]


LOADED = {
    "an id over 31 bits": Loaded(labels(label(2147483648)), [2147483648]),
    "descending ids": Loaded(labels(label(3), label(1), label(2)), [3, 1, 2]),
    "a byte order mark, CRLF and a declaration": Loaded(
        b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\r\n" + WHOLE.replace(b"\n", b"\r\n"), [1, 2, 3]
    ),
    "comments between and in records": Loaded(
        labels(b"<!-- <label> -->", label(1, b"<name>a<!-- </label> -->b</name>"), b"<!-- -->"),
        [1],
        lambda said: first(said) == "ab",
    ),
    "a processing instruction": Loaded(labels(label(1, b"<?php echo ?><name>a</name>")), [1]),
    "records without line ends": Loaded(b"<labels>" + label(1) + label(2) + b"</labels>", [1, 2]),
    "tags in CDATA": Loaded(
        labels(label(1, b"<profile><![CDATA[\n</label>\n<label><id>9</id>]]></profile>"), label(2)),
        [1, 2],
        lambda said: first(said, "profile") == "\n</label>\n<label><id>9</id>",
    ),
    "a name that is blank, missing, or a no-break space": Loaded(
        labels(label(1, b""), label(2, b"<name/>"), label(3, b"<name> </name>"), label(4, b"<name>\xc2\xa0</name>")),
        [1, 2, 3, 4],
        lambda said: said["rows"]["name"].null_count() == 4,
    ),
    "what no declaration reads": Loaded(
        labels(b'<label status="new"><id>1</id><founded unit="year">1999</founded></label>', label(2)),
        [1, 2],
        lambda said: said["undeclared"] == {"/label/@status": 1, "/label/founded": 1},
    ),
    "a line end inside a tag": Loaded(
        labels(b'<label\n><id\n>1</id ><parentLabel\nid="7">P</parentLabel></label>'), [1]
    ),
    "text that means something elsewhere": Loaded(
        labels(
            label(
                1,
                b"<name>'; DROP TABLE labels; -- \\. \\N {{7*7}} $(id) MATCH (n) DETACH DELETE n &lt;/label&gt;</name>",
            )
        ),
        [1],
        lambda said: first(said).endswith("DELETE n </label>"),
    ),
}


@pytest.mark.parametrize("case", LOADED)
def test_what_is_odd_but_sound_loads_whole(tmp_path: Path, case: str) -> None:
    put(tmp_path, gzip.compress(LOADED[case].data))
    said = read(tmp_path, "labels")
    assert (said.get("ids"), said.get("refused")) == (LOADED[case].ids, []), said
    assert LOADED[case].holds(said)


def test_several_members_are_one_file(tmp_path: Path) -> None:
    whole = labels(*map(label, range(1, 11)))
    put(tmp_path, gzip.compress(whole[:200]) + gzip.compress(whole[200:]))
    assert read(tmp_path, "labels")["ids"] == list(range(1, 11))


@pytest.mark.slow
@pytest.mark.parametrize(
    "big",
    [
        lambda: label(2, b"<profile>%b</profile>" % (b"ordinary text, " * (50 << 16))),
        lambda: label(
            2, b"<sublabels>%b</sublabels>" % b"".join(b'<label id="%d">x</label>' % n for n in range(100_000))
        ),
        lambda: label(2, b"<urls>%b</urls>" % (b"<url>http://example.com</url>" * 500_000)),
    ],
    ids=["a text of 50 MB", "100,000 sublabels", "500,000 urls"],
)
def test_a_huge_record_loads_in_bounded_memory(tmp_path: Path, big: Callable[[], bytes]) -> None:
    put(tmp_path, gzip.compress(labels(label(1), big(), label(3)), 1))
    assert read_apart(tmp_path)["ids"] == [1, 2, 3]


def test_odd_numbers_keep_their_text(tmp_path: Path) -> None:
    release = (
        b'<release id="1"><formats><format name="File" qty="%b"/></formats><released>-1</released>'
        b"<master_id></master_id><tracklist><track><duration>99:99:99</duration></track></tracklist>"
        b'<videos><video duration="" src="x"/></videos><companies><company><id>007</id></company></companies></release>'
    ) % (b"9" * 52)
    put(tmp_path, gzip.compress(b"<releases>" + release + b"</releases>"), "releases")
    (row,) = read(tmp_path, "releases")["rows"].to_dicts()
    assert row["formats"][0]["qty"] == "9" * 52
    assert (row["released"], row["year"], row["master_id"]) == ("-1", None, None)
    assert row["tracklist"][0]["duration"] == "99:99:99"
    assert (row["companies"][0]["id"], row["raw"]) == (7, [{"path": "companies[0].id", "text": "007"}])

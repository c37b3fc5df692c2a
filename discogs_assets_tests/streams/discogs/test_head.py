"""Tests of `streams.discogs.head`."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from discogs_assets.errors import DumpDamagedError
from discogs_assets.schema.discogs import LABELS
from discogs_assets.streams.discogs import convert, head

XSI = b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def read(folder: Path, data: bytes) -> tuple[convert.Account, pl.DataFrame, pl.DataFrame]:
    source = folder / "discogs_20261101_labels.xml.gz"
    source.write_bytes(gzip.compress(data))
    for name in ("good", "bad"):
        (folder / name).mkdir()
    account = convert.write(convert.Source(source, LABELS, "aa", 2027), folder / "good", folder / "bad")
    return account, pl.read_parquet(folder / "good"), pl.read_parquet(folder / "bad")


def document(declaration: bytes, name: bytes) -> bytes:
    return declaration + b"<labels><label><id>1</id><name>" + name + b"</name></label></labels>"


@pytest.mark.parametrize(
    "declaration",
    [
        b"",
        b"\xef\xbb\xbf",
        b'<?xml version="1.0"?>',
        b"<?xml version='1.0' encoding='utf-8'?>\n",
        b'<?xml version = "1.0" encoding = "Utf-8" standalone="yes" ?>\r\n<!-- <labels> -->',
        b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF8"?><?style labels?>',
    ],
)
def test_utf8_is_read_however_it_is_declared(tmp_path: Path, declaration: bytes) -> None:
    assert read(tmp_path, document(declaration, "Ä€".encode()))[1]["name"].to_list() == ["Ä€"]


@pytest.mark.parametrize(
    ("encoding", "name", "text"),
    [
        ("ISO-8859-1", b"\xc3\xa4", "Ã¤"),
        ("latin1", b"\xe4", "ä"),
        ("ISO-8859-15", b"\xa4", "€"),
        ("windows-1252", b"\x80", "€"),
        ("US-ASCII", b"a", "a"),
    ],
)
def test_a_declared_encoding_is_honoured(tmp_path: Path, encoding: str, name: bytes, text: str) -> None:
    declaration = f"<?xml version='1.0' encoding='{encoding}'?>".encode()
    assert read(tmp_path, document(declaration, name))[1]["name"].to_list() == [text]


@pytest.mark.parametrize(("encoding", "byte"), [("US-ASCII", b"\xc3\xa4"), ("windows-1252", b"\x81")])
def test_a_byte_that_is_no_character_of_its_encoding_sets_the_record_aside(
    tmp_path: Path, encoding: str, byte: bytes
) -> None:
    records = b"<label><id>1</id><name>" + byte + b"</name></label><label><id>2</id></label>"
    account, good, _ = read(
        tmp_path, f"<?xml version='1.0' encoding='{encoding}'?><labels>".encode() + records + b"</labels>"
    )
    assert good["id"].to_list() == [2]
    assert account.refused == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            document(b"<?xml version='1.0' encoding='Shift_JIS'?>", b"a"),
            "declares the encoding Shift_JIS, expected UTF-8",
        ),
        (document(b"<?xml version='1.0' encoding='x-foo'?>", b"a"), "x-foo"),
        (document(b"<?xml version='1.0' encoding='UTF-16'?>", b"a"), "its head cannot be read|UTF-16"),
        (document(b"\xef\xbb\xbf<?xml version='1.0' encoding='latin1'?>", b"a"), "the byte order mark of UTF-8, but"),
        (document(b"", b"a").decode().encode("utf-16"), "which is UTF-16"),
        (document(b"", b"a").decode().encode("utf-16-be"), "which is UTF-16"),
        (document(b"<!DOCTYPE labels>", b"a"), "begins with b'<!DOCTYPE"),
        (b"<labels a='1' a='2'></labels>", "Attribute a redefined"),
        (b"<labels a='&lol;'></labels>", "Entity 'lol' not defined"),
    ],
)
def test_a_head_that_cannot_be_honoured_refuses_the_file(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(DumpDamagedError, match=said):
        read(tmp_path, data)


def test_prefixes_of_the_root_hold_in_every_record(tmp_path: Path) -> None:
    strange = b'<label><id>%d</id><profile xsi:nil="true"/><xsi:new/></label>'
    plain = b"<label><id>2</id><name>a</name></label>"
    account, good, _ = read(
        tmp_path, b"<labels " + XSI + b' xsi:a="b" new="1">' + strange % 1 + plain + strange % 3 + b"</labels>"
    )
    assert good["id"].to_list() == [1, 2, 3]
    assert account.undeclared == {
        "/labels/@xmlns:xsi": 1,
        "/labels/@xsi:a": 1,
        "/labels/@new": 1,
        "/label/profile/@xsi:nil": 2,
        "/label/xsi:new": 2,
    }


def test_a_default_namespace_of_the_root_is_reported_and_otherwise_ignored(tmp_path: Path) -> None:
    account, good, _ = read(tmp_path, b"<labels xmlns='urn:a'><label><id>1</id></label></labels>")
    assert good["id"].to_list() == [1]
    assert account.undeclared == {"/labels/@xmlns": 1}


def test_a_prefix_that_nothing_declares_sets_the_record_aside(tmp_path: Path) -> None:
    account, good, bad = read(tmp_path, b"<labels><label><id>1</id><a:b/></label><label><id>2</id></label></labels>")
    assert (account.framed, good["id"].to_list()) == (2, [2])
    assert "prefix a" in bad["reason"][0]


def test_a_namespace_is_carried_with_its_characters_escaped() -> None:
    found = head.read(b"<labels xmlns:a='urn:a?b&amp;c'>", "labels")
    assert found.namespaces == b' xmlns:a="urn:a?b&amp;c"'

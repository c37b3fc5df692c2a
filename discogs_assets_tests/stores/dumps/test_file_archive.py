"""Tests of `stores.dumps.file_archive`."""

from pathlib import Path

import pytest

from discogs_assets.stores.dumps.file_archive import identify_source, is_noted, read_note, write_note


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://data.discogs.com/", "HTTPS://user:hunter2@Data.Discogs.com?token=hunter2"),
        ("https://a/b/", "https://a/b"),
        ("s3://bucket/prefix", "s3://key:hunter2@bucket/prefix/?X-Amz-Signature=hunter2"),
        ("dumps", "./dumps/../dumps/"),
        ("dumps", "link"),
    ],
)
def test_a_source_has_one_identity_without_secrets(
    one: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dumps").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "dumps")
    monkeypatch.chdir(tmp_path)
    assert identify_source(one) == identify_source(other)
    assert "hunter2" not in identify_source(other)


def test_other_sources_have_other_identities(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = ["https://a/", "https://a:81/", "https://a/b", "s3://a/", "s3://a/b", "a", "b"]
    found = {identify_source(each) for each in addresses}
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://key:hunter2@s3.example.com/")
    mirrored = identify_source("s3://a/")
    assert len({*found, mirrored}) == len(addresses) + 1
    assert mirrored == "s3://a/ at s3.example.com"


def test_a_note_tells_its_source_by_its_name(tmp_path: Path) -> None:
    assert is_noted("a", []) is None
    write_note("a", tmp_path)
    names = [file.name for file in tmp_path.iterdir()]
    assert (is_noted("a", names), is_noted("b", names), read_note(tmp_path)) == (True, False, "a")

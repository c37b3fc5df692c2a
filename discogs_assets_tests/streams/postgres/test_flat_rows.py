"""Tests of `streams.postgres.flat_rows`."""

import csv
import io
import json
from pathlib import Path

import polars as pl

from discogs_assets.schema.flat_table import Sheet
from discogs_assets.schema.model import Field, Type
from discogs_assets.schema.musicbrainz_tables import EXTERNAL_LINKS, SHEETS
from discogs_assets.streams.postgres import flat_rows
from discogs_assets_tests.fix_musicbrainz import files, link, mbid, record

ARTISTS = next(sheet for sheet in SHEETS if sheet.name == "artists")


def rows(sheet: Sheet, *found: Path) -> list[dict[str, str]]:
    text = b"".join(flat_rows.csv(sheet, found)).decode()
    return [*csv.DictReader(io.StringIO(text), [field.name for field in sheet.fields])]


def test_a_record_is_a_row_of_its_single_values_with_all_of_it_as_json(tmp_path: Path) -> None:
    links = [link("https://www.discogs.com/artist/7", ended=True), link("https://www.discogs.com/artist/9")]
    said = record(1, *links, gender="Female", ipis=["00001"], **{"life-span": {"begin": "1946", "ended": False}})
    (row,) = rows(ARTISTS, *files(tmp_path, artist=[said])["musicbrainz/artist"])
    assert (row["mbid"], row["discogs_id"], row["gender"], row["begin_date"]) == (mbid(1), "9", "Female", "1946")
    whole = json.loads(row["data"])
    assert (whole["ipis"], [each["id"] for each in whole["discogs"]]) == (["00001"], [7, 9])
    assert "aliases" not in whole


def test_a_record_without_a_match_has_no_id_at_discogs(tmp_path: Path) -> None:
    (row,) = rows(ARTISTS, *files(tmp_path, artist=[record(1)])["musicbrainz/artist"])
    assert row["discogs_id"] == ""


def test_a_list_is_json_and_an_empty_one_no_value(tmp_path: Path) -> None:
    sheet = Sheet("x", "y", "A table.", ("a",), (Field("a", "", "A list.", Type.JSON), Field("b", "c", "Another.")))
    values = [['q"uote', "ü"], [], None]
    pl.DataFrame({"a": values, "c": ["1", "", None]}).write_parquet(tmp_path / "x.parquet")
    text = b"".join(flat_rows.csv(sheet, [tmp_path / "x.parquet"])).decode()
    assert text == '"[""q\\""uote"",""ü""]",1\n,""\n,\n'


def test_the_head_has_the_columns_of_the_table(tmp_path: Path) -> None:
    found = files(tmp_path, artist=[record(1, *[link(f"https://{n}", "wikidata") for n in range(9)])])["links"]
    head = flat_rows.head(EXTERNAL_LINKS, found[0], 5)
    assert (head.columns, len(head)) == ([field.name for field in EXTERNAL_LINKS.fields], 5)

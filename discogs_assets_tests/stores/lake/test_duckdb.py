"""Tests of `stores.lake.duckdb`."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from discogs_assets.cli import output
from discogs_assets.errors import LoadError, SettingError
from discogs_assets.stores.lake import duckdb
from discogs_assets.stores.lake.duckdb import LakeTable
from discogs_assets.stores.lake.local_lake import Lake
from discogs_assets.stores.query_result import Document

OCTOBER, NOVEMBER = "2026-10-01", "2026-11-01"
ASSETS = (
    "parquet/discogs/releases",
    "changes/discogs/releases",
    "parquet/musicbrainz/artist",
    "parquet/musicbrainz/release-group",
    "graph/nodes/Artist",
    "graph/relationships/BY",
    "insights/artist_centrality",
    "one/twin",
    "two/twin",
)


def put(
    lake: Lake,
    asset: str,
    partition: str = NOVEMBER,
    name: str = "part-0000",
    columns: dict[str, list[Any]] | None = None,
) -> None:
    """A file of the asset; by default its one row is the asset's name."""
    folder = lake.folder(asset.split("/"), partition)
    folder.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(columns or {"asset": [asset]}).write_parquet(folder / f"{name}.parquet")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    found = Lake(tmp_path / "o'lake=1")
    for asset in ASSETS:
        put(found, asset)
    return found


def ask(lake: Lake, question: str, month: str | None = None) -> list[list[Any]]:
    with duckdb.asking(lake, month, question, 256 << 20, 1) as answer:
        return [list(row) for row in answer.rows]


@pytest.mark.parametrize(
    ("name", "asset"),
    [
        ("releases", "parquet/discogs/releases"),
        ("RELEASES", "parquet/discogs/releases"),
        ("discogs.releases", "parquet/discogs/releases"),
        ("changes.releases", "changes/discogs/releases"),
        ("nodes.artist", "graph/nodes/Artist"),
        ("Artist", "graph/nodes/Artist"),
        ("artist", "parquet/musicbrainz/artist"),
        ('musicbrainz."release-group"', "parquet/musicbrainz/release-group"),
        ('relationships."BY"', "graph/relationships/BY"),
        ('"BY"', "graph/relationships/BY"),
        ("insights.artist_centrality", "insights/artist_centrality"),
        ("artist_centrality", "insights/artist_centrality"),
        ("one.twin", "one/twin"),
    ],
)
def test_a_table_is_called_as_its_folders_are(name: str, asset: str, lake: Lake) -> None:
    assert ask(lake, f"SELECT asset FROM {name} AS t") == [[asset]]


def test_a_plain_name_of_several_tables_is_refused_with_their_names(lake: Lake) -> None:
    with pytest.raises(LoadError, match=r'twin may be any of one\."twin", two\."twin"'):
        ask(lake, "FROM twin")


def test_tables_are_listed_by_a_table(lake: Lake) -> None:
    assert ask(lake, "SELECT asset FROM tables ORDER BY ALL") == [[asset] for asset in sorted(ASSETS)]
    assert ask(lake, "SELECT schema, name FROM tables WHERE asset LIKE '%BY'") == [["relationships", "BY"]]


def test_a_name_that_is_no_table_is_refused_and_says_where_they_are_listed(lake: Lake) -> None:
    with pytest.raises(LoadError, match=r"(?s)nope does not exist.*`FROM tables` lists the tables of 2026-11"):
        ask(lake, "FROM nope")


def test_the_month_is_the_newest_or_the_one_that_is_named(lake: Lake) -> None:
    put(lake, "parquet/discogs/releases", OCTOBER, columns={"asset": ["old"]})
    assert ask(lake, "SELECT asset FROM releases") == [["parquet/discogs/releases"]]
    assert ask(lake, "SELECT asset FROM releases", "2026-10") == [["old"]]
    with pytest.raises(SettingError, match="'2026-09', expected one that is in the lake: 2026-10, 2026-11"):
        ask(lake, "FROM releases", "2026-09")


def test_an_empty_lake_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"is empty\. Materialise a month first"):
        ask(Lake(tmp_path / "none"), "SELECT 1")


def test_only_the_files_of_the_tables_that_are_named_are_taken(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    files = Lake.files

    def noted(self: Lake, key: Any, partition: str) -> list[Path]:
        taken.append("/".join(key))
        return files(self, key, partition)

    monkeypatch.setattr(Lake, "files", noted)
    ask(lake, "WITH x AS (SELECT 1) SELECT r.asset AS artist FROM releases r, x WHERE 'nodes.Artist' <> ''")
    assert taken == ["parquet/discogs/releases"]
    ask(lake, "SELECT '日本 releases' FROM nodes.Artist, changes.releases")
    assert sorted(taken[1:]) == ["changes/discogs/releases", "graph/nodes/Artist"]


@pytest.mark.parametrize(
    "question",
    [
        "SELECT c.asset FROM changes.releases c FULL JOIN discogs.releases r USING (asset) WHERE c.asset IS NOT NULL",
        "SELECT asset FROM (SELECT COLUMNS('asset') FROM changes.releases)",
        "WITH releases AS (FROM changes.releases) SELECT asset FROM releases",
        "SELECT (SELECT max(asset) FROM changes.releases) FROM releases",
        "SELECT c.asset FROM changes.releases c, releases WHERE 'ü日本' <> ''",
        'SELECT c.asset FROM discogs.releases r, "changes" . "RELEASES" c /* discogs.labels */',
    ],
)
def test_tables_are_found_wherever_a_question_names_them(question: str, lake: Lake) -> None:
    assert ask(lake, question) == [["changes/discogs/releases"]]


def test_what_with_names_hides_a_table(lake: Lake) -> None:
    assert ask(lake, "WITH twin AS (SELECT 1), artist AS (SELECT 2) FROM twin, artist") == [[1, 2]]


def test_files_of_one_table_may_differ_in_columns_as_those_of_a_relationship_between_several_nodes_do(
    lake: Lake,
) -> None:
    put(lake, "graph/relationships/IS", name="a", columns={":START_ID(Master)": [1], ":END_ID(Genre)": [2]})
    put(lake, "graph/relationships/IS", name="b", columns={":START_ID(Release)": [3], ":END_ID(Genre)": [4]})
    question = 'SELECT ":START_ID(Master)", ":START_ID(Release)" FROM relationships."IS" ORDER BY ALL'
    assert ask(lake, question) == [[1, None], [None, 3]]


@pytest.mark.parametrize("statement", ["DESCRIBE", "SUMMARIZE"])
@pytest.mark.parametrize("name", ["artist", "changes.releases", 'nodes."artist"'])
def test_a_table_is_described(statement: str, name: str, lake: Lake) -> None:
    assert ask(lake, f"{statement} {name}")[0][:2] == ["asset", "VARCHAR"]


@pytest.mark.parametrize("question", ["SELECT releases(1)", "FROM releases(1)", "FROM a.b.releases", "SELECT 1::twin"])
def test_a_table_is_not_taken_for_something_else_of_its_name(question: str, lake: Lake) -> None:
    with pytest.raises(LoadError, match="DuckDB rejects the query"):
        ask(lake, question)


@pytest.mark.parametrize("question", ["FROM (PIVOT releases ON asset USING count(*))", "PIVOT releases ON asset"])
def test_a_pivot_over_values_that_are_not_known_before_is_a_question(question: str, lake: Lake) -> None:
    assert ask(lake, question)


@pytest.mark.parametrize(
    "statement",
    [
        "COPY releases TO 'out.csv'",
        "COPY (PIVOT releases ON asset) TO 'out.csv'",
        "/* FROM */ -- SELECT\n COPY releases TO 'out.csv'",
        "EXPLAIN ANALYZE COPY releases TO 'out.csv'",
        "DELETE FROM releases",
        "CREATE TABLE x AS FROM releases",
        "ATTACH 'out.db'",
        "SET memory_limit = '1TB'",
        "INSTALL httpfs",
        "CALL pragma_version()",
    ],
)
def test_whatever_does_more_than_read_is_refused(statement: str, lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="is not a query"):
        ask(lake, statement)
    assert not [*tmp_path.glob("out.*")]


@pytest.mark.parametrize("text", ["SELECT 1; SELECT 2", "-- nothing"])
def test_a_text_is_one_statement(text: str, lake: Lake) -> None:
    with pytest.raises(LoadError, match="expected one query"):
        ask(lake, text)


def test_a_refused_question_says_where(lake: Lake) -> None:
    with pytest.raises(LoadError, match=r"(?s)nope.*LINE 1: SELECT nope.*\^"):
        ask(lake, "SELECT nope FROM releases")


def test_nothing_is_fetched_and_no_variable_of_ours_is_a_table(lake: Lake) -> None:
    with pytest.raises(LoadError, match="httpfs"):
        ask(lake, "FROM 'http://127.0.0.1:1/x.csv'")
    held = pl.DataFrame({"a": [1]})
    with pytest.raises(LoadError, match="held does not exist"):
        ask(lake, "FROM held")
    assert len(held) == 1


def test_a_file_of_the_users_is_a_table(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("asset,rating\nparquet/discogs/releases,5\n")
    assert ask(lake, "SELECT rating FROM 'mine.csv' JOIN releases USING (asset)") == [[5]]


def test_json_is_a_document_and_times_have_their_zone(lake: Lake) -> None:
    ((document, missing, moment),) = ask(lake, "SELECT '[1]'::json, NULL::json, '1969-09-26 00:00+00'::timestamptz")
    assert (document, missing) == (Document("[1]"), None)
    assert moment.isoformat().startswith("1969-09-2")
    assert moment.tzinfo


@pytest.mark.parametrize("asset", ASSETS)
def test_the_long_name_of_a_table_is_always_understood(asset: str, lake: Lake) -> None:
    assert ask(lake, f"SELECT asset FROM {LakeTable.of(asset)}") == [[asset]]


@pytest.mark.parametrize(
    ("expression", "expected"),
    {
        "170141183460469231731687303715884105727::HUGEINT": "170141183460469231731687303715884105727",
        "1.10::DECIMAL(38, 20)": "1.10000000000000000000",
        "['nan'::DOUBLE, '-inf'::DOUBLE]": '["NaN", "-Infinity"]',
        """'{"a": 1.10, "b": 9007199254740993.5}'::JSON""": '{"a": 1.10, "b": 9007199254740993.5}',
        "'[1e400]'::JSON": "[1e400]",
        "to_json(['nan'::DOUBLE, 1.5])": '["NaN", 1.5]',
        "to_json('inf'::DOUBLE)": '"Infinity"',
        "'null'::JSON": "null",
        "{'a': 1.50::DECIMAL(3, 2), 'b': ['x', NULL]}": '{"a": 1.50, "b": ["x", null]}',
        "MAP {1.5::DECIMAL(3, 1): DATE '1969-09-26'}": '{"1.5": "1969-09-26"}',
        "MAP {[1]: 2}": '{"key": [[1]], "value": [2]}',
        "'00000000-0000-0000-0000-000000000001'::UUID": '"00000000-0000-0000-0000-000000000001"',
        r"'\xFF'::BLOB": r'"\\xff"',
        "TIMESTAMP '1969-09-26 10:00:00.5'": '"1969-09-26T10:00:00.500000"',
        "TIME '24:00:00'": '"24:00:00"',
    }.items(),
)
def test_an_answer_has_every_digit_of_every_type(expression: str, expected: str, lake: Lake) -> None:
    ((value,),) = ask(lake, f"SELECT {expression}")
    assert output.compact(value) == expected

"""Tests of `defs.metadata`."""

import pyarrow as pa
import pytest

from discogs_assets.defs import keys, metadata
from discogs_assets.schema.child_tables import TABLES
from discogs_assets.schema.discogs import RELEASES


@pytest.mark.parametrize(
    ("column", "kind", "expected"),
    [
        ("id:ID(Artist)", pa.int64(), ("id", "INTEGER")),
        ("name", pa.large_string(), ("name", "STRING")),
        ("genres:string[]", pa.large_list(pa.large_string()), ("genres", "LIST<STRING>")),
        ("years", pa.list_(pa.int32()), ("years", "LIST<INTEGER>")),
        ("ended", pa.bool_(), ("ended", "BOOLEAN")),
        ("share", pa.float64(), ("share", "FLOAT")),
    ],
)
def test_a_property_has_the_name_and_type_of_neo4j(column: str, kind: pa.DataType, expected: tuple[str, str]) -> None:
    (found,) = metadata.property_schema(pa.schema({column: kind}), {column: "Meaning."}).schema.columns
    assert (found.name, found.type, found.description) == (*expected, "Meaning.")


@pytest.mark.parametrize("column", [":ID(Genre)", ":START_ID(Artist)", ":END_ID(Release)"])
def test_ids_of_the_import_are_no_properties(column: str) -> None:
    assert not metadata.property_schema(pa.schema({column: pa.int64()}), {}).schema.columns


def test_the_lineage_of_a_table_names_the_asset_of_its_parquet() -> None:
    found = metadata.describe_view(TABLES["tracks"])["dagster/column_lineage"].value
    (dep,) = found.deps_by_column["title"]
    assert (dep.asset_key, dep.column_name) == (keys.records(RELEASES), "tracklist")

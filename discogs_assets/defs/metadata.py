"""Dagster metadata of a partition: rows, bytes, seconds, columns, a preview, and the dumps it was made from."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from discogs_assets.defs import keys
from discogs_assets.schema.backends import lineage, sql
from discogs_assets.schema.child_tables import Table
from discogs_assets.streams import report
from discogs_assets.streams.parquet import Versions

Metadata = dict[str, Any]
"""Metadata values accepted by Dagster: MetadataValue objects, numbers and text."""

VERSIONS = "dump_versions"
"""Metadata key: for each entity, the sha256 of the dumps that the partition was made from."""

DAY, UPLOAD = "dump_date", "upload"
"""Metadata keys of a dump: the day in its name, and the days of all files published with it."""

SOURCE = "source"
"""Metadata key of a dump: its source address, without secrets."""

PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 8
PREVIEW_CHARACTERS = 60


def describe_output(rows: int, size: int, seconds: float) -> Metadata:
    """Return rows, bytes and seconds as metadata, plotted over the months."""
    return {
        "dagster/partition_row_count": dg.MetadataValue.int(rows),
        "bytes": dg.MetadataValue.int(size),
        "seconds": dg.MetadataValue.float(round(seconds, 3)),
    }


def picture(svg: str, title: str) -> dg.MarkdownMetadataValue:
    """Return a picture that is embedded in the record; the UI shows less than 1,000 characters without a click."""
    return dg.MetadataValue.md(f"![{title}](data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})")


def versions(made_from: Versions) -> Metadata:
    """Return the dumps that the partition was made from, as metadata."""
    return {VERSIONS: dg.MetadataValue.json({entity: list(sums) for entity, sums in made_from.items()})}


def read_versions(metadata: Mapping[str, Any]) -> dict[str, list[str]]:
    """Read back the metadata of `versions`; empty if there is none."""
    value = metadata.get(VERSIONS)
    found = value.value if value is not None else {}
    return dict(found)


def files(address: str, paths: Sequence[Path], meanings: Mapping[str, str] | None = None) -> Metadata:
    """Return the address, the columns and the first rows of the partition's files."""
    return {"dagster/uri": dg.MetadataValue.text(address), **contents(paths, meanings)}


def contents(paths: Sequence[Path], meanings: Mapping[str, str] | None = None) -> Metadata:
    """Return the columns and first rows of the files; `meanings` describes columns that lack a description."""
    return {
        "dagster/column_schema": column_schema(pq.read_schema(paths[0]), meanings or {}),
        "preview": preview(pl.scan_parquet(paths[0]).head(PREVIEW_ROWS).collect()),
    }


def column_schema(schema: pa.Schema, meanings: Mapping[str, str]) -> dg.TableSchemaMetadataValue:
    """Return the columns with their types and descriptions."""
    said = {field.name: (field.metadata or {}).get(b"doc", b"").decode() for field in schema}
    columns = [
        dg.TableColumn(field.name, str(field.type), meanings.get(field.name) or said[field.name] or None)
        for field in schema
    ]
    return dg.MetadataValue.table_schema(dg.TableSchema(columns))


def view_schema(of: Table) -> dg.TableSchemaMetadataValue:
    """Return the columns of a table's view."""
    columns = [dg.TableColumn(column.name, column.type, column.doc) for column in sql.columns(of)]
    return dg.MetadataValue.table_schema(dg.TableSchema(columns))


def describe_view(of: Table) -> Metadata:
    """Return the columns of a table's view, and the columns of Parquet that they are made from."""
    deps = {
        name: [dg.TableColumnDep(rows, column) for rows in keys.sources(of) for column in columns]
        for name, columns in lineage.read_columns(of).items()
    }
    return {
        "dagster/column_schema": view_schema(of),
        "dagster/column_lineage": dg.MetadataValue.column_lineage(dg.TableColumnLineage(deps)),
    }


def property_schema(schema: pa.Schema, meanings: Mapping[str, str]) -> dg.TableSchemaMetadataValue:
    """Return the properties in an import file with their types in Cypher; columns of ids of the import are left out."""
    columns = [
        dg.TableColumn(name, _cypher_type(field.type), meanings.get(field.name))
        for field in schema
        if (name := field.name.partition(":")[0])
    ]
    return dg.MetadataValue.table_schema(dg.TableSchema(columns))


def _cypher_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"LIST<{_cypher_type(kind.value_type)}>"
    tests = {"INTEGER": pa.types.is_integer, "FLOAT": pa.types.is_floating, "BOOLEAN": pa.types.is_boolean}
    return next((name for name, test in tests.items() if test(kind)), "STRING")


def preview(frame: pl.DataFrame) -> dg.MarkdownMetadataValue:
    """Return the first rows as a Markdown table, with long texts cut."""
    shown = frame.select(pl.all().exclude(pl.Struct, pl.Binary))[:, :PREVIEW_COLUMNS]
    lines = pl.col(pl.String).str.replace_all(r"\s+", " ").str.slice(0, PREVIEW_CHARACTERS)
    shown = shown.with_columns(lines.str.replace_all(report.SPECIAL.pattern, r"\${1}"))
    with pl.Config(
        tbl_formatting="MARKDOWN",
        tbl_hide_dataframe_shape=True,
        tbl_hide_column_data_types=True,
        tbl_cols=PREVIEW_COLUMNS,
        fmt_str_lengths=2 * PREVIEW_CHARACTERS,
        tbl_width_chars=10_000,
    ):
        return dg.MetadataValue.md(str(shown).replace("\n\n", "\n"))

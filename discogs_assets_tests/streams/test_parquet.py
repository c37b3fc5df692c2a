"""Tests of `streams.parquet`."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from discogs_assets.streams import parquet

SCHEMA = pa.schema([pa.field("id", pa.int64(), metadata={"doc": "An id."})])


def write(path: Path, batches: int, rows: int, made_from: parquet.Versions) -> None:
    with parquet.writing(path, SCHEMA, made_from) as writer:
        for number in range(batches):
            ids = range(number * rows, (number + 1) * rows)
            writer.write(pa.RecordBatch.from_arrays([pa.array(ids, pa.int64())], schema=SCHEMA))
    assert writer.rows == batches * rows


def test_batches_are_gathered_into_row_groups_of_bounded_size(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", 30, 10_000, {})
    groups = pq.read_metadata(tmp_path / "a.parquet")
    sizes = [groups.row_group(number).num_rows for number in range(groups.num_row_groups)]
    assert sum(sizes) == 300_000
    assert max(sizes) <= parquet.ROW_GROUP_ROWS
    assert pq.read_table(tmp_path / "a.parquet")["id"].to_pylist() == list(range(300_000))


def test_a_file_says_what_it_was_made_from_and_keeps_the_columns_meanings(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", 1, 1, {"artists": ["aa"]})
    write(tmp_path / "b.parquet", 1, 1, {"artists": ["bb"], "labels": ["cc"]})
    write(tmp_path / "c.parquet", 0, 1, {"labels": ["cc"]})
    found = parquet.versions(tmp_path / f"{name}.parquet" for name in "abc")
    assert found == {"artists": ["aa", "bb"], "labels": ["cc"]}
    assert pq.read_schema(tmp_path / "a.parquet").field("id").metadata[b"doc"] == b"An id."


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path / f"{name}.parquet", 3, 1000, {"artists": ["aa"]})
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_reading_a_file_keeps_nothing_of_what_has_been_read(tmp_path: Path) -> None:
    schema, numbers = pa.schema([("n", pa.int64())]), np.random.default_rng(1).integers(0, 2**62, 100_000)
    with pq.ParquetWriter(tmp_path / "x.parquet", schema) as writer:
        for _ in range(40):
            writer.write_table(pa.table({"n": numbers}, schema))
    before, most = pa.total_allocated_bytes(), 0
    for batch in parquet.batches(tmp_path / "x.parquet", rows=10_000):
        assert len(batch) == 10_000
        most = max(most, pa.total_allocated_bytes() - before)
    assert most < 10 * numbers.nbytes

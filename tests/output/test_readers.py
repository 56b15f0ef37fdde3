"""pandas, polars, DuckDB and pyarrow agree on what the dataset says, in plain folders.

The calls are those of docs/analysis.md. Spark is held to the same in tests/docs/test_spark.py.
"""

from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from output.dataset import read, schema_of
from tests.output.several_runs import (
    BARE,
    LATER,
    TABLES,
    assert_says_what_was_written,
    write_old,
    write_runs,
    written,
)


@pytest.fixture(scope="module")
def location(tmp_path_factory):
    return write_old(write_runs(tmp_path_factory.mktemp("dataset")))


def by_pyarrow(location, table):
    return ds.dataset(location / table, schema_of(table), partitioning="hive").to_table()


def by_pandas(location, table):
    frame = pd.read_parquet(location / table, schema=schema_of(table))
    return pa.Table.from_pandas(frame, schema_of(table), preserve_index=False)


def by_pandas_with_arrow(location, table):
    frame = pd.read_parquet(location / table, schema=schema_of(table), dtype_backend="pyarrow")
    frame = frame.astype({"outlet": "string[pyarrow]", "month": "string[pyarrow]"})
    return pa.Table.from_pandas(frame, preserve_index=False)


def by_polars(location, table):
    columns = pl.from_arrow(schema_of(table).empty_table()).schema
    return (
        pl.scan_parquet(location / table, schema=columns, missing_columns="insert")
        .collect()
        .to_arrow()
    )


def by_duckdb(location, table):
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        files = f"'{location}/{table}/**/*.parquet'"
        query = f"FROM read_parquet({files}, hive_partitioning = true, union_by_name = true)"
        return connection.sql(query).to_arrow_table()


READERS = [by_pyarrow, by_pandas, by_pandas_with_arrow, by_polars, by_duckdb]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("load", READERS)
def test_readers_agree_on_every_row_type_and_value(location, load, table):
    assert_says_what_was_written(load(location, table), table)


def test_output_read_agrees_on_every_row_type_and_value(location):
    assert_says_what_was_written(read(location), "articles")


def test_the_test_dataset_has_null_columns_old_files_and_hostile_texts():
    rows = written("articles")
    assert sum(all(row[name] is None for name in BARE) for row in rows) == 2
    assert sum(row["article_id"] == "kontan:1" for row in rows) == 2
    assert {row["month"] for row in rows} >= {"2020-01", "2023-12"}


def test_pandas_reads_the_plain_folder_by_itself(location):
    frame = pd.read_parquet(location / "articles")
    assert len(frame) == len(written("articles"))
    assert str(frame["published_at"].dtype) == "datetime64[us, UTC]"
    assert set(frame["outlet"]) == {"kontan", "antara", "tirto"}
    for name in ("paywalled", "zone_assumed"):  # nullable: a null is no False
        if name in frame:
            assert str(frame[name].dtype) == "boolean"
    assert "paywalled" in frame
    # It takes its columns from the first file that it finds.
    assert not set(LATER) & set(frame.columns)


def test_polars_scans_lazily_with_partitions(location):
    columns = pl.from_arrow(schema_of("articles").empty_table()).schema
    rows = pl.scan_parquet(location / "articles", schema=columns, missing_columns="insert")
    assert rows.filter(pl.col("outlet") == "tirto", pl.col("month") == "2023-09").collect().height

"""pandas, polars, DuckDB, pyarrow and Spark agree on what the dataset says, in plain folders.

They are called as docs/analysis.md calls them.
"""

from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from output.dataset import read, schema_of
from tests.output.several_runs import BARE, LATER, write_old, write_runs, written
from tests.spark import needs_spark

TABLES = ("articles", "rejects", "runs")


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


@pytest.fixture
def by_spark(spark):
    def load(location, table):
        rows = spark.read.option("mergeSchema", "true").parquet(str(location / table))
        return rows.toArrow()

    return load


READERS = [by_pyarrow, by_pandas, by_pandas_with_arrow, by_polars, by_duckdb]


def plain(kind):
    """A type without what differs between libraries and means nothing: the width of offsets, the
    names of list items."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [plain(kind.value_type)]
    if pa.types.is_struct(kind):
        return {field.name: plain(field.type) for field in kind}
    text = pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return "string" if text else str(kind)


def in_order(rows):
    return sorted(
        rows,
        key=lambda row: [
            str(row.get(name)) for name in ("article_id", "url", "fetched_at", "run_id")
        ],
    )


def assert_says_what_was_written(found, table):
    assert {field.name: plain(field.type) for field in found.schema} == {
        field.name: plain(field.type) for field in schema_of(table)
    }
    assert in_order(found.to_pylist()) == in_order(written(table))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("load", READERS)
def test_readers_agree_on_every_row_type_and_value(location, load, table):
    assert_says_what_was_written(load(location, table), table)


@needs_spark
@pytest.mark.parametrize("table", TABLES)
def test_spark_agrees_with_them(location, by_spark, table):
    assert_says_what_was_written(by_spark(location, table), table)


def test_so_does_our_own_reading(location):
    assert_says_what_was_written(read(location), "articles")


def test_the_dataset_holds_what_it_is_to_be_read_with():
    rows = written("articles")
    assert sum(all(row[name] is None for name in BARE) for row in rows) == 2
    assert sum(row["article_id"] == "kontan:1" for row in rows) == 2
    assert {row["month"] for row in rows} >= {"2020-01", "2023-12"}


def test_pandas_reads_the_plain_folder_by_itself(location):
    frame = pd.read_parquet(location / "articles")
    assert len(frame) == len(written("articles"))
    assert str(frame["published_at"].dtype) == "datetime64[us, UTC]"
    assert set(frame["outlet"]) == {"kontan", "antara", "tirto"}
    # It takes its columns from the first file that it finds.
    assert not set(LATER) & set(frame.columns)


def test_polars_scans_lazily_with_partitions(location):
    columns = pl.from_arrow(schema_of("articles").empty_table()).schema
    rows = pl.scan_parquet(location / "articles", schema=columns, missing_columns="insert")
    assert rows.filter(pl.col("outlet") == "tirto", pl.col("month") == "2023-09").collect().height

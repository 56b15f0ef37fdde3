"""pandas, polars, DuckDB and pyarrow agree on what the dataset says, in a plain folder."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from output.dataset import read
from output.schema import ARTICLES
from output.writer import Writer
from tests.output.rows import NOON, article

WIB = timezone(timedelta(hours=7))
BARE = {
    name: None
    for name in ARTICLES.names
    if ARTICLES.field(name).nullable and name != "published_at"
}


@pytest.fixture
def folder(tmp_path):
    """Three runs, two outlets, three months; whole columns are null in one file."""
    runs = [
        ("run-1", "kontan", [article(1, **BARE), article(2, **BARE)]),
        ("run-2", "kontan", [
            article(3, published_at=datetime(2023, 12, 31, 23, 30, tzinfo=WIB), tech_score=0.5,
                    zone_assumed=True, word_count=9, archive={"file": "a.warc.gz", "offset": 7}),
            article(4, related=[{"title": "Gawai lama", "url": None}], tags=["gawai", "5G"]),
        ]),
        ("run-2", "antara", [article(5, outlet="antara", published_at=None, authors=[])]),
    ]  # fmt: skip
    for run_id, outlet, rows in runs:
        writer = Writer(tmp_path, run_id)
        for row in rows:
            writer.write("articles", outlet, row)
        writer.flush()
    return str(tmp_path / "articles")


def by_pyarrow(folder):
    return ds.dataset(folder, partitioning="hive").to_table()


def by_pandas(folder):
    frame = pd.read_parquet(folder, dtype_backend="pyarrow")
    frame = frame.astype({"outlet": "string[pyarrow]", "month": "string[pyarrow]"})
    return pa.Table.from_pandas(frame, preserve_index=False)


def by_polars(folder):
    return pl.read_parquet(folder).to_arrow()


def by_duckdb(folder):
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        query = f"FROM read_parquet('{folder}/**/*.parquet', hive_partitioning = true)"
        return connection.sql(query).to_arrow_table()


def plain(kind):
    """A type without what differs between libraries and means nothing: the width of offsets, the
    names of list items."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [plain(kind.value_type)]
    if pa.types.is_struct(kind):
        return {field.name: plain(field.type) for field in kind}
    text = pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return "string" if text else str(kind)


@pytest.mark.parametrize("load", [by_pyarrow, by_pandas, by_polars, by_duckdb])
def test_readers_agree(folder, load):
    table = load(folder)
    truth = read(folder.removesuffix("/articles"))
    assert set(table.column_names) == set(truth.column_names)
    assert {field.name: plain(field.type) for field in table.schema} == {
        field.name: plain(field.type) for field in truth.schema
    }
    rows = table.select(truth.column_names).sort_by("article_id").to_pylist()
    assert rows == truth.sort_by("article_id").to_pylist()


def test_what_they_agree_on_is_what_was_written(folder):
    rows = {row["article_id"]: row for row in by_polars(folder).to_pylist()}
    assert len(rows) == 5
    assert rows["kontan:3"]["published_at"] == datetime(2023, 12, 31, 23, 30, tzinfo=WIB)
    assert rows["kontan:3"]["month"] == "2023-12"
    assert rows["kontan:3"]["archive"] == {"file": "a.warc.gz", "offset": 7}
    assert rows["kontan:4"]["related"] == [{"title": "Gawai lama", "url": None}]
    assert rows["kontan:1"]["tags"] is None
    assert rows["antara:5"]["month"] == f"{NOON:%Y-%m}"


def test_pandas_reads_the_plain_folder_by_itself(folder):
    frame = pd.read_parquet(folder)
    assert len(frame) == 5
    assert str(frame["published_at"].dtype) == "datetime64[us, UTC]"
    assert set(frame["outlet"]) == {"kontan", "antara"}
    assert frame[frame["outlet"] == "kontan"]["month"].astype(str).max() == "2023-12"


def test_polars_scans_lazily_with_partitions(folder):
    rows = pl.scan_parquet(folder, hive_partitioning=True)
    assert rows.filter(pl.col("outlet") == "antara").collect().height == 1

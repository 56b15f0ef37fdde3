"""Exports hold the dataset's rows, for every reader of their format."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
from contextlib import closing
from datetime import datetime

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from output.database import documented_views, write_database
from output.dataset import schema_of
from output.formats import FORMATS, write_spreadsheet
from output.selection import Selection, select
from output.sqlite import write_sqlite
from tests.datasets import NOON, write_clusters
from tests.output.rows import article
from tests.output.several_runs import HOSTILE, write_old, write_runs, written

SCHEMA = schema_of("articles")
STORIES = {"kontan:3": ["kontan:3", "antara:5"]}
NESTED = [field.name for field in SCHEMA if pa.types.is_nested(field.type)]
INSTANTS = [field.name for field in SCHEMA if pa.types.is_timestamp(field.type)]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return files of the same articles by format, DuckDB database included."""
    location = write_old(write_runs(tmp_path_factory.mktemp("dataset")))
    write_clusters(location, STORIES)
    folder = tmp_path_factory.mktemp("exported")
    for kind, write in FORMATS.items():
        with (folder / f"x.{kind}").open("wb") as file:
            write(select(location, Selection()), SCHEMA, file)
    database = folder / "x.duckdb"
    write_database(lambda table: select(location, Selection(), table), database)
    write_sqlite(select(location, Selection()), SCHEMA, folder / "x.sqlite")
    return {path.suffix[1:]: path for path in folder.iterdir()}


def in_order(rows):
    return sorted(rows, key=lambda row: (row["article_id"], str(row["fetched_at"])))


STORY_OF = {article: cluster for cluster, articles in STORIES.items() for article in articles}
EXPECTED = in_order(
    row | {"cluster_id": STORY_OF.get(row["article_id"], row["cluster_id"])}
    for row in written("articles")
)
CLUSTERED = [
    {"article_id": article, "cluster_id": cluster, "as_of": NOON, "wire": None}
    for cluster, articles in STORIES.items()
    for article in articles
]


def read_back(row):
    """Return `row` with instants, lists and structs parsed from their texts."""
    row = row | {name: row[name] and datetime.fromisoformat(row[name]) for name in INSTANTS}
    texts = [name for name in NESTED if isinstance(row[name], str)]
    return row | {name: json.loads(row[name]) for name in texts}


def test_csv_holds_every_row_and_tells_an_empty_text_from_null(files):
    kinds = {field.name: field.type for field in SCHEMA}
    options = pa.csv.ConvertOptions(
        column_types=kinds | dict.fromkeys([*NESTED, *INSTANTS], pa.string()),
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
    )
    parse = pa.csv.ParseOptions(newlines_in_values=True)
    table = pa.csv.read_csv(files["csv"], convert_options=options, parse_options=parse)
    assert table.column_names == SCHEMA.names
    assert in_order(map(read_back, table.to_pylist())) == EXPECTED


def test_a_list_in_csv_is_json(files):
    frame = pd.read_csv(files["csv"], parse_dates=["published_at"]).set_index("article_id")
    assert frame.loc["kontan:4", "tags"] == '["gawai","5G"]'
    assert frame.loc["kontan:4", "related"] == '[{"title":"Gawai lama","url":null}]'
    assert str(frame["published_at"].dtype) == "datetime64[us, UTC]"
    assert set(HOSTILE) - {"", " "} <= set(frame["title"])


def test_jsonl_holds_every_row(files):
    rows = [json.loads(line) for line in files["jsonl"].read_text("utf-8").split("\n")[:-1]]
    assert all(list(row) == SCHEMA.names for row in rows)
    assert in_order(map(read_back, rows)) == EXPECTED
    assert {row["published_at"] for row in rows if row["article_id"] == "kontan:3"} == {
        "2023-12-31T16:30:00.000000Z"
    }


def test_duckdb_reads_jsonl_with_its_types(files):
    with duckdb.connect() as connection:
        columns = "typeof(published_at), typeof(removed), typeof(tech_score)"
        found = connection.sql(f"SELECT {columns} FROM '{files['jsonl']}' LIMIT 1").fetchall()
    removed = 'STRUCT("rule" VARCHAR, "text" VARCHAR)[]'
    assert found == [("TIMESTAMP WITH TIME ZONE", removed, "DOUBLE")]


def test_exported_parquet_holds_every_row_and_the_columns_meanings(files):
    table = pq.read_table(files["parquet"])
    assert table.schema.equals(SCHEMA)
    assert [f.metadata[b"meaning"] for f in table.schema] == [
        f.metadata[b"meaning"] for f in SCHEMA
    ]
    assert in_order(table.to_pylist()) == EXPECTED


def test_the_database_holds_every_row_and_the_columns_meanings(files):
    with duckdb.connect(files["duckdb"], read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        assert in_order(connection.sql("FROM articles").to_arrow_table().to_pylist()) == EXPECTED
        assert connection.sql("FROM clusters").to_arrow_table().to_pylist() == CLUSTERED
        for table in ("rejects", "runs"):
            rows = connection.sql(f"FROM {table}").to_arrow_table().to_pylist()
            key = ["url", "run_id"][table == "runs"]
            assert sorted(rows, key=lambda row: row[key]) == sorted(
                written(table), key=lambda row: row[key]
            )
        said = dict(
            connection.sql(
                "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'articles'"
            ).fetchall()
        )
        assert said == {field.name: field.metadata[b"meaning"].decode() for field in SCHEMA}


@pytest.fixture
def opened(files):
    with closing(sqlite3.connect(f"file:{files['sqlite']}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def test_sqlite_holds_every_row_and_the_columns_meanings(opened):
    rows = [dict(row) for row in opened.execute("SELECT * FROM articles")]
    assert [row.pop("id") for row in rows] == list(range(1, len(EXPECTED) + 1))
    assert in_order(map(read_back, rows)) == EXPECTED
    said = {name: meaning for name, _, meaning in opened.execute("SELECT * FROM columns")}
    assert said == {field.name: field.metadata[b"meaning"].decode() for field in SCHEMA}
    assert opened.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_sqlite_has_types_times_and_lists_that_its_functions_read(opened):
    query = (
        "SELECT typeof(word_count), typeof(tech_score), typeof(zone_assumed), typeof(published_at),"
        " datetime(published_at, '+7 hours'), archive ->> 'offset'"
        " FROM articles WHERE article_id = 'kontan:3'"
    )
    assert tuple(opened.execute(query).fetchone()) == (
        "integer",
        "real",
        "integer",
        "text",
        "2023-12-31 23:30:00",
        7,
    )
    tags = "SELECT value FROM articles, json_each(tags) WHERE article_id = 'kontan:4'"
    assert [row[0] for row in opened.execute(tags)] == ["gawai", "5G"]


def test_sqlite_searches_titles_and_bodies_in_full_text(opened):
    def found(query):
        asked = (
            "SELECT articles.* FROM articles_fts JOIN articles ON articles.id = articles_fts.rowid"
            " WHERE articles_fts MATCH ?"
        )
        return sorted(row["article_id"] for row in opened.execute(asked, (query,)))

    assert found("batal") == ["kontan:1"]
    assert found("title: batal") == ["kontan:1"]
    assert found("body: batal") == []
    assert found('"DROP TABLE articles"') == [
        row["article_id"] for row in EXPECTED if "DROP TABLE articles" in row["title"]
    ]
    opened.execute("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'tidakadakata'")


def test_datasette_opens_the_sqlite_file_and_searches_it(files):
    datasette = pytest.importorskip("datasette.app")

    async def asked():
        site = datasette.Datasette([str(files["sqlite"])])
        page = await site.client.get("/x/articles?_search=batal")
        rows = await site.client.get("/x/articles.json?_search=batal&_shape=array")
        return page, rows.json()

    page, rows = asyncio.run(asked())
    assert page.status_code == 200
    assert 'name="_search"' in page.text
    assert [row["title"] for row in rows] == ["Gawai ke-1 batal"]


def test_the_database_has_the_documented_views(files, tmp_path, monkeypatch):
    location = write_old(write_runs(tmp_path / "output/data"))
    write_clusters(location, STORIES)
    monkeypatch.chdir(tmp_path)
    with (
        duckdb.connect() as documented,
        duckdb.connect(files["duckdb"], read_only=True) as exported,
    ):
        documented.execute(documented_views())
        views = "SELECT view_name FROM duckdb_views() WHERE NOT internal"
        names = {name for (name,) in documented.sql(views).fetchall()}
        assert {"captures", "latest", "revisions", "stories"} <= names
        assert {name for (name,) in exported.sql(views).fetchall()} == names
        for name in names:
            expected, found = (
                db.sql(f"SELECT * FROM {name}").to_arrow_table() for db in (documented, exported)
            )
            assert set(found.column_names) == set(expected.column_names)
            assert sorted(map(str, found.select(expected.column_names).to_pylist())) == sorted(
                map(str, expected.to_pylist())
            )


@pytest.mark.parametrize("kind", FORMATS)
def test_an_export_without_rows_has_all_columns(kind, tmp_path):
    with (tmp_path / "x").open("wb") as file:
        FORMATS[kind]([], SCHEMA, file)
    if kind == "csv":
        assert pd.read_csv(tmp_path / "x").columns.tolist() == SCHEMA.names
    elif kind == "jsonl":
        assert (tmp_path / "x").read_bytes() == b""
    else:
        assert pq.read_table(tmp_path / "x").schema.names == SCHEMA.names


def test_many_rows_make_row_groups_that_a_reader_can_hold(tmp_path):
    batch = pa.RecordBatch.from_pylist(
        [article(n) | {"outlet": "kontan", "month": "2023-09"} for n in range(1000)], SCHEMA
    )
    with (tmp_path / "x").open("wb") as file:
        FORMATS["parquet"]([batch] * 25, SCHEMA, file)
    metadata = pq.read_metadata(tmp_path / "x")
    groups = [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]
    assert groups == [10_000, 10_000, 5_000]


LIKE_FORMULAS = [
    "=1+1",
    "+62 812",
    "-1 derajat",
    "@SUM(A1)",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20A",
    "\t=1",
    "\r=1",
    '=A1&"x",=B1',
]
HARMLESS = ["Harga = 1", "'=1", " =1", '"=1"', 'kata dia, "=1"', 'a,"=1', "", "5G+", "\n", "[=1]"]


@pytest.fixture
def sheet():
    """Return the cells of a table in CSV for spreadsheets, and the bytes of the file."""

    def written_as(texts):
        schema = pa.schema({"title": pa.string(), "tags": pa.list_(pa.string()),
                            "related": pa.list_(pa.struct({"title": pa.string()})),
                            "tech_score": pa.float64()})  # fmt: skip
        rows = [
            {"title": t, "tags": [t, "x", t], "related": [{"title": t}], "tech_score": -1.5}
            for t in texts
        ]
        file = io.BytesIO()
        write_spreadsheet(pa.Table.from_pylist(rows, schema).to_batches(), schema, file)
        said = file.getvalue()
        return list(csv.DictReader(io.StringIO(said.decode("utf-8-sig"), newline=""))), said

    return written_as


def test_csv_for_spreadsheets_holds_no_formula_in_a_cell_or_a_list(sheet):
    cells, said = sheet(LIKE_FORMULAS)
    assert said.startswith("\ufeff".encode())
    for text, row in zip(LIKE_FORMULAS, cells, strict=True):
        assert row["title"] == f"'{text}"
        assert json.loads(row["tags"]) == [f"'{text}", "x", f"'{text}"]
        assert json.loads(row["related"]) == [{"title": f"'{text}"}]
        assert float(row["tech_score"]) == -1.5


def test_csv_for_spreadsheets_leaves_all_other_texts(sheet):
    cells, _ = sheet(HARMLESS)
    for text, row in zip(HARMLESS, cells, strict=True):
        assert row["title"] == text
        assert json.loads(row["tags"]) == [text, "x", text]
        assert json.loads(row["related"]) == [{"title": text}]

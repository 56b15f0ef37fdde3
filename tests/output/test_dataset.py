from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from output.compaction import compact
from output.dataset import (
    MERGED,
    REPLACES,
    holds_dataset,
    latest,
    live_files,
    open_dataset,
    read,
)
from output.filesystem import Root
from output.schema import ARTICLES
from output.selection import Selection, select
from output.stories import found, publish
from output.views import SQL, connect
from output.writer import Writer, encode
from tests.output.rows import NOON, article

VIEWS = (SQL / "views.sql").read_text()


def write(folder, run_id, *rows, outlet="kontan"):
    writer = Writer(folder, run_id)
    for row in rows:
        writer.write("articles", outlet, row)
    writer.flush()


@pytest.mark.parametrize("place", ["typo", "data/articles"])
@pytest.mark.parametrize("reader", [read, latest])
def test_a_reader_of_a_place_without_a_dataset_says_so(tmp_path, reader, place):
    """An empty table there would look like a dataset without articles."""
    write(tmp_path / "data", "run-1", article(1))
    with pytest.raises(FileNotFoundError, match=place):
        reader(tmp_path / place)
    assert reader(tmp_path / "data").num_rows == 1


def test_folders_of_another_project_are_no_dataset(tmp_path):
    for name in ("articles", "runs/experiment-1", "clusters/a"):
        (tmp_path / "other" / name).mkdir(parents=True)
    write(tmp_path / "data", "run-1", article(1))
    assert not holds_dataset(Root(tmp_path / "other"))
    assert holds_dataset(Root(tmp_path / "data"))


def capture(number, hours, text, version="2026.11.22"):
    """Return a capture of article `number`, `hours` after noon, with the body `text`."""
    return article(
        number,
        body=text,
        paragraphs=[text],
        fetched_at=NOON + timedelta(hours=hours),
        extractor_version=version,
    )


@pytest.fixture
def revised(tmp_path):
    """Three articles over three runs: revised and turned back, read again, and unchanged.

    The rows written last are not the latest captures.
    """
    folder = tmp_path / "output/data"
    write(folder, "run-2", capture(1, 5, "Isi baru."), capture(2, 3, "Lama.", "2026.12.01"))
    write(folder, "run-3", capture(1, 9, "Isi pertama."), capture(3, 1, "Sendiri."))
    write(folder, "run-1", capture(1, 1, "Isi pertama."), capture(2, 3, "Lama, kotor."))
    return folder


LATEST = {"kontan:1": "Isi pertama.", "kontan:2": "Lama.", "kontan:3": "Sendiri."}
REVISIONS = {
    ("kontan:1", 1): 1,
    ("kontan:1", 5): 2,
    ("kontan:1", 9): 1,
    ("kontan:2", 3): 1,
    ("kontan:3", 1): 1,
}


def bodies(rows):
    return {row["article_id"]: row["body"] for row in rows}


def numbered(rows):
    return {
        (row["article_id"], (row["fetched_at"] - NOON) // timedelta(hours=1)): row["revision"]
        for row in rows
    }


def test_latest_is_the_last_capture_by_the_newest_extractor(revised):
    table = latest(revised)
    assert len(table) == 3
    assert bodies(table.to_pylist()) == LATEST


def test_latest_takes_chosen_columns(revised):
    assert latest(revised, columns=["title", "month"]).column_names == ["title", "month"]


def test_revisions_number_contents_in_the_order_they_were_seen(revised):
    table = read(revised, revisions=True)
    assert len(table) == 6
    assert numbered(table.to_pylist()) == REVISIONS


def test_the_duckdb_views_agree_with_read_latest_and_revisions(revised, monkeypatch):
    monkeypatch.chdir(revised.parents[1])
    found(revised)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(VIEWS)
        assert connection.sql("FROM captures").to_arrow_table().num_rows == 6
        assert bodies(connection.sql("FROM latest").to_arrow_table().to_pylist()) == LATEST
        rows = connection.sql("FROM revisions").to_arrow_table().to_pylist()
        assert numbered(rows) == REVISIONS


def test_read_can_be_limited_to_an_outlet(tmp_path):
    write(tmp_path, "run-1", article(1))
    write(tmp_path, "run-1", article(1, outlet="antara"), outlet="antara")
    assert read(tmp_path, outlet="antara")["outlet"].to_pylist() == ["antara"]
    assert len(latest(tmp_path)) == 2


def test_an_empty_dataset_reads_as_no_rows(tmp_path):
    assert latest(tmp_path).schema.names == [*ARTICLES.names, "outlet", "month"]
    assert len(read(tmp_path, revisions=True)) == 0


def test_outlet_and_month_come_from_the_path(tmp_path):
    write(tmp_path, "run-1", article(1))
    row = read(tmp_path, columns=["outlet", "month"]).to_pylist()
    assert row == [{"outlet": "kontan", "month": "2023-09"}]


def test_files_that_a_merged_file_replaces_are_left_out(tmp_path):
    write(tmp_path, "run-1", article(1))
    write(tmp_path, "run-2", article(2))
    write(tmp_path, "run-3", article(3))
    *old, _ = (Path(path) for path in live_files(Root(tmp_path), "articles"))
    merged = pa.concat_tables(pq.ParquetFile(path).read() for path in old)
    names = json.dumps([path.name for path in old] + ["long-gone.parquet"])
    merged = merged.replace_schema_metadata({**merged.schema.metadata, REPLACES: names})
    path = f"articles/outlet=kontan/month=2023-09/{MERGED}1.parquet"
    Root(tmp_path).publish(path, encode(merged))
    assert len(live_files(Root(tmp_path), "articles")) == 2
    assert sorted(read(tmp_path)["article_id"].to_pylist()) == ["kontan:1", "kontan:2", "kontan:3"]


def test_files_of_an_older_schema_read_with_nulls(tmp_path):
    write(tmp_path, "run-2", article(2, dateline="BANDUNG"))
    old = pa.Table.from_pylist([article(1)], schema=ARTICLES).drop_columns(["dateline", "tags"])
    root = Root(tmp_path)
    root.publish("articles/outlet=kontan/month=2023-09/run-1-00000.parquet", encode(old))
    rows = open_dataset(tmp_path).to_table().sort_by("article_id").to_pylist()
    assert [row["dateline"] for row in rows] == [None, "BANDUNG"]


def test_older_rows_have_the_kind_paragraph_for_each_of_their_paragraphs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "output/data"
    none = pa.Table.from_pylist([article(1, paragraphs=None)], schema=ARTICLES)
    old = pa.concat_tables([pa.Table.from_pylist([article(2)], schema=ARTICLES), none])
    path = "articles/outlet=kontan/month=2023-09/run-1-00000.parquet"
    Root(folder).publish(path, encode(old.drop_columns(["kinds"])))
    publish(folder, [])
    plain = {"kontan:1": None, "kontan:2": ["paragraph", "paragraph"]}

    def by_article(table):
        return {row["article_id"]: row["kinds"] for row in table.to_pylist()}

    def agree(expected):
        columns = ["article_id", "kinds"]
        assert by_article(read(folder, columns=columns)) == expected
        assert by_article(latest(folder, columns=columns)) == expected
        assert by_article(pa.Table.from_batches(select(folder, Selection()))) == expected
        for view in ("captures", "latest"):
            rows = connect(folder).sql(f"SELECT article_id, kinds FROM {view}")
            assert by_article(rows.to_arrow_table()) == expected
            with duckdb.connect() as connection:
                connection.execute(VIEWS)
                rows = connection.sql(f"SELECT article_id, kinds FROM {view}")
                assert by_article(rows.to_arrow_table()) == expected

    agree(plain)
    assert read(folder, columns=["kinds"]).column_names == ["kinds"]
    write(folder, "run-2", article(3, kinds=["heading", "list_item"]))
    agree(plain | {"kontan:3": ["heading", "list_item"]})
    assert len(compact(folder)) == 1
    agree(plain | {"kontan:3": ["heading", "list_item"]})
    stored = by_article(pq.read_table(folder / "articles"))
    assert stored == {"kontan:1": None, "kontan:2": None, "kontan:3": ["heading", "list_item"]}


def test_the_views_open_the_files_of_the_outlet_asked_for_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "output/data"
    for outlet in ("antara", "kontan", "tirto"):
        for month in range(1, 13):
            at = datetime(2023, month, 1, 5, tzinfo=UTC)
            row = article(month, outlet=outlet, published_at=at, fetched_at=at)
            write(folder, f"run-{month}", row, outlet=outlet)
    publish(folder, [("kontan:3", "antara:3")])
    with duckdb.connect() as connection:
        connection.execute(VIEWS)
        for view in ("captures", "latest", "revisions"):
            query = f"FROM {view} WHERE outlet = 'kontan' AND month = '2023-03'"
            plan = connection.sql(f"EXPLAIN ANALYZE SELECT * {query}").fetchall()[0][1]
            opened = sorted(int(n) for n in re.findall(r"Total Files Read: (\d+)", plan))
            assert opened == [1, 12], plan  # of clusters; of the outlet's articles
            [story] = connection.sql(f"SELECT cluster_id {query}").fetchall()
            assert story == ("antara:3",)


def test_a_listing_that_a_compaction_cuts_short_is_made_again(tmp_path, monkeypatch):
    """The folder was exchanged behind its opening, and all files but one have left the old one."""
    write(tmp_path, "run-1", article(1))
    write(tmp_path, "run-2", article(2))
    listed, cut = Root.files, [0, 1]

    def files(root, folder, **more):
        found = listed(root, folder, **more)
        return found[: cut.pop()] if folder == "articles" and cut else found

    monkeypatch.setattr(Root, "files", files)
    assert read(tmp_path).num_rows == 2
    assert not cut

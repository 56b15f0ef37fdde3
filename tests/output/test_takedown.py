from __future__ import annotations

import pyarrow.parquet as pq

from output.compaction import compact
from output.dataset import open_dataset, read
from output.filesystem import Root
from output.takedown import FORGOTTEN, bury, ids_of, remove_rows, settle, unfinished
from output.verification import verify
from output.writer import Writer
from tests.output.rows import NOON, article, reject


def write(folder, run, *rows, table="articles"):
    writer = Writer(folder, run)
    for row in rows:
        writer.write(table, "kontan", row)
    writer.flush()


def test_a_takedown_removes_the_article_from_every_file(tmp_path):
    write(tmp_path, "run-1", article(3), article(1), article(2))  # as they come, not by time
    write(tmp_path, "run-2", article(1, body="Isi lain.", fetched_at=NOON))
    write(tmp_path, "run-2", reject(1) | {"article_id": "kontan:1"}, table="rejects")
    assert remove_rows(tmp_path, "kontan", "kontan:1") == 3
    assert read(tmp_path)["article_id"].to_pylist() == ["kontan:2", "kontan:3"]
    assert verify(tmp_path) == []


def test_a_takedown_reaches_replaced_files_too(tmp_path):
    write(tmp_path, "run-1", article(1), article(2))
    write(tmp_path, "run-2", article(3))
    compact(tmp_path, "kontan")
    assert remove_rows(tmp_path, "kontan", "kontan:1") == 1
    assert sorted(read(tmp_path)["article_id"].to_pylist()) == ["kontan:2", "kontan:3"]
    paths = [info.path for info in Root(tmp_path).files("articles")]
    assert all("kontan:1" not in pq.read_table(path)["article_id"].to_pylist() for path in paths)


def test_a_tombstone_holds_no_url_and_no_text(tmp_path):
    bury(tmp_path, "kontan", "kontan:1")
    [tombstone] = open_dataset(tmp_path, "rejects").to_table().to_pylist()
    assert (tombstone["article_id"], tombstone["reason"]) == ("kontan:1", FORGOTTEN)
    assert tombstone["url"] == "" and tombstone["title"] is tombstone["evidence"] is None


def test_a_tombstones_name_tells_whether_it_is_finished(tmp_path):
    path = bury(tmp_path, "kontan", "kontan:1")
    assert unfinished(tmp_path, "kontan") == [(path, "kontan:1")]
    assert [what for _, what in verify(tmp_path)] == [
        "a takedown was cut short; the outlet's next run finishes it"
    ]
    settle(tmp_path, path)
    assert unfinished(tmp_path, "kontan") == verify(tmp_path) == []


def test_an_unfinished_tombstone_is_not_merged(tmp_path):
    write(tmp_path, "run-1", reject(1), table="rejects")
    write(tmp_path, "run-2", reject(2), table="rejects")
    path = bury(tmp_path, "kontan", "kontan:1")
    compact(tmp_path, "kontan")
    assert unfinished(tmp_path, "kontan") == [(path, "kontan:1")]


def test_a_second_removal_changes_nothing(tmp_path):
    write(tmp_path, "run-1", article(1), article(2))
    assert remove_rows(tmp_path, "kontan", "kontan:1") == 1
    assert remove_rows(tmp_path, "kontan", "kontan:1") == 0
    assert read(tmp_path)["article_id"].to_pylist() == ["kontan:2"]


def test_an_article_is_found_by_its_url(tmp_path):
    write(tmp_path, "run-1", article(1), article(2))
    assert ids_of(tmp_path, "kontan", "https://kontan.example/news/2") == {"kontan:2"}
    assert ids_of(tmp_path, "kontan", "https://kontan.example/news/3") == set()


def test_a_takedown_keeps_rejects_without_an_id(tmp_path):
    write(tmp_path, "run-1", reject(1), reject(2) | {"article_id": "kontan:2"}, table="rejects")
    remove_rows(tmp_path, "kontan", "kontan:2")
    assert open_dataset(tmp_path, "rejects").to_table()["article_id"].to_pylist() == [None]

from __future__ import annotations

import pyarrow.parquet as pq

from output.compaction import compact
from output.dataset import open_dataset, read
from output.filesystem import Root
from output.forgetting import FORGOTTEN, forget, ids_of
from output.verification import verify
from output.writer import Writer
from tests.output.rows import NOON, article, reject


def write(folder, run, *rows, table="articles"):
    writer = Writer(folder, run)
    for row in rows:
        writer.write(table, "kontan", row)
    writer.flush()


def test_an_article_leaves_every_file(tmp_path):
    write(tmp_path, "run-1", article(1), article(2))
    write(tmp_path, "run-2", article(1, body="Isi lain.", fetched_at=NOON))
    write(tmp_path, "run-2", reject(1) | {"article_id": "kontan:1"}, table="rejects")
    gone = forget(tmp_path, "kontan", "kontan:1")
    assert gone.rows == 3
    assert read(tmp_path)["article_id"].to_pylist() == ["kontan:2"]
    assert verify(tmp_path) == []


def test_files_that_were_merged_already_lose_it_too(tmp_path):
    write(tmp_path, "run-1", article(1), article(2))
    write(tmp_path, "run-2", article(3))
    compact(tmp_path, "kontan")
    forget(tmp_path, "kontan", "kontan:1")
    assert sorted(read(tmp_path)["article_id"].to_pylist()) == ["kontan:2", "kontan:3"]
    paths = [info.path for info in Root(tmp_path).files("articles")]
    assert all("kontan:1" not in pq.read_table(path)["article_id"].to_pylist() for path in paths)


def test_the_tombstone_holds_no_text(tmp_path):
    write(tmp_path, "run-1", article(1))
    forget(tmp_path, "kontan", "kontan:1")
    assert len(read(tmp_path)) == 0
    [tombstone] = open_dataset(tmp_path, "rejects").to_table().to_pylist()
    assert (tombstone["article_id"], tombstone["reason"]) == ("kontan:1", FORGOTTEN)
    assert tombstone["url"] == "" and tombstone["title"] is tombstone["evidence"] is None


def test_forgetting_twice_changes_nothing_more(tmp_path):
    write(tmp_path, "run-1", article(1), article(2))
    forget(tmp_path, "kontan", "kontan:1")
    assert forget(tmp_path, "kontan", "kontan:1").rows == 0
    assert read(tmp_path)["article_id"].to_pylist() == ["kontan:2"]


def test_the_archives_that_still_hold_it_are_named(tmp_path):
    write(tmp_path, "run-1", article(1, archive={"file": "archive/x.warc.gz", "offset": 5}))
    assert forget(tmp_path, "kontan", "kontan:1").archives == ["archive/x.warc.gz"]


def test_an_article_is_found_by_its_url(tmp_path):
    write(tmp_path, "run-1", article(1), article(2))
    assert ids_of(tmp_path, "kontan", "https://kontan.example/news/2") == {"kontan:2"}
    assert ids_of(tmp_path, "kontan", "https://kontan.example/news/3") == set()


def test_rejects_without_an_id_stay(tmp_path):
    write(tmp_path, "run-1", reject(1), reject(2) | {"article_id": "kontan:2"}, table="rejects")
    forget(tmp_path, "kontan", "kontan:2")
    left = open_dataset(tmp_path, "rejects").to_table()["article_id"].to_pylist()
    assert sorted(left, key=str) == [None, "kontan:2"]

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from datetime import timedelta

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from output import clock
from output.compaction import GRACE, compact, remove_replaced
from output.dataset import MERGED, files, latest, live_files, read
from output.filesystem import Root
from output.schema import ARTICLES
from output.selection import Selection, select
from output.verification import verify
from output.views import SQL
from output.writer import Writer, encode
from tests.output.rows import NOON, article, reject
from tests.places import CHECKOUT

VIEWS = (SQL / "views.sql").read_text()
PARTITION = "articles/outlet=kontan/month=2023-09"


def write(folder, run_id, *rows, table="articles", outlet="kontan"):
    writer = Writer(folder, run_id)
    for row in rows:
        writer.write(table, outlet, row)
    writer.flush()


@pytest.fixture
def folder(tmp_path):
    """Three small files of one partition, newest article first, and one file of another."""
    folder = tmp_path / "output/data"
    for run, number in enumerate((3, 2, 1)):
        write(folder, f"run-{run}", article(number))
    write(folder, "run-9", article(9, published_at=NOON - timedelta(days=40)))
    return folder


def ids(folder):
    return read(folder)["article_id"].to_pylist()


def names(folder):
    return sorted(path.name for path in (folder / PARTITION).iterdir())


def later(seconds=GRACE):
    return clock.file_time() + seconds + 1


def test_small_files_become_one_in_order_of_publication(folder):
    before = read(folder).sort_by("article_id")
    assert [tuple(merge) for merge in compact(folder)] == [(PARTITION, 3, 3, 0)]
    assert len(live_files(Root(folder), "articles")) == 2
    assert ids(folder) == ["kontan:9", "kontan:1", "kontan:2", "kontan:3"]
    assert read(folder).sort_by("article_id").equals(before)
    assert verify(folder) == []


def test_compacting_twice_changes_nothing(folder):
    compact(folder)
    assert compact(folder) == []


def test_a_partition_with_few_files_is_not_compacted(folder):
    assert compact(folder, more_than=3) == []
    assert len(compact(folder, more_than=2)) == 1


def test_only_the_named_outlet_is_compacted(folder):
    for run in "ab":
        write(folder, f"run-{run}", article(5, outlet="antara", url=run), outlet="antara")
    assert [merge.partition.split("/")[1] for merge in compact(folder, "antara")] == [
        "outlet=antara"
    ]


def test_replaced_files_stay_for_the_grace_period(folder):
    compact(folder)
    assert remove_replaced(folder) == []
    assert len(names(folder)) == 4
    assert len(remove_replaced(folder, now=later())) == 3
    assert [name[: len(MERGED)] for name in names(folder)] == [MERGED]
    assert len(ids(folder)) == 4
    assert remove_replaced(folder, now=later()) == []


def test_a_merged_file_is_merged_with_later_files(folder):
    compact(folder)
    write(folder, "run-5", article(5))
    compact(folder)
    assert sorted(ids(folder)) == [f"kontan:{number}" for number in (1, 2, 3, 5, 9)]
    remove_replaced(folder, now=later())  # also the first generation, which the first merge named
    assert len(names(folder)) == 1
    assert sorted(ids(folder)) == [f"kontan:{number}" for number in (1, 2, 3, 5, 9)]


def test_compaction_drops_repeated_rows(tmp_path):
    def capture(hours, body, version="1"):
        fetched = NOON + timedelta(hours=hours)
        return article(1, body=body, fetched_at=fetched, extractor_version=version)

    write(tmp_path, "run-1", capture(1, "Lama"), capture(3, "Baru"))
    write(tmp_path, "run-2", capture(2, "Lama"), capture(3, "Baru"))  # seen again; stored twice
    write(tmp_path, "run-3", capture(3, "Baru", "2"), capture(4, "Lama"))
    assert compact(tmp_path)[0].dropped == 2
    rows = sorted((row["fetched_at"].hour, row["body"]) for row in read(tmp_path).to_pylist())
    assert rows == [(6, "Lama"), (8, "Baru"), (8, "Baru"), (9, "Lama")]
    assert latest(tmp_path)["body"].to_pylist() == ["Lama"]


def test_rejects_and_runs_are_merged_too(tmp_path):
    for run in "ab":
        write(tmp_path, f"run-{run}", reject(1), reject(ord(run)), table="rejects")
        row = {"run_id": f"run-{run}", "started_at": NOON}
        write(tmp_path, f"run-{run}", row, table="runs")
    assert {(merge.partition[:7], merge.dropped) for merge in compact(tmp_path)} == {
        ("rejects", 1),
        ("runs/ou", 0),
    }


def test_upgrade_rewrites_files_of_older_schema_versions(folder):
    old = pa.Table.from_pylist([article(4)], schema=ARTICLES).drop_columns(["dateline"])
    old = old.replace_schema_metadata({**ARTICLES.metadata, b"wartatek.schema_version": b"0"})
    path = "articles/outlet=kontan/month=2020-01/run-0-00000.parquet"
    Root(folder).publish(path, encode(old))
    compact(folder)
    assert len(list((folder / path).parent.iterdir())) == 1
    compact(folder, upgrade=True)
    remove_replaced(folder, now=later())
    (file,) = (folder / path).parent.iterdir()
    assert pq.read_schema(file).names == ARTICLES.names
    assert compact(folder, upgrade=True) == []


def test_files_of_a_newer_schema_version_are_not_compacted(folder):
    metadata = {**ARTICLES.metadata, b"wartatek.schema_version": b"99"}
    table = pa.Table.from_pylist([article(4)], schema=ARTICLES).replace_schema_metadata(metadata)
    Root(folder).publish(f"{PARTITION}/run-x-00000.parquet", encode(table))
    assert compact(folder) == []


def plain(folder):
    return pl.read_parquet(folder / "articles")["article_id"].to_list()


def viewed(view):
    with duckdb.connect() as connection:
        connection.execute(VIEWS)
        rows = connection.sql(f"SELECT article_id FROM {view}").to_arrow_table()
    return rows["article_id"].to_pylist()


def exported(folder):
    batches = select(folder, Selection(latest=True))
    return sorted(article for batch in batches for article in batch["article_id"].to_pylist())


def test_readers_never_notice_a_compaction(folder, monkeypatch):
    """Exact readers before and after each step see each row once; a plain read may see it twice."""
    monkeypatch.chdir(folder.parents[1])
    expected = sorted(ids(folder))
    doubles = []

    def look():
        assert sorted(ids(folder)) == expected
        assert sorted(latest(folder)["article_id"].to_pylist()) == expected
        assert exported(folder) == expected
        for view in ("captures", "latest", "revisions"):
            assert sorted(viewed(view)) == expected
        assert set(plain(folder)) == set(expected)
        doubles.append(len(plain(folder)) - len(expected))

    def watched(step):
        def call(*args):
            look()
            step(*args)
            look()

        return call

    monkeypatch.setattr(Root, "publish", watched(Root.publish))
    monkeypatch.setattr(Root, "remove", watched(Root.remove))
    compact(folder)
    remove_replaced(folder, now=later())
    assert doubles == [0, 3, 3, 2, 2, 1, 1, 0]


def test_a_reader_can_open_listed_files_within_the_grace_period(folder):
    listed = files(folder)
    compact(folder)
    remove_replaced(folder)
    assert sum(pq.read_metadata(path).num_rows for path in listed) == 4


KILLED = """
    import os, shutil, sys
    from pathlib import Path

    from output.compaction import compact, remove_replaced
    from output.filesystem import Root
    from tests.killing import kill_at_every_call

    original, copies, now = sys.argv[1], sys.argv[2], float(sys.argv[3])

    def work(number):
        compact(f"{copies}/{number}")
        remove_replaced(f"{copies}/{number}", now=now)

    functions = [(os, "fsync"), (os, "open"), (Path, "mkdir"), (Path, "open"), (Path, "rename"),
                 (Root, "remove")]
    kill_at_every_call(functions, work, lambda n: shutil.copytree(original, f"{copies}/{n}"))
"""


def test_the_next_run_finishes_a_killed_compaction(folder, tmp_path):
    command = [sys.executable, "-c", textwrap.dedent(KILLED)]
    command += [str(folder), str(tmp_path / "copies"), str(later(2 * GRACE))]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    *killed, finished = map(int, done.stdout.split())
    assert finished == 0
    assert set(killed) == {signal.SIGKILL}
    assert len(killed) >= 8
    expected = sorted(ids(folder))
    for copy in (tmp_path / "copies").iterdir():
        assert sorted(ids(copy)) == expected
        assert set(plain(copy)) == set(expected)
        compact(copy)
        remove_replaced(copy, now=later(2 * GRACE))
        assert sorted(ids(copy)) == sorted(plain(copy)) == expected
        assert len(names(copy)) == 1
        assert verify(copy) == []

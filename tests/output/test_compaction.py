from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from contextlib import nullcontext
from datetime import timedelta

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from output import clock, replacement
from output.compaction import compact
from output.dataset import MERGED, REPLACES, latest, live_files, open_dataset, read
from output.filesystem import Root
from output.replacement import Replacement, replace_files
from output.schema import ARTICLES
from output.selection import Selection, select
from output.stories import found, publish
from output.takedown import bury
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


def files(folder):
    return list((folder / "articles").rglob("*.parquet"))


def names(folder):
    return sorted(path.name for path in (folder / PARTITION).iterdir())


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


def test_replaced_files_leave_the_folder_with_the_merge(folder):
    compact(folder)
    assert [name[: len(MERGED)] for name in names(folder)] == [MERGED]
    assert sorted(plain(folder)) == sorted(ids(folder))
    assert len(ids(folder)) == 4


def test_a_merge_leaves_no_text_in_staging(folder):
    compact(folder)
    left = [path for path in (folder / "staging").rglob("*") if path.is_file()]
    assert len(left) == 3  # names alone, for a reader that has the old folder open
    assert sum(path.stat().st_size for path in left) == 0
    for path in (folder / "staging").iterdir():
        os.utime(path, (0, 0))
    compact(folder)
    assert list((folder / "staging").iterdir()) == []


def test_a_merged_file_names_no_files_on_a_local_disk(folder):
    compact(folder)
    [name] = names(folder)
    assert REPLACES not in pq.read_schema(folder / PARTITION / name).metadata


def test_a_merged_file_is_merged_with_later_files(folder):
    compact(folder)
    write(folder, "run-5", article(5))
    compact(folder)
    assert sorted(ids(folder)) == [f"kontan:{number}" for number in (1, 2, 3, 5, 9)]
    assert len(names(folder)) == 1


def of_the_first_version(folder, *numbers):
    """Merge files as the first version did: the replaced stay, and the merged file names them."""
    rows = [article(number) for number in numbers]
    old = json.dumps(names(folder)).encode()
    table = pa.Table.from_pylist(rows, schema=ARTICLES)
    table = table.replace_schema_metadata({**ARTICLES.metadata, REPLACES: old})
    Root(folder).publish(f"{PARTITION}/{MERGED}20260101T000000.000000Z.parquet", encode(table))


def test_replaced_files_of_the_first_version_are_not_read_and_leave_at_once(folder):
    of_the_first_version(folder, 1, 2, 3)
    assert len(names(folder)) == 4
    assert len(ids(folder)) == len(exported(folder)) == 4
    compact(folder)
    assert [name[: len(MERGED)] for name in names(folder)] == [MERGED]
    assert sorted(plain(folder)) == sorted(ids(folder))
    assert len(plain(folder)) == 4


def test_a_part_published_during_a_merge_stays(folder, monkeypatch):
    def late(*arguments):
        write(folder, "run-7", article(7))
        return exchange(*arguments)

    exchange = replacement.encode
    monkeypatch.setattr(replacement, "encode", late)
    compact(folder)
    monkeypatch.undo()
    assert len(names(folder)) == 2
    expected = [f"kontan:{number}" for number in (1, 2, 3, 7, 9)]
    assert sorted(plain(folder)) == sorted(ids(folder)) == expected


def test_publishing_waits_for_an_exchange(folder, monkeypatch):
    """A part is published neither into the old folder nor before the new folder is in its place."""
    writing = threading.Thread(target=write, args=(folder, "run-7", article(7)))
    waited = []

    def slowly(*arguments):
        writing.start()
        writing.join(0.3)
        waited.append(writing.is_alive())
        exchange(*arguments)

    exchange = replacement.exchange
    monkeypatch.setattr(replacement, "exchange", slowly)
    compact(folder)
    writing.join()
    assert waited == [True]
    assert sorted(plain(folder)) == [f"kontan:{number}" for number in (1, 2, 3, 7, 9)]


def test_a_filesystem_without_an_exchange_is_left_as_it_is(folder, monkeypatch):
    def unknown(*_):
        raise OSError(errno.EINVAL, "Invalid argument")

    before = names(folder)
    monkeypatch.setattr(replacement, "exchange", unknown)
    with pytest.raises(replacement.CannotExchangeError, match="cannot exchange folders: articles/"):
        compact(folder)
    assert names(folder) == before
    assert list((folder / "staging").iterdir()) == []
    write(folder, "run-7", article(7))
    assert sorted(ids(folder)) == [f"kontan:{number}" for number in (1, 2, 3, 7, 9)]


def test_files_are_replaced_in_steps_where_that_is_allowed(folder, monkeypatch):
    """A takedown cannot wait for a better filesystem."""

    def unknown(*_):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(replacement, "exchange", unknown)
    old = [str(folder / PARTITION / name) for name in names(folder)]
    table = pa.Table.from_pylist([article(1)], schema=ARTICLES)
    replace_files(Root(folder), PARTITION, [Replacement(table, old)], in_steps=True)
    assert len(names(folder)) == 1
    assert sorted(ids(folder)) == ["kontan:1", "kontan:9"]


def test_a_reader_that_listed_the_old_folder_late_fails_instead_of_missing_rows(folder):
    """The kernel lists the folder that was opened, also after its exchange."""
    handle = os.open(folder / PARTITION, os.O_RDONLY)
    before = names(folder)
    compact(folder)
    assert sorted(os.listdir(handle)) == before  # noqa: PTH208 - of a handle
    os.close(handle)
    assert not any((folder / PARTITION / name).exists() for name in before)


def test_merged_rows_have_the_ids_of_clusters(folder):
    publish(folder, [("kontan:1", "kontan:1"), ("kontan:2", "kontan:1")])
    compact(folder)
    stored = {
        row["article_id"]: row["cluster_id"]
        for row in pl.read_parquet(folder / "articles").to_dicts()
    }
    assert stored == {f"kontan:{n}": "kontan:1" if n < 3 else None for n in (1, 2, 3, 9)}


def test_partitions_in_which_an_id_changed_are_rewritten(folder):
    compact(folder)
    publish(folder, [("kontan:1", "kontan:1"), ("kontan:2", "kontan:1")])
    assert compact(folder) == []
    assert [tuple(merge) for merge in compact(folder, regrouped=True)] == [(PARTITION, 1, 3, 0)]
    assert compact(folder, regrouped=True) == []
    assert (
        pl.read_parquet(folder / "articles")["cluster_id"].drop_nulls().to_list()
        == ["kontan:1"] * 2
    )


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
    """Readers before and after each step see each row once; plain readers may fail instead."""

    def failing(marks):
        return pytest.raises(duckdb.InvalidInputException) if marks else nullcontext()

    monkeypatch.chdir(folder.parents[1])
    found(folder)
    expected = sorted(ids(folder))
    looks = []

    def look():
        assert sorted(ids(folder)) == expected
        assert sorted(latest(folder)["article_id"].to_pylist()) == expected
        assert exported(folder) == expected
        marks = [path for path in files(folder) if not path.stat().st_size]
        assert sorted(plain(folder)) == expected  # polars passes over empty files
        for view in ("captures", "latest", "revisions"):
            with failing(marks):
                assert sorted(viewed(view)) == expected
        looks.append(len(files(folder)) - len(marks))

    def watched(step):
        def call(*args):
            look()
            step(*args)
            look()

        return call

    for name in ("exchange", "_retire"):
        monkeypatch.setattr(replacement, name, watched(getattr(replacement, name)))
    compact(folder)
    look()
    assert looks == [4, 2, 2, 2, 2]


def test_a_dataset_once_opened_can_be_read_after_a_compaction(folder):
    dataset = open_dataset(folder)
    compact(folder)
    assert sorted(dataset.to_table()["article_id"].to_pylist()) == sorted(ids(folder))


KILLED = """
    import os, shutil, sys
    from pathlib import Path

    from output import replacement
    from output.compaction import compact
    from tests.killing import kill_at_every_call

    original, copies = sys.argv[1:]
    functions = [(os, "fsync"), (os, "open"), (os, "link"), (Path, "mkdir"), (Path, "open"),
                 (Path, "touch"), (Path, "replace"), (Path, "rename"), (replacement, "exchange")]
    kill_at_every_call(functions, lambda n: compact(f"{copies}/{n}"),
                       lambda n: shutil.copytree(original, f"{copies}/{n}"))
"""


@pytest.mark.trial
def test_the_next_run_finishes_a_killed_compaction(folder, tmp_path):
    bury(folder, "kontan", "kontan:4")  # a file that is linked, not merged
    for number in (1, 2):
        write(
            folder, f"run-{number}", reject(number) | {"fetched_at": clock.now()}, table="rejects"
        )
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(folder), str(tmp_path / "copies")]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    *killed, finished = map(int, done.stdout.split())
    assert finished == 0
    assert set(killed) == {signal.SIGKILL}
    assert len(killed) >= 25
    expected = sorted(ids(folder))
    for copy in (tmp_path / "copies").iterdir():
        assert sorted(ids(copy)) == sorted(plain(copy)) == expected
        assert len(list((copy / "rejects").rglob("*.parquet"))) in (2, 3)
        compact(copy)
        assert sorted(ids(copy)) == sorted(plain(copy)) == expected
        assert len(names(copy)) == 1
        assert len(list((copy / "rejects").rglob("*.parquet"))) == 2
        assert not list((copy / "staging").glob("replacing-*"))
        assert sum(path.stat().st_size for path in (copy / "staging").rglob("*.parquet")) == 0


def test_a_mark_that_a_kill_left_is_found_by_verify_and_removed_by_the_next_compaction(
    folder, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(replacement, "_unmark", lambda *_: None)
        compact(folder)
    with pytest.raises(pa.ArrowInvalid):
        ds.dataset(folder / "articles", partitioning="hive").to_table()
    assert len(ids(folder)) == 4
    assert [finding.path for finding in verify(folder)] == [f"{PARTITION}/run-0-00000.parquet"]
    compact(folder)
    assert verify(folder) == []
    assert len(plain(folder)) == 4

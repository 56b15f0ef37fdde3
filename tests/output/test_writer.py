from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from output.dataset import holds_dataset, read
from output.filesystem import Root
from output.row_check import RowError
from output.schema import ARTICLES, RUNS
from output.writer import Writer, month_of, new_run_id
from tests.output.rows import NOON, article, reject
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path


def parquet_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_rows_are_written_to_their_partitions(tmp_path):
    writer = Writer(tmp_path, "run-1")
    writer.write("articles", "kontan", article(1))
    writer.write("articles", "kontan", article(2, published_at=None, fetched_at=NOON))
    writer.write(
        "articles", "kontan", article(3, published_at=datetime(2021, 1, 31, 17, tzinfo=UTC))
    )
    writer.write("rejects", "kontan", reject())
    parts = writer.flush()
    assert [(part.path, part.table, len(part.rows)) for part in parts] == [
        ("articles/outlet=kontan/month=2023-09/run-1-00000.parquet", "articles", 2),
        ("articles/outlet=kontan/month=2021-02/run-1-00001.parquet", "articles", 1),
        ("rejects/outlet=kontan/month=2023-09/run-1-00002.parquet", "rejects", 1),
    ]
    assert parquet_files(tmp_path) == sorted(part.path for part in parts)  # staging is empty again


def test_a_month_begins_at_midnight_in_wib():
    assert month_of("articles", {"published_at": datetime(2023, 8, 31, 16, 59, tzinfo=UTC)}) == (
        "2023-08"
    )
    assert month_of("articles", {"published_at": datetime(2023, 8, 31, 17, tzinfo=UTC)}) == (
        "2023-09"
    )


def test_a_file_carries_schema_and_version(tmp_path):
    writer = Writer(tmp_path, "run-1")
    writer.write("articles", "kontan", article(authors=[], images=[], removed=[], section=None))
    writer.flush()
    file = next(tmp_path.rglob("*.parquet"))
    assert pq.read_schema(file).equals(ARTICLES, check_metadata=False)
    assert pq.read_schema(file).metadata == ARTICLES.metadata
    assert pq.read_schema(file).field("title").metadata[b"meaning"]
    assert pq.read_metadata(file).row_group(0).column(0).compression == "ZSTD"


def test_column_statistics_cover_only_useful_columns(tmp_path):
    writer = Writer(tmp_path, "run-1")
    writer.write("articles", "kontan", article(1))
    writer.flush()
    group = pq.read_metadata(next(tmp_path.rglob("*.parquet"))).row_group(0)
    columns = [group.column(number) for number in range(group.num_columns)]
    measured = {column.path_in_schema for column in columns if column.is_stats_set}
    assert {"article_id", "published_at", "fetched_at", "tech_score"} <= measured
    assert not {"body", "title", "paragraphs.list.element"} & measured


def test_a_bad_row_is_refused_alone(tmp_path):
    writer = Writer(tmp_path, "run-1")
    writer.write("articles", "kontan", article(1))
    with pytest.raises(RowError):
        writer.write("articles", "kontan", article(2, title="\ud800"))
    writer.flush()
    assert read(tmp_path)["article_id"].to_pylist() == ["kontan:1"]


def test_a_writer_is_full_by_rows_or_by_bytes(tmp_path):
    by_rows, by_bytes = Writer(tmp_path, "r", part_rows=2), Writer(tmp_path, "r", part_bytes=1500)
    by_rows.write("articles", "kontan", article(1))
    assert not by_rows.full
    by_rows.write("articles", "kontan", article(2))
    assert by_rows.full
    by_bytes.write("articles", "kontan", article(1))
    assert not by_bytes.full
    by_bytes.write("articles", "kontan", article(2, description="x" * 1500))
    assert by_bytes.full
    by_bytes.flush()
    assert not by_bytes.full


def test_a_writer_without_rows_writes_no_file(tmp_path):
    assert Writer(tmp_path, "run-1").flush() == []
    assert parquet_files(tmp_path) == []


def test_run_ids_are_unique_and_sort_by_time():
    early, late = new_run_id(datetime(2023, 9, 1, tzinfo=UTC)), new_run_id()
    assert early < late
    assert new_run_id(NOON) != new_run_id(NOON)


def test_a_row_of_runs_is_written(tmp_path):
    writer = Writer(tmp_path, "run-1")
    writer.write("runs", "kontan", {"run_id": "run-1", "started_at": NOON, "stored": 3})
    writer.flush()
    path = next((tmp_path / "runs").rglob("*.parquet"))
    assert path.parent.name == "month=2023-09"
    assert pq.ParquetFile(path).read(["stored"]).to_pylist() == [{"stored": 3}]
    assert pq.read_schema(path).names == RUNS.names


KILLED = """
    import os, sys
    from datetime import UTC, datetime
    from pathlib import Path

    import pyarrow as pa

    from output.schema import ARTICLES
    from output.writer import Writer
    from tests.killing import kill_at_every_call
    from tests.output.rows import article

    def work(number):
        writer = Writer(f"{sys.argv[1]}/{number}", "run-2")
        for new in (2, 3):
            writer.write("articles", "kontan", article(new))
        later = datetime(2024, 1, 1, tzinfo=UTC)
        writer.write("articles", "kontan", article(4, published_at=later))
        writer.flush()

    pa.Table.from_pylist([article()], schema=ARTICLES)  # imports before forking what Arrow needs
    kill_at_every_call([(os, "fsync"), (os, "open"), (os, "close"), (Path, "mkdir"),
                        (Path, "open"), (Path, "rename")], work)
"""


def ids_in(folder):
    """Return the ids of the articles in `folder`; none where no dataset is yet."""
    return {*read(folder)["article_id"].to_pylist()} if holds_dataset(Root(folder)) else set()


def test_a_kill_at_any_step_leaves_whole_parts_only(tmp_path):
    """Kill a flush of two parts before each call that moves a part into place."""
    *killed, finished = map(int, run(KILLED, tmp_path).stdout.split())
    assert finished == 0
    assert set(killed) == {signal.SIGKILL}
    assert len(killed) > 15
    seen = [ids_in(tmp_path / str(step)) for step in range(1, 100)]
    first, both = {"kontan:2", "kontan:3"}, {"kontan:2", "kontan:3", "kontan:4"}
    assert seen[0] == set()
    assert seen[len(killed)] == both
    assert all(ids in (set(), first, both) for ids in seen)
    assert all(len(earlier) <= len(later) for earlier, later in pairwise(seen[: len(killed) + 1]))
    for path in tmp_path.glob("*/articles/**/*"):
        assert path.is_dir() or pq.ParquetFile(path).metadata.num_rows


FULL_DISK = """
    import resource, sys
    from output.writer import Writer
    from tests.output.rows import article

    writer = Writer(sys.argv[1], "run-2")
    writer.write("articles", "kontan", article(2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    try:
        writer.flush()
    except OSError as error:
        print(type(error).__name__, writer.rows)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    if len(sys.argv) > 2:
        print(len(writer.flush()))
"""


def test_a_full_disk_raises_and_leaves_the_dataset_readable(tmp_path):
    writer = Writer(tmp_path, "run-1")
    writer.write("articles", "kontan", article(1))
    writer.flush()
    assert run(FULL_DISK, tmp_path).stdout.split() == ["OSError", "1"]
    assert read(tmp_path)["article_id"].to_pylist() == ["kontan:1"]
    assert not any((tmp_path / "staging").iterdir())


def test_rows_wait_until_the_disk_has_room_again(tmp_path):
    assert run(FULL_DISK, tmp_path, "again").stdout.split() == ["OSError", "1", "1"]
    assert read(tmp_path)["article_id"].to_pylist() == ["kontan:2"]


def test_a_failed_folder_sync_publishes_the_part_once(tmp_path, monkeypatch):
    writer = Writer(tmp_path, "run-1")
    writer.write("articles", "kontan", article(1))
    (tmp_path / "articles/outlet=kontan/month=2023-09").mkdir(parents=True)
    real, calls = os.fsync, []

    def fsync(handle):
        calls.append(handle)
        if len(calls) == 2:  # the file's went well, its folder's does not
            raise OSError(5, "Input/output error")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="Input/output"):
        writer.flush()
    writer.flush()
    assert read(tmp_path)["article_id"].to_pylist() == ["kontan:1"]

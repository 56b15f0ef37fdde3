"""Readers in a loop beside a process that writes, compacts and removes without pause.

Merged files are removed while a read is under way that began after they were merged: a grace period
just longer than one read, on any machine.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading

import duckdb
import polars as pl
import pytest

from output.dataset import files, latest, read
from output.selection import Selection, select
from output.views import SQL
from tests.places import CHECKOUT

VIEWS = (SQL / "views.sql").read_text()

WRITING = """
    import sys
    from pathlib import Path
    from output.compaction import compact, remove_replaced
    from output.writer import Writer
    from tests.output.rows import article

    folder = Path(sys.argv[1])
    for part in range(300):
        writer = Writer(folder, f"run-{part:05}")
        for number in range(3):
            writer.write("articles", "kontan", article(3 * part + number))
        writer.flush()
        print(3 * part + 3, flush=True)
        if part % 10 == 9:
            compact(folder)
            print("merged", flush=True)
            input()  # a read has begun since
            remove_replaced(folder, grace=-60)
"""


def by_read(folder):
    return read(folder, columns=["article_id"])["article_id"].to_pylist()


def by_latest(folder):
    return latest(folder, columns=["article_id"])["article_id"].to_pylist()


def by_select(folder):
    batches = select(folder, Selection(latest=True))
    return [article_id for batch in batches for article_id in batch["article_id"].to_pylist()]


def by_list(folder):
    return pl.read_parquet(files(folder), columns=["article_id"])["article_id"].to_list()


def by_list_in_duckdb(folder):
    with duckdb.connect() as connection:
        rows = connection.sql("SELECT article_id FROM read_parquet($1)", params=[files(folder)])
        return [article_id for (article_id,) in rows.fetchall()]


def by_view(folder):
    with duckdb.connect() as connection:
        connection.execute(VIEWS.replace("output/data", str(folder)))
        rows = connection.sql("SELECT article_id FROM latest").to_arrow_table()
    return rows["article_id"].to_pylist()


def by_folder(folder):
    return pl.read_parquet(folder / "articles", columns=["article_id"])["article_id"].to_list()


class Writing:
    """The writing process; `published` is a lower bound of the articles in the dataset."""

    def __init__(self, folder):
        command = [sys.executable, "-c", textwrap.dedent(WRITING), str(folder)]
        self.process = subprocess.Popen(
            command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.published = 0
        self.merged = threading.Event()
        self.listening = threading.Thread(target=self._listen)
        self.listening.start()

    def _listen(self):
        for line in self.process.stdout:
            if line == "merged\n":
                self.merged.set()
            else:
                self.published = int(line)

    def let_remove(self):
        """Begin a read, after which files merged earlier may be removed."""
        if self.merged.is_set():
            self.merged.clear()
            self.process.stdin.write("\n")
            self.process.stdin.flush()

    @property
    def is_alive(self):
        return self.listening.is_alive()


@pytest.fixture
def writing(tmp_path):
    writing = Writing(tmp_path)
    yield writing
    writing.process.kill()
    writing.process.communicate()
    writing.listening.join()


def is_missing(error):
    return "No such file" in str(error) or "No files found" in str(error)


def patiently(load, folder):
    """Return the result of `load`, repeated while it meets a file that has just been removed."""
    for _ in range(100):
        try:
            return load(folder)
        except (duckdb.IOException, OSError, pl.exceptions.ComputeError) as error:
            if not is_missing(error):
                raise
    raise AssertionError("there is no end to it")


@pytest.mark.trial
@pytest.mark.parametrize("load", [by_read, by_latest, by_select, by_list, by_list_in_duckdb])
def test_exact_reads_never_fail_miss_or_double_a_row(tmp_path, writing, load):
    reads = 0
    while writing.is_alive:
        if expected := writing.published:
            writing.let_remove()
            ids = load(tmp_path)
            reads += 1
            assert {f"kontan:{number}" for number in range(expected)} <= set(ids)
            assert len(ids) == len(set(ids))
    assert writing.process.wait() == 0
    assert reads >= 30


@pytest.mark.trial
@pytest.mark.parametrize(("load", "doubles"), [(by_view, False), (by_folder, True)])
def test_plain_reads_never_miss_a_row(tmp_path, writing, load, doubles):
    reads = 0
    while writing.is_alive:
        if expected := writing.published:
            writing.let_remove()
            ids = patiently(load, tmp_path)
            reads += 1
            assert {f"kontan:{number}" for number in range(expected)} <= set(ids)
            assert doubles or len(ids) == len(set(ids))
    assert writing.process.wait() == 0
    assert reads >= 30

"""Reparses of the same pages at the same time, each in other tasks: no row is doubled for readers.

They are real processes: each looks into the dataset before any of the others has written.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pyarrow.dataset as ds
import pytest

import crawler.reparse.task as module
from crawler.reparse.job import Job
from crawler.reparse.task import reparse
from output.compaction import compact
from output.dataset import files, latest, read
from output.search import Library, Question
from output.selection import Selection, select
from output.summary import Summary
from output.verification import verify
from tests.archive.warcs import pages, write_warc
from tests.patience import PATIENCE

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from multiprocessing.synchronize import Barrier
    from pathlib import Path

SPAWN = get_context("spawn")


def reparse_from(start: Barrier, out: str, tasks: list[list[str]]) -> None:
    """Reparse these tasks; at `start` all have looked before any writes."""
    work = [module._Task(Job(out, "r"), tasks[0])]
    start.wait(PATIENCE)
    work += [module._Task(Job(out, "r"), paths) for paths in tasks[1:]]
    for task in work:
        task.reparse(lambda size, pages: None)


def at_once(out: Path, *groupings: list[list[str]]) -> None:
    start = SPAWN.Barrier(len(groupings))
    processes: list[BaseProcess] = [
        SPAWN.Process(target=reparse_from, args=(start, str(out), tasks)) for tasks in groupings
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE)
    assert [process.exitcode for process in processes] == [0] * len(groupings)


@pytest.fixture
def warcs(tmp_path: Path) -> list[str]:
    """Three files of four pages each."""
    snaps = pages("mediaindonesia", 12)
    starts = range(0, len(snaps), 4)
    return [str(write_warc(tmp_path / f"{n}.warc.gz", snaps[n : n + 4])) for n in starts]


def keys(rows: list[dict]) -> list[tuple]:
    return sorted((row["article_id"], row["fetched_at"], row["body"]) for row in rows)


def in_the_folder(out: Path) -> int:
    return ds.dataset(out / "articles").count_rows()


def test_reparses_at_once_with_other_tasks_make_the_rows_of_one_reparse(
    warcs: list[str], tmp_path: Path
):
    one, two, three = warcs
    alone, out = tmp_path / "alone", tmp_path / "out"
    reparse(Job(str(alone), "r"), warcs)
    at_once(out, [[one, two], [three]], [[two, three], [one]])
    expected = keys(read(alone).to_pylist())
    assert in_the_folder(out) == len(expected) > 6  # a plain read is exact too
    assert keys(read(out).to_pylist()) == expected
    assert keys(latest(out).to_pylist()) == expected
    assert keys([row for batch in select(out, Selection()) for row in batch.to_pylist()]) == (
        expected
    )
    assert Summary(out).totals()["articles"] == len(expected)
    library = Library(out, tmp_path / "search")
    library.update()
    shown = library.search(Question()).articles
    assert [len(library.captures(article)) for article in shown] == [1] * len(expected)

    found = reparse(Job(str(out), "r"), [three, two, one]).counts
    assert found["done_before"] == len(expected)
    assert not found["new"] and not found["changed"]
    assert verify(out) == []
    compact(out)
    assert keys(ds.dataset(files(out)).to_table().to_pylist()) == expected
    assert verify(out) == []


def test_rows_of_a_merged_file_and_of_a_late_file_are_counted_once(
    warcs: list[str], tmp_path: Path
):
    """A reparse that looked before a compaction writes after it what was merged."""
    out = tmp_path / "out"
    one, two, _ = warcs
    late = module._Task(Job(str(out), "late"), [two, one])
    reparse(Job(str(out), "r"), [one])
    reparse(Job(str(out), "r"), [two])
    expected = keys(read(out).to_pylist())
    compact(out)
    late.reparse(lambda size, pages: None)
    assert keys(read(out).to_pylist()) == expected
    compact(out)
    assert keys(ds.dataset(files(out)).to_table().to_pylist()) == expected
    assert verify(out) == []


def test_the_order_of_captures_is_forgotten_by_a_compaction(tmp_path: Path):
    """A reader of the later of two captures of the same content cannot know the earlier."""
    [snap, *_] = [snap for snap in pages("mediaindonesia", 8) if "/teknologi/" in snap.url]
    later = replace(snap, at=snap.at + timedelta(days=1))
    paths = [
        str(write_warc(tmp_path / f"{n}.warc.gz", [one])) for n, one in enumerate((snap, later))
    ]
    for order, name in ((1, "forwards"), (-1, "backwards")):
        for path in paths[::order]:
            reparse(Job(str(tmp_path / name), "r"), [path])
        compact(tmp_path / name)
    forwards, backwards = (keys(read(tmp_path / n).to_pylist()) for n in ("forwards", "backwards"))
    assert forwards == backwards
    assert len(forwards) == 1

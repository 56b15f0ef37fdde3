"""The division of files into tasks."""

import pytest

from crawler.reparse.workers import TASK_BYTES, tasks

MB = 1 << 20


def test_large_files_are_tasks_of_their_own_the_largest_first():
    sizes = {"a": 40 * MB, "b": 512 * MB, "c": 100 * MB}
    assert tasks(sizes, 2) == [["b"], ["c"], ["a"]]


def test_small_files_share_a_task_in_the_order_of_time():
    sizes = {f"2023{day:04}.warc.gz": MB for day in reversed(range(1000))}
    work = tasks(sizes, 2)
    assert [path for paths in sorted(work) for path in paths] == sorted(sizes)
    assert {len(paths) for paths in work} == {TASK_BYTES // MB, 1000 % (TASK_BYTES // MB)}


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_every_worker_gets_something_to_do(workers: int):
    sizes = {f"{number:02}": 1000 for number in range(40)}
    work = tasks(sizes, workers)
    assert len(work) >= 2 * workers
    assert sorted(path for paths in work for path in paths) == sorted(sizes)


def test_empty_files_are_in_a_task_too():
    assert sorted(tasks({"a": 0, "b": 0}, 2)) == [["a"], ["b"]]

"""Tasks, each a large file or a few small files, run on the cores of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING

from crawler.reparse.job import Result
from crawler.reparse.task import reparse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.queues import SimpleQueue

    from crawler.reparse.job import Job

    Progress = Callable[[int, int], None]

GOES_ON = "the same command goes on where this one stopped"
DIED = f"its worker process died; {GOES_ON}"
EVERY = 0.2  # seconds between two looks at the progress of the workers
TASK_BYTES = 32 << 20  # of small files in a task: each task costs a look into the dataset
SIGNALS = (signal.SIGINT, signal.SIGTERM)
TASKS_EACH = 4  # tasks for each worker at least, so that all workers end at about the same time


_said: SimpleQueue[tuple[int, int]]


def tasks(sizes: Mapping[str, int], workers: int) -> list[list[str]]:
    """Return the files of each task, the largest task first, so that all cores end together.

    Files within a task are sorted by name, which in archives is the order of time.

    :param sizes: bytes by path
    """
    enough = min(TASK_BYTES, sum(sizes.values()) // (TASKS_EACH * workers))
    found: list[list[str]] = []
    size = enough
    for path in sorted(sizes):
        if size >= enough:
            found.append([])
            size = 0
        found[-1].append(path)
        size += sizes[path]
    return sorted(found, key=lambda paths: -sum(sizes[path] for path in paths))


def in_this_process(
    job: Job, work: Sequence[Sequence[str]], progress: Progress
) -> Iterator[Result]:
    """Yield the result of each task, done in this process in order."""
    for paths in work:
        yield reparse(job, paths, progress)


def in_processes(
    job: Job, work: Sequence[Sequence[str]], workers: int, progress: Progress
) -> Iterator[Result]:
    """Yield the results of tasks in the order of completion, from that many processes.

    The workers end amid their tasks when the caller stops iterating or this process ends.
    """
    context = multiprocessing.get_context("spawn")  # a fork would copy Arrow's threads half
    said = context.SimpleQueue()
    orders, ours = context.Pipe(duplex=False)
    with (
        ProcessPoolExecutor(workers, context, initializer=_listen, initargs=(said, orders)) as pool,
        ours,
    ):
        with _signals_held():
            waiting = {pool.submit(_reparse, job, paths): paths for paths in work}
        while waiting:
            done, _ = wait(waiting, EVERY, FIRST_COMPLETED)
            while not said.empty():
                progress(*said.get())
            for future in done:
                paths = waiting.pop(future)
                try:
                    yield future.result()
                except BrokenProcessPool:
                    yield died(paths)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Hold SIGINT and SIGTERM back while workers start, so that no worker is left half started.

    Workers inherit the blocked signals until `_listen`. In this process blocking is not enough,
    since the threads of Arrow block no signal.
    """
    came: list[int] = []
    handlers = [
        (name, signal.signal(name, lambda which, _: came.append(which))) for name in SIGNALS
    ]
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        for name, handler in handlers:
            signal.signal(name, handler)
        for which in came:
            signal.raise_signal(which)


def _listen(queue: SimpleQueue[tuple[int, int]], orders: Connection) -> None:
    global _said
    _said = queue
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # the terminal signals every process; the parent decides
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    threading.Thread(target=_leave_with, args=(orders,), daemon=True).start()


def _leave_with(orders: Connection) -> None:
    """End this process when the other end is closed, as by a kill of the parent."""
    orders.poll(None)
    os._exit(0)


def _reparse(job: Job, paths: Sequence[str]) -> Result:
    return reparse(job, paths, lambda size, pages: _said.put((size, pages)))


def died(paths: Sequence[str]) -> Result:
    """Return the result of a task whose worker died each time."""
    return Result(paths, problems=dict.fromkeys(paths, DIED))

"""Files shared out: over the cores of this machine, or over a Dask cluster; a task is one file,
or a few small ones."""

from __future__ import annotations

import logging
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
EVERY = 0.2  # seconds between two looks at what the workers say
RETRIES = 2  # of a task whose worker's machine had no room or no disk
TASK_BYTES = 32 << 20  # of small files in one task: a look into the dataset for each would tell
SIGNALS = (signal.SIGINT, signal.SIGTERM)
TASKS_EACH = 4  # tasks for every worker at least, so that all are done at about the same time


class ClusterError(Exception):
    """There is no cluster where one was named; the message says so in one line."""


_said: SimpleQueue[tuple[int, int]]


def tasks(sizes: Mapping[str, int], workers: int) -> list[list[str]]:
    """The files of each task, the largest task first, so that no core is left alone with it.

    Within one they stand in the order of their names, which in archives is that of time.

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
    """Do one task after another."""
    for paths in work:
        yield reparse(job, paths, progress)


def in_processes(
    job: Job, work: Sequence[Sequence[str]], workers: int, progress: Progress
) -> Iterator[Result]:
    """Do as many tasks at a time as there are `workers`; results come as they are done.

    Whoever stops listening stops the workers amid their tasks; so does the end of this process.
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
                    yield _died(paths)


def on_cluster(
    job: Job, work: Sequence[Sequence[str]], address: str, workers: int
) -> Iterator[Result]:
    """Read on the Dask cluster at `address`; "local" starts one of `workers` processes here.

    A task whose worker dies is done again by another one, which changes nothing but the time.

    :raises ClusterError: there is no cluster at `address`.
    """
    from distributed import Client, KilledWorker, LocalCluster, as_completed

    cluster = None
    if address == "local":
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=logging.CRITICAL,  # workers print tracebacks when their scheduler leaves
        )
    try:
        client = Client(cluster or address)
    except (OSError, ValueError) as error:
        raise ClusterError(f"there is no Dask cluster at {address}: {error}") from error
    try:
        futures = {
            client.submit(reparse, job, paths, key=paths[0], retries=RETRIES): paths
            for paths in work
        }
        for future in as_completed(futures):
            try:
                yield future.result()
            except KilledWorker:
                yield _died(futures[future])
    finally:
        client.close()
        if cluster:
            cluster.close()


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let SIGINT and SIGTERM wait while workers start, so that none is half told what to do.

    They inherit that the signals are blocked, until they listen. Here that is not enough, since
    threads that Arrow has begun block nothing.
    """
    came: list[int] = []
    handlers = [(one, signal.signal(one, lambda which, _: came.append(which))) for one in SIGNALS]
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        for one, handler in handlers:
            signal.signal(one, handler)
        for which in came:
            signal.raise_signal(which)


def _listen(queue: SimpleQueue[tuple[int, int]], orders: Connection) -> None:
    global _said
    _said = queue
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells all; the parent decides
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    threading.Thread(target=_leave_with, args=(orders,), daemon=True).start()


def _leave_with(orders: Connection) -> None:
    """End this process when the other end is closed, be it by a kill."""
    orders.poll(None)
    os._exit(0)


def _reparse(job: Job, paths: Sequence[str]) -> Result:
    return reparse(job, paths, lambda size, pages: _said.put((size, pages)))


def _died(paths: Sequence[str]) -> Result:
    return Result(paths, problems=dict.fromkeys(paths, DIED))

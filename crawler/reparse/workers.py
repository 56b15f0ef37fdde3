"""Tasks, each a large file or a few small files, run on this machine's cores or a Dask cluster."""

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
EVERY = 0.2  # seconds between two looks at the progress of the workers
RETRIES = 2  # of a task that failed, since another worker may have room and a disk
TASK_BYTES = 32 << 20  # of small files in a task: each task costs a look into the dataset
SIGNALS = (signal.SIGINT, signal.SIGTERM)
TASKS_EACH = 4  # tasks for each worker at least, so that all workers end at about the same time


class ClusterError(Exception):
    """No Dask cluster answers at the address; the message is a single line."""


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
                    yield _died(paths)


def on_cluster(
    job: Job, work: Sequence[Sequence[str]], address: str, workers: int
) -> Iterator[Result]:
    """Yield the results of tasks in the order of completion, from the Dask cluster at `address`.

    "local" starts a cluster of `workers` processes here. A task whose worker dies is done again by
    another worker, to the same rows.

    :raises ClusterError: no cluster answers at `address`.
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


def _died(paths: Sequence[str]) -> Result:
    return Result(paths, problems=dict.fromkeys(paths, DIED))

"""Files shared out: over the cores of this machine, or over a Dask cluster; one task per file."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from crawler.reparse import Result, reparse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.queues import SimpleQueue

    from crawler.reparse import Job

    Progress = Callable[[int, int], None]

DIED = "its worker process died; the same command goes on where this one stopped"
EVERY = 0.2  # seconds between two looks at what the workers say
RETRIES = 2  # of a task whose worker's machine had no room or no disk

_said: SimpleQueue[tuple[int, int]]


def in_this_process(job: Job, paths: Sequence[str], progress: Progress) -> Iterator[Result]:
    """Read one file after another."""
    for path in paths:
        yield reparse(job, path, progress)


def in_processes(
    job: Job, paths: Sequence[str], workers: int, progress: Progress
) -> Iterator[Result]:
    """Read as many files at a time as there are `workers`; results come as they are done."""
    context = multiprocessing.get_context("spawn")  # a fork would copy Arrow's threads half
    said = context.SimpleQueue()
    with ProcessPoolExecutor(workers, context, initializer=_listen, initargs=(said,)) as pool:
        waiting = {pool.submit(_reparse, job, path): path for path in paths}
        while waiting:
            done, _ = wait(waiting, EVERY, FIRST_COMPLETED)
            while not said.empty():
                progress(*said.get())
            for future in done:
                path = waiting.pop(future)
                try:
                    yield future.result()
                except BrokenProcessPool:
                    yield Result(path, problem=DIED)


def on_cluster(job: Job, paths: Sequence[str], address: str, workers: int) -> Iterator[Result]:
    """Read on the Dask cluster at `address`; "local" starts one of `workers` processes here.

    A task whose worker dies is done again by another one, which changes nothing but the time.

    :raises OSError: there is no cluster at `address`.
    """
    from distributed import Client, KilledWorker, LocalCluster, as_completed

    cluster = None
    if address == "local":
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        )
    try:
        with Client(cluster or address) as client:
            futures = [
                client.submit(reparse, job, path, key=path, retries=RETRIES) for path in paths
            ]
            for future in as_completed(futures):
                try:
                    yield future.result()
                except KilledWorker:
                    yield Result(future.key, problem=DIED)
    finally:
        if cluster:
            cluster.close()


def _listen(queue: SimpleQueue[tuple[int, int]]) -> None:
    global _said
    _said = queue


def _reparse(job: Job, path: str) -> Result:
    return reparse(job, path, lambda size, pages: _said.put((size, pages)))

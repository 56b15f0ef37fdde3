"""Tasks on a Dask cluster, whose scheduler and workers need no checkout."""

from __future__ import annotations

import logging
import pickle
import secrets
import sys
import time
import warnings
from concurrent.futures import CancelledError
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.reparse.shipping import (
    code_on_cluster,
    look_on_worker,
    packed_code,
    task_on_worker,
)
from crawler.reparse.workers import GOES_ON, died
from output.filesystem import STAGING, Root

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from distributed import Client, Future

    from crawler.reparse.job import Job, Result

WAIT = 60.0
"""Seconds in which a worker must join, at the beginning and when all have left."""
GATHER = 2.0  # seconds in which a result comes from the worker, before the workers are looked for
EVERY = 0.2  # seconds between two looks at the futures
RETRIES = 2  # of a task that failed, since another worker may have room and a disk
LOCAL = "local"
"""The address of a cluster that is started here, for this command."""
PACKAGES = (
    *("distributed", "fastwarc", "feedparser", "ftfy", "lxml-html-clean", "pyarrow", "scrapy"),
    *("selectolax", "tldextract", "trafilatura", "webencodings"),
)
"""Packages that read pages and write rows: other versions of them may make other rows."""


class ClusterError(Exception):
    """The Dask cluster cannot be used; the message is a single line."""


def on_cluster(
    job: Job, work: Sequence[Sequence[str]], address: str, workers: int
) -> Iterator[Result]:
    """Yield the results of tasks in the order of completion, from the Dask cluster at `address`.

    "local" starts a cluster of `workers` processes here. A task whose worker dies is done again by
    another worker, to the same rows.

    :raises ClusterError: no scheduler answers at `address`, no worker joins, or a worker cannot do
        the tasks; or the scheduler goes, or all workers go and none comes.
    """
    from distributed import KilledWorker, as_completed

    with _client(address, workers) as client:
        _check_workers(client, address, job.location)
        code = client.submit(code_on_cluster(packed_code()), key=f"{job.run_id}-code")
        run = task_on_worker()
        futures = {
            client.submit(
                run, pickle.dumps((job, paths)), code, key=f"{job.run_id}-{n}", retries=RETRIES
            ): paths
            for n, paths in enumerate(work)
        }
        done = as_completed(futures, loop=client.loop)
        watch = _Watch(client, address)
        while not done.is_empty():
            ready = done.next_batch(block=False)
            watch.check(len(futures))
            if not ready:
                time.sleep(EVERY)
            for future in ready:
                paths = futures.pop(future)
                try:
                    yield pickle.loads(_result(future, watch, len(futures) + 1))  # noqa: S301 - Dask itself pickles
                except KilledWorker:
                    yield died(paths)
                except (CancelledError, OSError) as error:
                    raise ClusterError(_lost(address, len(futures) + 1)) from error
                except ImportError as error:
                    raise ClusterError(f"the workers at {address} cannot run: {error}") from error


def _result(future: Future[bytes], watch: _Watch, left: int) -> bytes:
    """Return the result of a task that is done: if a worker went with it, when the task is done
    again.

    :raises ClusterError: see `_Watch.check`.
    """
    while True:
        try:
            return future.result(timeout=GATHER)
        except TimeoutError:
            if future.status == "error":  # the task's own
                raise
            watch.check(left)


class _Watch:
    """A watch over a cluster at work."""

    def __init__(self, client: Client, address: str) -> None:
        self.client = client
        self.address = address
        self._alone_since: float | None = None

    def check(self, left: int) -> None:
        """
        :param left: tasks that are not done
        :raises ClusterError: the scheduler has gone; or all workers have, for WAIT seconds.
        """
        if self.client.status != "running":
            raise ClusterError(_lost(self.address, left))
        if self.client.scheduler_info()["workers"]:
            self._alone_since = None
            return
        now = time.monotonic()
        self._alone_since = self._alone_since or now
        if now - self._alone_since > WAIT:
            raise ClusterError(
                f"no worker is left at {self.address}, and {left} tasks are: {GOES_ON}"
            )


def _lost(address: str, left: int) -> str:
    return f"the Dask scheduler at {address} has gone, and {left} tasks are left: {GOES_ON}"


@contextmanager
def _client(address: str, workers: int) -> Iterator[Client]:
    """:raises ClusterError: no scheduler answers at `address`."""
    from distributed import Client, LocalCluster

    cluster = None
    quiet = logging.getLogger("distributed")
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)  # errors of tasks and connections are said in one line
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other versions; `_check_workers` says so
            if address == LOCAL:
                cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            client = Client(cluster or address, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        quiet.setLevel(level)
        line = " ".join(str(error).split())
        raise ClusterError(f"there is no Dask cluster at {address}: {line}") from error
    try:
        yield client
    finally:
        client.close()
        if cluster:
            cluster.close()
        quiet.setLevel(level)


def _check_workers(client: Client, address: str, location: str) -> None:
    """Wait for the first worker, and check that the workers can do the tasks.

    :raises ClusterError: no worker joins in WAIT seconds; or one has other versions than are here,
        or does not see the dataset.
    """
    try:
        client.wait_for_workers(1, timeout=WAIT)
    except TimeoutError as error:
        start = f"start some with `dask worker {address} --nthreads 1`"
        raise ClusterError(f"no worker has joined {address} in {WAIT:.0f} s: {start}") from error
    ours = {"python": ".".join(map(str, sys.version_info[:3]))}
    told: Any = client.get_versions()
    for place, found in {"the scheduler": told["scheduler"], **told["workers"]}.items():
        python = ".".join(str(found["host"]["python"]).split(".")[:3]) if found else None
        _compare(place, {"python": python}, ours)
    ours = {name: version(name) for name in PACKAGES}
    with _mark(location) as path:
        for place, found in client.run(look_on_worker(PACKAGES, path)).items():
            sees = found.pop("dataset")
            _compare(place, found, ours)
            if sees is None:
                raise ClusterError(
                    f"the worker {place} does not see {location}: the dataset must be on a disk"
                    " that all machines share, or in a bucket"
                )


@contextmanager
def _mark(location: str) -> Iterator[str]:
    """Yield the path of a file that is in the dataset meanwhile; "/" for a dataset in a bucket."""
    root = Root(location)
    if not root.local:
        yield "/"
        return
    mark = Path(root.at(STAGING, f"seen-{secrets.token_hex(8)}"))
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    try:
        yield str(mark)
    finally:
        mark.unlink()


def _compare(place: str, theirs: dict[str, Any], ours: dict[str, str]) -> None:
    """:raises ClusterError: a version of `theirs` is another than that of `ours`."""
    other = [
        f"{name} {theirs.get(name) or 'missing'} and not {wanted}"
        for name, wanted in ours.items()
        if theirs.get(name) != wanted
    ]
    if other:
        which = place if place.startswith("the ") else f"the worker {place}"
        raise ClusterError(f"{which} has {', '.join(other)}: all machines need the same versions")

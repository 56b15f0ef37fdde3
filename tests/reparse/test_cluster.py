"""Reparse on a Dask cluster of real processes, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.dataset as ds
import pytest

import crawler.reparse.task as module
from crawler.reparse.job import Job
from crawler.reparse.task import reparse
from crawler.reparse.workers import ClusterError, on_cluster
from output.compaction import compact
from output.dataset import read
from output.verification import verify
from tests.archive.warcs import pages, write_warc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

distributed = pytest.importorskip(
    "distributed", reason="Dask is not here; `make .venv/.ci` installs it"
)
dask = pytest.importorskip("dask")
pytestmark = [
    pytest.mark.trial,
    # A killed worker leaves sockets behind that no test can close.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """On a machine that does much else, processes take long to start and to answer."""
    slow = {"connect": "180s", "tcp": "180s"}
    with dask.config.set(
        {"distributed.comm.timeouts": slow, "distributed.worker.profile.enabled": False}
    ):
        yield


@pytest.fixture
def warcs(tmp_path: Path) -> list[str]:
    """Eight files of four pages each."""
    snaps = pages("mediaindonesia", 32)
    starts = range(0, len(snaps), 4)
    return [str(write_warc(tmp_path / f"{n}.warc.gz", snaps[n : n + 4])) for n in starts]


def keys(out: Path) -> list[tuple[str, datetime, str]]:
    rows = read(out).to_pylist()
    return sorted((row["article_id"], row["fetched_at"], row["content_hash"]) for row in rows)


def die_once(marker: str) -> None:
    """Let the first worker that publishes anything die then, amid its task."""
    real = module.publish_captures

    def publish(*args: Any) -> list[str]:
        paths = real(*args)
        try:
            Path(marker).touch(exist_ok=False)
        except FileExistsError:
            return paths
        os.kill(os.getpid(), signal.SIGKILL)
        return paths

    module.BATCH = 2
    module.publish_captures = publish


def test_a_killed_worker_costs_no_page_and_doubles_none(tmp_path: Path, warcs: list[str]):
    out, marker = tmp_path / "out", tmp_path / "killed"
    work = [warcs[start : start + 2] for start in range(0, len(warcs), 2)]
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.run(die_once, str(marker))
        found = list(on_cluster(Job(str(out), "r"), work, cluster.scheduler_address, 2))
    assert marker.exists()
    assert sum(result.counts["done_before"] for result in found) > 0  # what the dead one published
    assert {path for result in found for path in result.paths} == set(warcs)
    assert not [result.problems for result in found if result.problems]
    rows = read(out).to_pylist()
    assert len({row["url"] for row in rows}) == len(rows) > 16
    assert verify(out) == []
    alone = tmp_path / "alone"
    for path in warcs:
        reparse(Job(str(alone), "r"), [path])
    assert keys(out) == keys(alone)


def wait_once(looked: str, go: str) -> None:
    """Let the first task wait, when it has looked into the dataset, for someone at `go`."""
    real = module.History

    def look(location: str) -> module.History:
        seen = real(location)
        module.History = real
        Path(looked).write_text("yes")
        Path(go).read_text()
        return seen

    module.History = look


def test_a_cluster_beside_a_reparse_of_this_machine(tmp_path: Path, warcs: list[str]):
    """Each in its own grouping, and each has looked before the other writes."""
    looked, go = tmp_path / "looked", tmp_path / "go"
    os.mkfifo(looked)  # who opens one waits for the other end
    os.mkfifo(go)
    out, alone = tmp_path / "out", tmp_path / "alone"
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        client.run(wait_once, str(looked), str(go))
        work, job = [warcs[:3], warcs[3:]], Job(str(out), "dask")
        done = thread.submit(list, on_cluster(job, work, cluster.scheduler_address, 1))
        assert looked.read_text() == "yes"
        local = reparse(Job(str(out), "local"), list(reversed(warcs))).counts
        go.write_text("on")
        found = done.result()
    assert not [result.problems for result in found if result.problems]
    reparse(Job(str(alone), "r"), warcs)
    expected = keys(alone)
    assert local["new"] == len(expected) > 16
    assert sum(result.counts["new"] for result in found) > 0  # both found the same captures new
    assert ds.dataset(out / "articles").count_rows() == len(expected)
    assert keys(out) == expected
    again = reparse(Job(str(out), "r"), warcs).counts
    assert again["done_before"] == len(expected)
    assert not again["new"]
    compact(out)
    assert keys(out) == expected
    assert verify(out) == []


def test_a_cluster_of_its_own(tmp_path: Path, warcs: list[str]):
    work = [warcs[:4], warcs[4:]]
    found = list(on_cluster(Job(str(tmp_path / "out"), "r"), work, "local", 2))
    assert sum(result.pages for result in found) == 32
    again = list(on_cluster(Job(str(tmp_path / "out"), "r"), work, "local", 1))
    assert sum(result.counts["new"] for result in again) == 0


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "lokal", "gopher://x:1"])
def test_no_cluster_at_an_address_is_an_error(tmp_path: Path, warcs: list[str], address: str):
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(ClusterError, match=f"no Dask cluster at {address}") as raised,
    ):
        next(on_cluster(Job(str(tmp_path), "r"), [warcs], address, 1))
    assert "\n" not in str(raised.value)

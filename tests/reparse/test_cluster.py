"""Reparse on a Dask cluster of real processes, one of which is killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.dataset as ds
import pytest

import crawler.reparse.cluster as cluster_module
import crawler.reparse.task as module
from crawler.reparse.cluster import ClusterError, on_cluster
from crawler.reparse.job import Job
from crawler.reparse.task import reparse
from output.compaction import compact
from output.dataset import read
from output.verification import verify
from tests.archive.warcs import pages, write_warc
from tests.patience import PATIENCE
from tests.places import CHECKOUT

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
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
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
            n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
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


# -- a scheduler and workers that a person started, elsewhere and without a checkout


class Plain(NamedTuple):
    """A scheduler and its workers: processes that know nothing of the project."""

    folder: Path
    processes: list[subprocess.Popen[bytes]]

    def start(self, *command: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        said = (self.folder / f"{len(self.processes)}.log").open("wb")
        dask = ("-m", "dask", *command, "--scheduler-file", str(self.folder / "scheduler.json"))
        self.processes.append(
            subprocess.Popen(
                [sys.executable, *dask], cwd=self.folder, env=kept, stdout=said, stderr=said
            )
        )

    def start_worker(self) -> None:
        self.start("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard")

    @property
    def address(self) -> str:
        path, end = self.folder / "scheduler.json", time.monotonic() + PATIENCE
        while not path.exists() or not path.read_text():
            assert time.monotonic() < end, "no scheduler"
            time.sleep(0.1)
        return str(json.loads(path.read_text())["address"])

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Plain]:
    (tmp_path / "elsewhere").mkdir()
    cluster = Plain(tmp_path / "elsewhere", [])
    cluster.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    yield cluster
    cluster.stop()


def test_workers_without_the_code_get_it_and_a_killed_one_costs_nothing(
    plain: Plain, tmp_path: Path, warcs: list[str]
):
    out = tmp_path / "out"
    address = plain.address
    plain.start_worker()
    plain.start_worker()
    environment = {**os.environ, "OUTPUT_DIR": str(out)}
    command = [sys.executable, "-m", "scrapy", "reparse", str(tmp_path), "--dask", address]
    running = subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    end = time.monotonic() + PATIENCE
    while not list(out.glob("articles/*/*/*.parquet")):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)
    plain.processes[1].send_signal(signal.SIGKILL)
    said, errors = running.communicate(timeout=PATIENCE)
    assert (running.returncode, errors) == (0, b""), said + errors
    alone = tmp_path / "alone"
    reparse(Job(str(alone), "r"), warcs)
    assert keys(out) == keys(alone)
    assert len(keys(out)) > 16
    assert ds.dataset(out / "articles").count_rows() == len(keys(out))
    assert verify(out) == []
    code = list(plain.folder.glob("dask-scratch-space/*/wartatek-*/crawler/extraction/walls.toml"))
    code += list(Path(os.environ.get("TMPDIR", "/tmp")).glob("dask-scratch-space*/*/wartatek-*"))
    assert code


def test_without_workers_the_wait_ends_in_one_line(
    plain: Plain, tmp_path: Path, warcs: list[str], monkeypatch
):
    monkeypatch.setattr(cluster_module, "WAIT", 0.5)
    with pytest.raises(ClusterError, match=f"no worker has joined {plain.address} in") as raised:
        next(on_cluster(Job(str(tmp_path / "out"), "r"), [warcs], plain.address, 1))
    assert "\n" not in str(raised.value)


def test_other_versions_are_named(plain: Plain, tmp_path: Path, warcs: list[str], monkeypatch):
    plain.start_worker()
    monkeypatch.setattr(cluster_module, "version", lambda name: "0.1")
    with pytest.raises(ClusterError, match=r"the worker tcp://.* has .*pyarrow .* and not 0\.1"):
        next(on_cluster(Job(str(tmp_path / "out"), "r"), [warcs], plain.address, 1))


def test_a_scheduler_that_goes_ends_the_run_in_one_line(
    plain: Plain, tmp_path: Path, warcs: list[str]
):
    address = plain.address
    plain.start_worker()
    done = on_cluster(Job(str(tmp_path / "out"), "r"), [[path] for path in warcs], address, 1)
    next(done)
    plain.processes[0].kill()
    with pytest.raises(ClusterError, match=r"has gone, and [1-7] tasks are left") as raised:
        list(done)
    assert "\n" not in str(raised.value)


def test_workers_that_all_go_end_the_run_in_one_line(
    plain: Plain, tmp_path: Path, warcs: list[str], monkeypatch
):
    monkeypatch.setattr(cluster_module, "WAIT", 5.0)
    plain.start_worker()
    job = Job(str(tmp_path / "out"), "r")
    done = on_cluster(job, [[path] for path in warcs], plain.address, 1)
    next(done)
    plain.processes[1].kill()
    with pytest.raises(ClusterError, match=r"no worker is left at .*, and \d tasks are") as raised:
        list(done)
    assert "\n" not in str(raised.value)

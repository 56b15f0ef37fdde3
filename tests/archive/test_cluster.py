"""Reparse on a Dask cluster of real processes, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from crawler.reparse import Job, reparse
from crawler.workers import on_cluster
from output.dataset import read
from output.verification import verify
from tests.archive.warcs import pages, write_warc

if TYPE_CHECKING:
    from pathlib import Path

distributed = pytest.importorskip(
    "distributed", reason="Dask is not here; `make .venv/.ci` installs it"
)
pytestmark = [
    pytest.mark.trial,
    # What a killed worker leaves behind is not ours to close.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def warcs(tmp_path: Path) -> list[str]:
    """Eight files of four pages each."""
    snaps = pages("mediaindonesia", 32)
    starts = range(0, len(snaps), 4)
    return [str(write_warc(tmp_path / f"{n}.warc.gz", snaps[n : n + 4])) for n in starts]


def test_a_killed_worker_costs_no_page_and_doubles_none(tmp_path: Path, warcs: list[str]):
    out = tmp_path / "out"
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        results = on_cluster(
            Job(str(out), "r"), [[path] for path in warcs], cluster.scheduler_address, 2
        )
        first = next(results)
        [victim, *_] = client.run(os.getpid).values()
        os.kill(victim, signal.SIGKILL)
        found = [first, *results]
    assert {path for result in found for path in result.paths} == set(warcs)
    assert not [result.problems for result in found if result.problems]
    rows = read(out).to_pylist()
    assert len({row["url"] for row in rows}) == len(rows) > 16
    assert verify(out) == []
    alone = tmp_path / "alone"
    for path in warcs:
        reparse(Job(str(alone), "r"), [path])
    key = [(row["article_id"], row["content_hash"]) for row in rows]
    assert sorted(key) == sorted(
        (row["article_id"], row["content_hash"]) for row in read(alone).to_pylist()
    )


def test_a_cluster_of_its_own(tmp_path: Path, warcs: list[str]):
    work = [warcs[:4], warcs[4:]]
    found = list(on_cluster(Job(str(tmp_path / "out"), "r"), work, "local", 2))
    assert sum(result.pages for result in found) == 32
    again = list(on_cluster(Job(str(tmp_path / "out"), "r"), work, "local", 1))
    assert sum(result.counts["new"] for result in again) == 0


def test_no_cluster_at_an_address_is_an_error(tmp_path: Path, warcs: list[str]):
    with pytest.raises(OSError, match=r"127\.0\.0\.1:1"):
        next(on_cluster(Job(str(tmp_path), "r"), [warcs], "tcp://127.0.0.1:1", 1))

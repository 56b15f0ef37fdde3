"""Shards of a reparse: together they write what one run writes, in any order and at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pyarrow.dataset as ds
import pytest

from output.dataset import read
from output.verification import verify
from tests.archive.warcs import pages, write_warc
from tests.patience import PATIENCE
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

OUTLETS = ("mediaindonesia", "detikinet", "liputan6", "viva")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files, each with pages of four outlets."""
    snaps = [snap for name in OUTLETS for snap in pages(name, 9)]
    (tmp_path / "in").mkdir()
    for n in range(3):
        write_warc(tmp_path / "in" / f"{n}.warc.gz", snaps[n::3])
    return tmp_path / "in"


def started(folder: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "scrapy", "reparse", str(folder), "--workers", "1", *options]
    environment = {**os.environ, "OUTPUT_DIR": str(out)}
    return subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def ended(*running: subprocess.Popen[bytes]) -> list[bytes]:
    said = [process.communicate(timeout=PATIENCE) for process in running]
    assert [
        (process.returncode, errors) for process, (_, errors) in zip(running, said, strict=True)
    ] == [(0, b"")] * len(running)
    return [out for out, _ in said]


def keys(out: Path) -> list[tuple]:
    rows = read(out).to_pylist()
    assert ds.dataset(out / "articles").count_rows() == len(rows)
    assert verify(out) == []
    return sorted((row["article_id"], row["fetched_at"], row["content_hash"]) for row in rows)


@pytest.mark.trial
def test_shards_at_once_one_killed_and_another_number_of_them(folder: Path, tmp_path: Path):
    whole, out = tmp_path / "whole", tmp_path / "out"
    ended(started(folder, whole))
    first, second = started(folder, out, "--shard", "1/2"), started(folder, out, "--shard", "2/2")
    end = time.monotonic() + PATIENCE
    while not list(out.glob("articles/*/*/*.parquet")) and second.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    second.send_signal(signal.SIGKILL)
    second.communicate()
    ended(first)
    again = ended(*(started(folder, out, "--shard", f"{n}/3") for n in (3, 1, 2)))
    assert keys(out) == keys(whole)
    assert len(keys(whole)) > 12
    named = [b"".join(line.split(b": ")[1:2]) for said in again for line in said.splitlines()[:1]]
    together = sorted(b", ".join(named).split(b", "))
    assert len(together) == len(set(together)) == 33


def test_a_shard_that_cannot_be_is_a_mistake(folder: Path, tmp_path: Path):
    running = started(folder, tmp_path / "out", "--shard", "3/2")
    _, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == 2
    assert b"--shard 3/2 is nothing like 2/5" in errors

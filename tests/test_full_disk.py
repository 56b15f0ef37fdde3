"""A full disk: one clear line, and no traceback."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.datasets import row, write
from tests.moment import newsroom
from tests.places import CHECKOUT

STATE_OPENS = 165_000
"""Bytes of a file: a new state fits, and its log of some articles does not."""


def scrapy(limit: int, *words: str, **places: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose files cannot grow beyond `limit` bytes: a write fails as on a full
    disk."""
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *words],
        cwd=CHECKOUT, env=os.environ | places, capture_output=True, text=True, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip


@pytest.mark.parametrize("command", ["crawl", "crawlall"])
def test_a_state_that_cannot_grow_ends_the_run_with_one_line(tmp_path: Path, command: str):
    with newsroom(seed=3, outlets=["kontan"], recent=40, past=0) as room:
        places = {"NEWSROOM": room.url, "OUTPUT_DIR": str(tmp_path), "ARCHIVE": "0"}
        done = scrapy(STATE_OPENS, command, "kontan", "-q", **places)
    assert done.returncode == 1
    assert done.stderr == "kontan is unhealthy: cannot use state.db: disk I/O error\n"


@pytest.mark.parametrize(
    "words",
    [
        *(["export", "--to", kind] for kind in ("csv", "jsonl", "parquet", "duckdb")),
        ["export", "--to", "jsonl", "--new-since", "{}/cursor"],
        ["report"],
        ["forget", "kontan:1"],
        ["compact"],
        ["coverage"],
        ["browse", "--port", "0"],
    ],
    ids=" ".join,
)
def test_a_command_says_in_one_line_that_it_cannot_write(tmp_path: Path, words: list[str]):
    write(tmp_path, kontan=[row(n, paragraphs=[os.urandom(2000).hex()]) for n in range(2)])
    write(tmp_path, kontan=[row(3)])
    done = scrapy(100, *(word.format(tmp_path) for word in words), OUTPUT_DIR=str(tmp_path))
    assert done.returncode in (1, 2), done.stderr
    tables = 2 if words == ["compact"] else 1  # clusters/, and the outlet's
    assert done.stderr.count("\n") == tables, done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("export.*")) and not (tmp_path / "cursor").exists()


@pytest.mark.parametrize("words", [["outlets"], ["outlets", "--json"]], ids=" ".join)
def test_output_that_cannot_be_written_is_one_line_too(words: list[str]):
    command = [sys.executable, "-m", "scrapy", *words]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=CHECKOUT, stdout=full, stderr=PIPE, text=True)
    assert (done.returncode, done.stderr) == (2, "scrapy outlets: No space left on device\n")


def test_a_reader_that_has_left_is_no_error():
    command = f"{sys.executable} -m scrapy outlets --json | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=CHECKOUT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("141\n", "")

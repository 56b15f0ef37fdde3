"""Runs as cron makes them: one with nothing new, and a backfill whose memory must stay flat.

BACKFILL=100000 in the environment asks for a hundred thousand articles, which takes an hour.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from benchmarks.crawl import SCRAPY, newsroom
from output.dataset import open_dataset

if TYPE_CHECKING:
    from collections.abc import Mapping

BACKFILL = int(os.environ.get("BACKFILL", "3000"))
MARKS = (1000, 3000, 10_000, 50_000, 100_000)
SEPTEMBER = ("-a", "since=2023-09-01", "-a", "until=2023-09-30")


def crawl(
    outlet: str, folder: Path, environment: Mapping[str, str], *arguments: str
) -> tuple[float, dict[int, float]]:
    """Seconds, and the peak of memory in MB when so many articles were stored; 0: at the end."""
    command = [*SCRAPY, "crawl", outlet, *arguments, "-s", f"OUTPUT_DIR={folder}", "-L", "ERROR"]
    start = time.perf_counter()
    peaks: dict[int, float] = {}
    counted: dict[Path, int] = {}
    with subprocess.Popen(command, env=dict(environment)) as process:
        while process.poll() is None:
            status = Path(f"/proc/{process.pid}/status").read_text()
            if peak := re.search(r"VmHWM:\s+(\d+)", status):
                peaks[0] = int(peak[1]) / 1024
            for part in set((folder / "articles").rglob("*.parquet")) - counted.keys():
                counted[part] = pq.read_metadata(part).num_rows
            for mark in MARKS:
                if sum(counted.values()) >= mark:
                    peaks.setdefault(mark, peaks[0])
            time.sleep(0.1)
    assert process.returncode == 0
    return time.perf_counter() - start, peaks


def requests_of_last_run(folder: Path) -> tuple[int, int]:
    """Article pages fetched, and answers 304."""
    runs = open_dataset(folder, "runs").to_table().sort_by("started_at").to_pylist()
    return int(runs[-1]["fetched"]), int(runs[-1]["not_modified"])


def nothing_new() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        newsroom("mediaindonesia", "--recent", "300", "--past", "0") as environment,
    ):
        data = Path(folder)
        crawl("mediaindonesia", data, environment)
        seconds, peaks = crawl("mediaindonesia", data, environment)
        fetched, unchanged = requests_of_last_run(data)
    print(
        f"nothing new: {fetched} articles asked for, {unchanged} lists answered 304,"
        f" {seconds:.1f} s with the start of Python, peak {peaks[0]:.0f} MB"
    )
    print(json.dumps({"nothing_new_seconds": round(seconds, 1), "fetched": fetched}))


def backfill() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        newsroom("detikinet", "--recent", "0", "--past", str(BACKFILL)) as environment,
    ):
        data = Path(folder)
        seconds, peaks = crawl("detikinet", data, environment, *SEPTEMBER)
        stored = open_dataset(data).count_rows()
    at = ", ".join(f"{mark:,}: {peak:.0f} MB" for mark, peak in sorted(peaks.items()) if mark)
    print(f"backfill: {stored:,} articles in {seconds:.0f} s, {stored / seconds:.1f} a second")
    print(f"peak memory by articles stored: {at}; at the end {peaks[0]:.0f} MB")
    print(json.dumps({"backfill_per_second": round(stored / seconds, 1)}))


def main() -> None:
    nothing_new()
    backfill()

"""A run as cron makes most of them: nothing is new. Requests, seconds and memory."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.crawl import SCRAPY, newsroom
from output.dataset import open_dataset

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTLET = "mediaindonesia"


def crawl(environment: Mapping[str, str]) -> tuple[float, float]:
    """Seconds, and the peak of memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen([*SCRAPY, "crawl", OUTLET, "-L", "ERROR"], env=dict(environment))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        newsroom(OUTLET, "--recent", "300", "--past", "0") as environment,
    ):
        environment["OUTPUT_DIR"] = folder
        crawl(environment)
        seconds, peak = crawl(environment)
        runs = open_dataset(Path(folder), "runs").to_table().sort_by("started_at").to_pylist()
    fetched, unchanged = runs[-1]["fetched"], runs[-1]["not_modified"]
    print(
        f"{fetched} articles asked for, {unchanged} lists answered 304,"
        f" {seconds:.1f} s with the start of Python, peak {peak:.0f} MB"
    )
    print(json.dumps({"seconds": round(seconds, 1), "fetched": fetched, "megabytes": round(peak)}))

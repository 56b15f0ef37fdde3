"""A backfill by one process, whose memory must stay flat however many articles it stores.

BACKFILL=100000 in the environment asks for a hundred thousand, which takes an hour or two.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow.parquet as pq

from benchmarks.crawl import SCRAPY, newsroom
from output.dataset import open_dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

ARTICLES = int(os.environ.get("BACKFILL", "3000"))
OUTLET = "detikinet"
SEPTEMBER = ("-a", "since=2023-09-01", "-a", "until=2023-09-30")
MARKS = (1000, 3000, 5000, 10_000, 20_000, 30_000, 50_000, 75_000, 100_000)


class Backfill(NamedTuple):
    """`memory`: peak in MB by the number of articles stored, each since the one before it."""

    stored: int
    seconds: float
    memory: dict[int, float]


def backfill(articles: int, folder: Path) -> Backfill:
    """Crawl a month in which the newsroom published that many `articles`, pages of real weight."""
    world = ("--recent", "0", "--past", str(articles), "--on-demand")
    with newsroom(OUTLET, *world) as environment:
        environment["OUTPUT_DIR"] = str(folder)
        start = time.perf_counter()
        with subprocess.Popen(
            [*SCRAPY, "crawl", OUTLET, *SEPTEMBER, "-L", "ERROR"], env=environment
        ) as crawling:
            memory = dict(_peaks(crawling, folder))
        assert crawling.returncode == 0
    return Backfill(open_dataset(folder).count_rows(), time.perf_counter() - start, memory)


def _peaks(process: subprocess.Popen[bytes], folder: Path) -> Iterator[tuple[int, float]]:
    """The peak of memory up to each mark, since the one before; then up to the end."""
    rows: dict[Path, int] = {}
    marks, peak = list(MARKS), 0.0
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text()
        if resident := re.search(r"VmRSS:\s+(\d+)", status):
            peak = max(peak, int(resident[1]) / 1024)
        for part in set((folder / "articles").rglob("*.parquet")) - rows.keys():
            rows[part] = pq.read_metadata(part).num_rows
        if marks and sum(rows.values()) >= marks[0]:
            yield marks.pop(0), peak
            peak = 0.0
        time.sleep(0.2)
    yield open_dataset(folder).count_rows(), peak


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        done = backfill(ARTICLES, Path(folder))
    per_second = done.stored / done.seconds
    print(f"{done.stored:,} articles in {done.seconds:.0f} s, {per_second:.1f} a second")
    peaks = ", ".join(f"{mark:,}: {peak:.0f} MB" for mark, peak in done.memory.items())
    print(f"peak memory by articles stored: {peaks}")
    print(json.dumps({"per_second": round(per_second, 1), "megabytes": done.memory}))

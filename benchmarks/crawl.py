"""The whole path, from listing to Parquet, against a bare spider that only fetches the same pages.

The newsroom serves both from a process of its own, without delay, pages of real weight. They take
turns, and the best of each counts: other work on the machine only ever slows down. Time is that
between the opening and the closing of the spider, so that the start of Python does not count.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from output import clock
from output.dataset import open_dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTLET = "mediaindonesia"
ARTICLES = int(os.environ.get("ARTICLES", "2000"))
PUBLISHED = ARTICLES * 11 // 8  # the rest is told by its headline not to be about technology
ROUNDS = 2
SCRAPY = [sys.executable, "-m", "scrapy"]


@contextmanager
def newsroom(*arguments: str) -> Iterator[dict[str, str]]:
    """The environment in which crawls find a newsroom in another process."""
    command = [*SCRAPY, "newsroom", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address, "without a newsroom the crawl would go to the web"
            yield os.environ | {"NEWSROOM": address}
        finally:
            process.terminate()


class Timed(NamedTuple):
    """Seconds that the spider was open, and those of its whole process."""

    run: float
    process: float


def ours(output: Path, environment: dict[str, str]) -> Timed:
    """A crawl of all that the newsroom published."""
    today = clock.now().date()
    since, until = today - timedelta(days=4), today + timedelta(days=1)
    days = ["-a", f"since={since}", "-a", f"until={until}"]
    start = time.perf_counter()
    subprocess.run(
        [*SCRAPY, "crawl", OUTLET, *days, "-s", f"OUTPUT_DIR={output}", "-L", "ERROR"],
        env=environment,
        check=True,
    )
    whole = time.perf_counter() - start
    [seconds] = open_dataset(output, "runs").to_table(["seconds"])["seconds"].to_pylist()
    return Timed(seconds, whole)


def fetched(output: Path) -> list[str]:
    """The article pages that the crawl asked for, stored or rejected."""
    tables = [open_dataset(output, name).to_table(["url"]) for name in ("articles", "rejects")]
    return pa.concat_tables(tables)["url"].to_pylist()


def bare(urls: Path, environment: dict[str, str]) -> Timed:
    """A spider without any of our code but the way to the newsroom."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.crawl", str(urls)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return Timed(float(done.stdout), time.perf_counter() - start)


def fetch_only(urls: list[str]) -> None:
    """What the bare spider's process does."""
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess

    class Bare(scrapy.Spider):
        name = "bare"
        start_urls = urls

        def parse(self, response: scrapy.http.Response) -> None:
            assert response.status == 200

    handler = "crawler.newsroom.handler.NewsroomHandler"
    settings = {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "NEWSROOM": os.environ["NEWSROOM"],
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
    }
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(Bare)
    process.crawl(crawler)
    process.start()
    print(crawler.stats.get_value("elapsed_time_seconds"))


def main() -> None:
    crawled, alone = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        newsroom(OUTLET, "--recent", str(PUBLISHED), "--past", "0") as environment,
    ):
        listed = Path(folder, "urls.json")
        for number in range(ROUNDS):
            output = Path(folder, f"data-{number}")
            crawled.append(ours(output, environment))
            urls = fetched(output)
            listed.write_text(json.dumps(urls))
            alone.append(bare(listed, environment))
    whole, only_fetched = min(crawled), min(alone)
    print(
        f"{len(urls)} pages: crawled and stored in {whole.run:.1f} s, fetched bare in"
        f" {only_fetched.run:.1f} s; besides, {whole.process - whole.run:.1f} and"
        f" {only_fetched.process - only_fetched.run:.1f} s to start and end"
    )
    print(json.dumps({
        "pages": len(urls), "pages_per_second": round(len(urls) / whole.run, 1),
        "ratio_bare": round(only_fetched.run / whole.run, 2),
        "ratio_bare_with_start": round(only_fetched.process / whole.process, 2),
    }))  # fmt: skip


if __name__ == "__main__":
    fetch_only(json.loads(Path(sys.argv[1]).read_text()))

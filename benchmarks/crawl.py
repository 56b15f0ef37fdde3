"""The whole path, from listing to Parquet, against a bare spider that only fetches the same pages.

The newsroom serves both from a process of its own, without delay, pages of real weight. A page
costs what a full run takes more than a short one, by CPU time and by the clock: so the start of
Python, the lists and the end of the run, which both have, do not count. The runs take turns, and
the median of the rounds counts.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
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
SHORT = ARTICLES // 10
ROUNDS = 3
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


class Run(NamedTuple):
    """A run's pages, the CPU seconds of the process, and the seconds that the spider was open."""

    pages: int
    cpu: float
    clock: float


class Cost(NamedTuple):
    """Milliseconds that a further page costs."""

    cpu: float
    clock: float


def further(short: Run, full: Run) -> Cost:
    """Return the cost of a page that `full` fetched and `short` did not."""
    pages = full.pages - short.pages
    return Cost((full.cpu - short.cpu) / pages * 1000, (full.clock - short.clock) / pages * 1000)


def middle(costs: list[Cost]) -> Cost:
    cpu, clock_ = zip(*costs, strict=True)
    return Cost(statistics.median(cpu), statistics.median(clock_))


def cpu_of(command: list[str], environment: dict[str, str]) -> tuple[float, str]:
    """Run `command`; return the CPU seconds of its process, and what the process prints."""
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return used.ru_utime + used.ru_stime, printed


def ours(output: Path, environment: dict[str, str], *arguments: str) -> Run:
    """Crawl what the newsroom published, as far as `arguments` let."""
    today = clock.now().date()
    since, until = today - timedelta(days=4), today + timedelta(days=1)
    asked = ["-a", f"since={since}", "-a", f"until={until}", *arguments]
    place = ["-s", f"OUTPUT_DIR={output}", "-L", "ERROR"]
    cpu, _ = cpu_of([*SCRAPY, "crawl", OUTLET, *asked, *place], environment)
    [seconds] = open_dataset(output, "runs").to_table(["seconds"])["seconds"].to_pylist()
    return Run(len(fetched(output)), cpu, seconds)


def fetched(output: Path) -> list[str]:
    """The article pages that the crawl asked for, stored or rejected."""
    tables = [open_dataset(output, name).to_table(["url"]) for name in ("articles", "rejects")]
    return pa.concat_tables(tables)["url"].to_pylist()


def bare(urls: list[str], listed: Path, environment: dict[str, str]) -> Run:
    """Fetch `urls` with a spider without any of our code but the way to the newsroom."""
    listed.write_text(json.dumps(urls))
    command = [sys.executable, "-m", "benchmarks.crawl", str(listed)]
    cpu, seconds = cpu_of(command, environment)
    return Run(len(urls), cpu, float(seconds))


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
            short = ours(Path(folder, f"short-{number}"), environment, "-a", f"limit={SHORT}")
            output = Path(folder, f"full-{number}")
            full = ours(output, environment)
            crawled.append(further(short, full))
            urls = fetched(output)
            few = bare(urls[: short.pages], listed, environment)
            alone.append(further(few, bare(urls, listed, environment)))
    whole, only_fetched = (middle(costs) for costs in (crawled, alone))
    print(
        f"a further page, of {full.pages - short.pages}: crawled and stored {whole.cpu:.1f} ms of"
        f" CPU and {whole.clock:.1f} ms by the clock; fetched bare {only_fetched.cpu:.1f} and"
        f" {only_fetched.clock:.1f} ms"
    )
    print(json.dumps({
        "pages": full.pages, "cpu_milliseconds_a_page": round(whole.cpu, 1),
        "ratio_bare_cpu": round(only_fetched.cpu / whole.cpu, 2),
        "ratio_bare_clock": round(only_fetched.clock / whole.clock, 2),
    }))  # fmt: skip


if __name__ == "__main__":
    fetch_only(json.loads(Path(sys.argv[1]).read_text()))
